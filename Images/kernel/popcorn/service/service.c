// SPDX-License-Identifier: GPL-2.0
/*
 * Services by name. A kernel that watches a name tells every node so (SERVICE_WATCH); a node
 * that offers the name tells those nodes, and only those, when it does and when it ceases to
 * (SERVICE_STATE). The loss of a node ends what it offered and forgets what it watched.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/bitops.h>
#include <linux/module.h>
#include "services.h"

int popcorn_offer_service(const char *name)
{
	struct service *service;
	int err = 0;

	if (!popcorn_service_name_is_valid(name))
		return -EINVAL;
	mutex_lock(&popcorn_services_mutex);
	service = popcorn_get_service(name);
	if (IS_ERR(service)) {
		err = PTR_ERR(service);
	} else if (service->offered_here) {
		err = -EEXIST;
	} else {
		service->offered_here = true;
		popcorn_send_state_to_watching(service);
		popcorn_tell_watchers(service, popcorn_self(), true);
	}
	mutex_unlock(&popcorn_services_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(popcorn_offer_service);

int popcorn_withdraw_service(const char *name)
{
	struct service *service;
	int err = 0;

	if (!popcorn_service_name_is_valid(name))
		return -EINVAL;
	mutex_lock(&popcorn_services_mutex);
	service = popcorn_find_service(name);
	if (!service || !service->offered_here) {
		err = -ENOENT;
	} else {
		service->offered_here = false;
		popcorn_send_state_to_watching(service);
		popcorn_tell_watchers(service, popcorn_self(), false);
		popcorn_put_service(service);
	}
	mutex_unlock(&popcorn_services_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(popcorn_withdraw_service);

static void watch_locked(struct service *service, struct popcorn_service_watcher *watcher)
{
	bool first = list_empty(&service->watchers);
	unsigned int node;

	lockdep_assert_held(&popcorn_services_mutex);
	list_add_tail(&watcher->list, &service->watchers);
	if (first)
		popcorn_send_watch_to_all(service, true);
	if (service->offered_here)
		watcher->changed(watcher, popcorn_self(), true);
	for_each_set_bit(node, &service->offered_by, POPCORN_MAX_NODES)
		watcher->changed(watcher, node, true);
}

int popcorn_watch_service(struct popcorn_service_watcher *watcher)
{
	struct service *service;
	int err = 0;

	if (!popcorn_service_name_is_valid(watcher->name))
		return -EINVAL;
	mutex_lock(&popcorn_services_mutex);
	service = popcorn_get_service(watcher->name);
	if (IS_ERR(service))
		err = PTR_ERR(service);
	else
		watch_locked(service, watcher);
	mutex_unlock(&popcorn_services_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(popcorn_watch_service);

static void unwatch_locked(struct popcorn_service_watcher *watcher)
{
	struct service *service = popcorn_find_service(watcher->name);

	lockdep_assert_held(&popcorn_services_mutex);
	list_del(&watcher->list);
	if (WARN_ON(!service) || !list_empty(&service->watchers))
		return;
	popcorn_send_watch_to_all(service, false);
	service->offered_by = 0;
	popcorn_put_service(service);
}

void popcorn_unwatch_service(struct popcorn_service_watcher *watcher)
{
	mutex_lock(&popcorn_services_mutex);
	unwatch_locked(watcher);
	mutex_unlock(&popcorn_services_mutex);
}
EXPORT_SYMBOL_GPL(popcorn_unwatch_service);
