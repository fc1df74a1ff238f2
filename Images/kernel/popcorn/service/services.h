/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of services share with each other; each uses what stands above it. */
#ifndef SERVICES_H
#define SERVICES_H

#include <linux/list.h>
#include <linux/mutex.h>
#include "../core.h"

struct service {
	struct list_head list;
	char name[POPCORN_SERVICE_NAME];
	bool offered_here;
	unsigned long offered_by;  /* other nodes, as far as this one watches */
	unsigned long watched_by;  /* other nodes */
	struct list_head watchers; /* on this node */
};

static_assert(POPCORN_MAX_NODES <= BITS_PER_LONG);

/* table.c */
extern struct list_head popcorn_services;
extern struct mutex popcorn_services_mutex; /* protects all services and serialises callbacks */
bool popcorn_service_name_is_valid(const char *name);
struct service *popcorn_find_service(const char *name);
struct service *popcorn_get_service(const char *name);
void popcorn_put_service(struct service *service);
void popcorn_tell_watchers(struct service *service, int node, bool offered);
void popcorn_free_services(void);

/* peers.c */
void popcorn_send_watch_to_all(const struct service *service, bool watch);
void popcorn_send_state_to_watching(const struct service *service);

#endif
