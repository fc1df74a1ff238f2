// SPDX-License-Identifier: GPL-2.0
/* The names known here, and who offers and watches them. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/ctype.h>
#include <linux/slab.h>
#include "services.h"

#define MAX_SERVICES 512 /* names known here, whoever brought them up */

LIST_HEAD(popcorn_services);
DEFINE_MUTEX(popcorn_services_mutex);
static int service_count;

bool popcorn_service_name_is_valid(const char *name)
{
	size_t length = strnlen(name, POPCORN_SERVICE_NAME);
	size_t i;

	if (!length || length == POPCORN_SERVICE_NAME)
		return false;
	for (i = 0; i < length; i++)
		if (!isascii(name[i]) || !isgraph(name[i]))
			return false;
	return true;
}

struct service *popcorn_find_service(const char *name)
{
	struct service *service;

	lockdep_assert_held(&popcorn_services_mutex);
	list_for_each_entry (service, &popcorn_services, list)
		if (!strcmp(service->name, name))
			return service;
	return NULL;
}

struct service *popcorn_get_service(const char *name)
{
	struct service *service = popcorn_find_service(name);

	lockdep_assert_held(&popcorn_services_mutex);
	if (service)
		return service;
	if (service_count >= MAX_SERVICES)
		return ERR_PTR(-ENOSPC);
	service = kzalloc(sizeof(*service), GFP_KERNEL);
	if (!service)
		return ERR_PTR(-ENOMEM);
	strscpy(service->name, name, sizeof(service->name));
	INIT_LIST_HEAD(&service->watchers);
	list_add_tail(&service->list, &popcorn_services);
	service_count++;
	return service;
}

/* Forgets a name that neither offers nor watches hold any more. */
void popcorn_put_service(struct service *service)
{
	lockdep_assert_held(&popcorn_services_mutex);
	if (service->offered_here || service->offered_by || service->watched_by ||
	    !list_empty(&service->watchers))
		return;
	list_del(&service->list);
	service_count--;
	kfree(service);
}

void popcorn_tell_watchers(struct service *service, int node, bool offered)
{
	struct popcorn_service_watcher *watcher;

	lockdep_assert_held(&popcorn_services_mutex);
	list_for_each_entry (watcher, &service->watchers, list)
		watcher->changed(watcher, node, offered);
}

/* No users are left, but traces of them may be. */
void popcorn_free_services(void)
{
	struct service *service, *next;

	list_for_each_entry_safe (service, next, &popcorn_services, list) {
		list_del(&service->list);
		kfree(service);
	}
}

/* /proc/popcorn_services: who offers a name and which other nodes watch it here. */
int popcorn_show_services(struct seq_file *file, void *unused)
{
	struct service *service;
	unsigned long offered;

	mutex_lock(&popcorn_services_mutex);
	list_for_each_entry (service, &popcorn_services, list) {
		offered = service->offered_by;
		if (service->offered_here && popcorn_self() >= 0)
			offered |= BIT(popcorn_self());
		seq_printf(file, "%s here=%d watching=%d offered_by=%*pbl watched_by=%*pbl\n",
			   service->name, service->offered_here, !list_empty(&service->watchers),
			   POPCORN_MAX_NODES, &offered, POPCORN_MAX_NODES, &service->watched_by);
	}
	mutex_unlock(&popcorn_services_mutex);
	return 0;
}
