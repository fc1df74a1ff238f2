// SPDX-License-Identifier: GPL-2.0
/*
 * Services by name. A kernel that watches a name tells every node so (SERVICE_WATCH); a node
 * that offers the name tells those nodes, and only those, when it does and when it ceases to
 * (SERVICE_STATE). The loss of a node ends what it offered and forgets what it watched.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/bitops.h>
#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "core.h"

#define MAX_SERVICES		512	/* names known here, whoever brought them up */
#define MAX_WATCHED_BY_NODE	64	/* names one node may watch here */

struct service {
	struct list_head list;
	char name[POPCORN_SERVICE_NAME];
	bool offered_here;
	unsigned long offered_by;	/* other nodes, as far as this one watches */
	unsigned long watched_by;	/* other nodes */
	struct list_head watchers;	/* on this node */
};

static LIST_HEAD(services);
static int service_count;
static int watched_count[POPCORN_MAX_NODES];	/* services that a node watches here */
static DEFINE_MUTEX(services_mutex);	/* protects all services and serialises callbacks */

static_assert(POPCORN_MAX_NODES <= BITS_PER_LONG);

static bool name_is_valid(const char *name)
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

static struct service *find_service(const char *name)
{
	struct service *service;

	list_for_each_entry(service, &services, list)
		if (!strcmp(service->name, name))
			return service;
	return NULL;
}

static struct service *get_service(const char *name)
{
	struct service *service = find_service(name);

	if (service)
		return service;
	if (service_count >= MAX_SERVICES)
		return ERR_PTR(-ENOSPC);
	service = kzalloc(sizeof(*service), GFP_KERNEL);
	if (!service)
		return ERR_PTR(-ENOMEM);
	strscpy(service->name, name, sizeof(service->name));
	INIT_LIST_HEAD(&service->watchers);
	list_add_tail(&service->list, &services);
	service_count++;
	return service;
}

/* Forgets a name that neither offers nor watches hold any more. */
static void put_service(struct service *service)
{
	if (service->offered_here || service->offered_by || service->watched_by ||
	    !list_empty(&service->watchers))
		return;
	list_del(&service->list);
	service_count--;
	kfree(service);
}

static void post_or_warn(int node, const struct popcorn_message *message, const char *name)
{
	int err = popcorn_post(node, message);

	if (err && err != -EHOSTDOWN && err != -ECONNRESET)
		pr_warn_ratelimited("node %d was not told about service %s: error %d\n", node,
				    name, err);
}

static void send_watch(int node, const struct service *service, bool watch)
{
	struct popcorn_service_watch body = { .watch = watch };
	struct popcorn_message message = {
		.type = POPCORN_TYPE_SERVICE_WATCH,
		.urgent = true,
		.head = &body,
		.head_size = sizeof(body),
	};

	strscpy(body.name, service->name, sizeof(body.name));
	post_or_warn(node, &message, service->name);
}

static void send_state(int node, const struct service *service)
{
	struct popcorn_service_state body = { .offered = service->offered_here };
	struct popcorn_message message = {
		.type = POPCORN_TYPE_SERVICE_STATE,
		.urgent = true,
		.head = &body,
		.head_size = sizeof(body),
	};

	strscpy(body.name, service->name, sizeof(body.name));
	post_or_warn(node, &message, service->name);
}

static void send_watch_to_all(const struct service *service, bool watch)
{
	int node;

	for (node = 0; node < popcorn_node_count(); node++)
		if (popcorn_node_is_up(node))
			send_watch(node, service, watch);
}

static void send_state_to_watching(const struct service *service)
{
	unsigned int node;

	for_each_set_bit(node, &service->watched_by, POPCORN_MAX_NODES)
		send_state(node, service);
}

static void tell_watchers(struct service *service, int node, bool offered)
{
	struct popcorn_service_watcher *watcher;

	list_for_each_entry(watcher, &service->watchers, list)
		watcher->changed(watcher, node, offered);
}

