// SPDX-License-Identifier: GPL-2.0
/* Commands to /proc/popcorn_services. A name watched this way is logged when it comes or goes. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/mutex.h>
#include <linux/slab.h>
#include "services.h"

struct logging_watcher {
	struct popcorn_service_watcher watcher;
	struct list_head list;
	char name[POPCORN_SERVICE_NAME];
};

static LIST_HEAD(logging_watchers);
static DEFINE_MUTEX(logging_mutex); /* protects logging_watchers; taken before services_mutex */

static void log_change(struct popcorn_service_watcher *watcher, int node, bool offered)
{
	pr_info("%4d %s service %s\n", node, offered ? "offers" : "no longer offers",
		watcher->name);
}

static struct logging_watcher *find_logging_watcher(const char *name)
{
	struct logging_watcher *logging;

	list_for_each_entry (logging, &logging_watchers, list)
		if (!strcmp(logging->name, name))
			return logging;
	return NULL;
}

static int add_logging_watcher(const char *name)
{
	struct logging_watcher *logging;
	int err;

	if (find_logging_watcher(name))
		return -EEXIST;
	logging = kzalloc(sizeof(*logging), GFP_KERNEL);
	if (!logging)
		return -ENOMEM;
	if (strscpy(logging->name, name, sizeof(logging->name)) < 0) {
		kfree(logging);
		return -EINVAL;
	}
	logging->watcher.name = logging->name;
	logging->watcher.changed = log_change;
	err = popcorn_watch_service(&logging->watcher);
	if (err)
		kfree(logging);
	else
		list_add(&logging->list, &logging_watchers);
	return err;
}

static void drop_logging_watcher(struct logging_watcher *logging)
{
	list_del(&logging->list);
	popcorn_unwatch_service(&logging->watcher);
	kfree(logging);
}

static int remove_logging_watcher(const char *name)
{
	struct logging_watcher *logging = find_logging_watcher(name);

	if (!logging)
		return -ENOENT;
	drop_logging_watcher(logging);
	return 0;
}

/* "offer NAME", "withdraw NAME", "watch NAME" or "unwatch NAME". */
int popcorn_command_services(char *command)
{
	char *verb = strsep(&command, " ");
	int err = -EINVAL;

	if (!command)
		return -EINVAL;
	mutex_lock(&logging_mutex);
	if (!strcmp(verb, "offer"))
		err = popcorn_offer_service(command);
	else if (!strcmp(verb, "withdraw"))
		err = popcorn_withdraw_service(command);
	else if (!strcmp(verb, "watch"))
		err = add_logging_watcher(command);
	else if (!strcmp(verb, "unwatch"))
		err = remove_logging_watcher(command);
	mutex_unlock(&logging_mutex);
	return err;
}

void popcorn_drop_service_watchers(void)
{
	struct logging_watcher *logging, *next;

	list_for_each_entry_safe (logging, next, &logging_watchers, list)
		drop_logging_watcher(logging);
}
