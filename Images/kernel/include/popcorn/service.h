/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Services: a kernel offers one by name; kernels that watch the name are told, no others.
 */
#ifndef POPCORN_SERVICE_H
#define POPCORN_SERVICE_H

#include <linux/list.h>
#include <popcorn/wire.h>

/**
 * popcorn_offer_service() - this node offers a service from now on
 * @name: 1 to POPCORN_SERVICE_NAME - 1 printable characters without blanks
 *
 * Return: 0, -EINVAL for a bad name, -EEXIST if it is offered already, -ENOSPC, -ENOMEM.
 */
int popcorn_offer_service(const char *name);

/**
 * popcorn_withdraw_service() - this node no longer offers a service
 * @name: as offered
 *
 * Return: 0, -EINVAL for a bad name, -ENOENT if it is not offered.
 */
int popcorn_withdraw_service(const char *name);

/**
 * struct popcorn_service_watcher - a subscription to a service's name
 * @name: the service
 * @changed: called once per node when it begins or ceases to offer the service, this node
 *	included (as -1 while no transport is loaded). A lost node ceases to offer. Called in
 *	process context, one at a time; it must not wait for the network and not call functions
 *	of this header.
 * @list: private
 */
struct popcorn_service_watcher {
	const char *name;
	void (*changed)(struct popcorn_service_watcher *watcher, int node, bool offered);
	struct list_head list;
};

/**
 * popcorn_watch_service() - be told about nodes that offer a service
 * @watcher: must stay valid until it is removed; told at once about those known already
 *
 * Return: 0, -EINVAL for a bad name, -ENOSPC, -ENOMEM.
 */
int popcorn_watch_service(struct popcorn_service_watcher *watcher);

/** popcorn_unwatch_service() - no call is running or will come after this returns. */
void popcorn_unwatch_service(struct popcorn_service_watcher *watcher);

#endif