int popcorn_offer_service(const char *name)
{
	struct service *service;
	int err = 0;

	if (!name_is_valid(name))
		return -EINVAL;
	mutex_lock(&services_mutex);
	service = get_service(name);
	if (IS_ERR(service)) {
		err = PTR_ERR(service);
	} else if (service->offered_here) {
		err = -EEXIST;
	} else {
		service->offered_here = true;
		send_state_to_watching(service);
		tell_watchers(service, popcorn_self(), true);
	}
	mutex_unlock(&services_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(popcorn_offer_service);

int popcorn_withdraw_service(const char *name)
{
	struct service *service;
	int err = 0;

	if (!name_is_valid(name))
		return -EINVAL;
	mutex_lock(&services_mutex);
	service = find_service(name);
	if (!service || !service->offered_here) {
		err = -ENOENT;
	} else {
		service->offered_here = false;
		send_state_to_watching(service);
		tell_watchers(service, popcorn_self(), false);
		put_service(service);
	}
	mutex_unlock(&services_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(popcorn_withdraw_service);

static void watch_locked(struct service *service, struct popcorn_service_watcher *watcher)
{
	bool first = list_empty(&service->watchers);
	unsigned int node;

	list_add_tail(&watcher->list, &service->watchers);
	if (first)
		send_watch_to_all(service, true);
	if (service->offered_here)
		watcher->changed(watcher, popcorn_self(), true);
	for_each_set_bit(node, &service->offered_by, POPCORN_MAX_NODES)
		watcher->changed(watcher, node, true);
}

int popcorn_watch_service(struct popcorn_service_watcher *watcher)
{
	struct service *service;
	int err = 0;

	if (!name_is_valid(watcher->name))
		return -EINVAL;
	mutex_lock(&services_mutex);
	service = get_service(watcher->name);
	if (IS_ERR(service))
		err = PTR_ERR(service);
	else
		watch_locked(service, watcher);
	mutex_unlock(&services_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(popcorn_watch_service);

static void unwatch_locked(struct popcorn_service_watcher *watcher)
{
	struct service *service = find_service(watcher->name);

	list_del(&watcher->list);
	if (WARN_ON(!service) || !list_empty(&service->watchers))
		return;
	send_watch_to_all(service, false);
	service->offered_by = 0;
	put_service(service);
}

void popcorn_unwatch_service(struct popcorn_service_watcher *watcher)
{
	mutex_lock(&services_mutex);
	unwatch_locked(watcher);
	mutex_unlock(&services_mutex);
}
EXPORT_SYMBOL_GPL(popcorn_unwatch_service);

static int add_watching_node(int node, const char *name)
{
	struct service *service;

	if (watched_count[node] >= MAX_WATCHED_BY_NODE)
		return -ENOSPC;
	service = get_service(name);
	if (IS_ERR(service))
		return PTR_ERR(service);
	if (!test_and_set_bit(node, &service->watched_by))
		watched_count[node]++;
	if (service->offered_here)
		send_state(node, service);
	return 0;
}

static void remove_watching_node(int node, struct service *service)
{
	if (!test_and_clear_bit(node, &service->watched_by))
		return;
	watched_count[node]--;
	put_service(service);
}

static void handle_watch(const struct popcorn_received *message)
{
	const struct popcorn_service_watch *body = message->payload;
	int node = message->ret.node;
	struct service *service;
	int err = 0;

	if (!name_is_valid(body->name)) {
		pr_warn_ratelimited("node %d watches a malformed service name\n", node);
		return;
	}
	mutex_lock(&services_mutex);
	if (body->watch) {
		err = add_watching_node(node, body->name);
	} else {
		service = find_service(body->name);
		if (service)
			remove_watching_node(node, service);
	}
	mutex_unlock(&services_mutex);
	if (err)
		pr_warn_ratelimited("node %d cannot watch service %s: error %d\n", node,
				    body->name, err);
}

static void set_offered_by(struct service *service, int node, bool offered)
{
	if (test_bit(node, &service->offered_by) == offered)
		return;
	if (offered)
		set_bit(node, &service->offered_by);
	else
		clear_bit(node, &service->offered_by);
	tell_watchers(service, node, offered);
}

static void handle_state(const struct popcorn_received *message)
{
	const struct popcorn_service_state *body = message->payload;
	struct service *service;

	if (!name_is_valid(body->name)) {
		pr_warn_ratelimited("node %u offers a malformed service name\n",
				    message->ret.node);
		return;
	}
	mutex_lock(&services_mutex);
	service = find_service(body->name);
	if (service && !list_empty(&service->watchers))	/* else it crossed our unwatching */
		set_offered_by(service, message->ret.node, body->offered);
	mutex_unlock(&services_mutex);
}

static void node_joined(int node)
{
	struct service *service;

	list_for_each_entry(service, &services, list)
		if (!list_empty(&service->watchers))
			send_watch(node, service, true);
}

static void node_lost(int node)
{
	struct service *service, *next;

	list_for_each_entry_safe(service, next, &services, list) {
		set_offered_by(service, node, false);
		remove_watching_node(node, service);
	}
}

static int handle_node_event(struct notifier_block *block, unsigned long what, void *data)
{
	const struct popcorn_node_event *event = data;

	mutex_lock(&services_mutex);
	if (what == POPCORN_NODE_JOINED)
		node_joined(event->id);
	else
		node_lost(event->id);
	mutex_unlock(&services_mutex);
	return NOTIFY_OK;
}

/* /proc/popcorn_services: who offers a name and which other nodes watch it here. */
int popcorn_show_services(struct seq_file *file, void *unused)
{
	struct service *service;
	unsigned long offered;

	mutex_lock(&services_mutex);
	list_for_each_entry(service, &services, list) {
		offered = service->offered_by;
		if (service->offered_here && popcorn_self() >= 0)
			offered |= BIT(popcorn_self());
		seq_printf(file, "%s here=%d watching=%d offered_by=%*pbl watched_by=%*pbl\n",
			   service->name, service->offered_here,
			   !list_empty(&service->watchers), POPCORN_MAX_NODES, &offered,
			   POPCORN_MAX_NODES, &service->watched_by);
	}
	mutex_unlock(&services_mutex);
	return 0;
}

static const struct popcorn_handler watch_handler = {
	.type = POPCORN_TYPE_SERVICE_WATCH,
	.name = "SERVICE_WATCH",
	.min_size = sizeof(struct popcorn_service_watch),
	.max_size = sizeof(struct popcorn_service_watch),
	.handle = handle_watch,
};

static const struct popcorn_handler state_handler = {
	.type = POPCORN_TYPE_SERVICE_STATE,
	.name = "SERVICE_STATE",
	.min_size = sizeof(struct popcorn_service_state),
	.max_size = sizeof(struct popcorn_service_state),
	.handle = handle_state,
};

static const struct popcorn_handler *const handlers[] = { &watch_handler, &state_handler };

static struct notifier_block node_block = { .notifier_call = handle_node_event };

int popcorn_init_services(void)
{
	int err;

	err = popcorn_register_handlers(handlers, ARRAY_SIZE(handlers));
	if (err)
		return err;
	err = popcorn_register_node_notifier(&node_block);
	if (err)
		popcorn_unregister_handlers(handlers, ARRAY_SIZE(handlers));
	return err;
}

/* Users have gone: they are modules that need this one. Their traces may be left. */
void popcorn_exit_services(void)
{
	struct service *service, *next;

	popcorn_unregister_node_notifier(&node_block);
	popcorn_unregister_handlers(handlers, ARRAY_SIZE(handlers));
	popcorn_drop_service_watchers();
	list_for_each_entry_safe(service, next, &services, list) {
		list_del(&service->list);
		kfree(service);
	}
}
