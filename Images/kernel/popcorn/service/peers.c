// SPDX-License-Identifier: GPL-2.0
/* What nodes tell each other about services, and what a lost node takes with it. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/bitops.h>
#include "services.h"

#define MAX_WATCHED_BY_NODE 64 /* names one node may watch here */

static int watched_count[POPCORN_MAX_NODES]; /* services that a node watches here */

static void post_or_warn(int node, const struct popcorn_message *message, const char *name)
{
	int err = popcorn_post(node, message);

	if (err && err != -EHOSTDOWN && err != -ECONNRESET)
		pr_warn_ratelimited("node %d was not told about service %s: error %d\n", node, name,
				    err);
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

void popcorn_send_watch_to_all(const struct service *service, bool watch)
{
	int node;

	lockdep_assert_held(&popcorn_services_mutex);
	for (node = 0; node < popcorn_node_count(); node++)
		if (popcorn_node_is_up(node))
			send_watch(node, service, watch);
}

void popcorn_send_state_to_watching(const struct service *service)
{
	unsigned int node;

	lockdep_assert_held(&popcorn_services_mutex);
	for_each_set_bit(node, &service->watched_by, POPCORN_MAX_NODES) send_state(node, service);
}

static int add_watching_node(int node, const char *name)
{
	struct service *service;

	lockdep_assert_held(&popcorn_services_mutex);
	if (watched_count[node] >= MAX_WATCHED_BY_NODE)
		return -ENOSPC;
	service = popcorn_get_service(name);
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
	lockdep_assert_held(&popcorn_services_mutex);
	if (!test_and_clear_bit(node, &service->watched_by))
		return;
	watched_count[node]--;
	popcorn_put_service(service);
}

static void handle_watch(const struct popcorn_received *message)
{
	const struct popcorn_service_watch *body = message->payload;
	int node = message->sender.node;
	struct service *service;
	int err = 0;

	if (!popcorn_service_name_is_valid(body->name)) {
		pr_warn_ratelimited("node %d watches a malformed service name\n", node);
		return;
	}
	mutex_lock(&popcorn_services_mutex);
	if (body->watch) {
		err = add_watching_node(node, body->name);
	} else {
		service = popcorn_find_service(body->name);
		if (service)
			remove_watching_node(node, service);
	}
	mutex_unlock(&popcorn_services_mutex);
	if (err)
		pr_warn_ratelimited("node %d cannot watch service %s: error %d\n", node, body->name,
				    err);
}

static void set_offered_by(struct service *service, int node, bool offered)
{
	lockdep_assert_held(&popcorn_services_mutex);
	if (test_bit(node, &service->offered_by) == offered)
		return;
	if (offered)
		set_bit(node, &service->offered_by);
	else
		clear_bit(node, &service->offered_by);
	popcorn_tell_watchers(service, node, offered);
}

static void handle_state(const struct popcorn_received *message)
{
	const struct popcorn_service_state *body = message->payload;
	struct service *service;

	if (!popcorn_service_name_is_valid(body->name)) {
		pr_warn_ratelimited("node %u offers a malformed service name\n",
				    message->sender.node);
		return;
	}
	mutex_lock(&popcorn_services_mutex);
	service = popcorn_find_service(body->name);
	if (service && !list_empty(&service->watchers)) /* else it crossed our unwatching */
		set_offered_by(service, message->sender.node, body->offered);
	mutex_unlock(&popcorn_services_mutex);
}

static void node_joined(int node)
{
	struct service *service;

	lockdep_assert_held(&popcorn_services_mutex);
	list_for_each_entry (service, &popcorn_services, list)
		if (!list_empty(&service->watchers))
			send_watch(node, service, true);
}

static void node_lost(int node)
{
	struct service *service, *next;

	lockdep_assert_held(&popcorn_services_mutex);
	list_for_each_entry_safe (service, next, &popcorn_services, list) {
		set_offered_by(service, node, false);
		remove_watching_node(node, service);
	}
}

static int handle_node_event(struct notifier_block *block, unsigned long what, void *data)
{
	const struct popcorn_node_event *event = data;

	mutex_lock(&popcorn_services_mutex);
	if (what == POPCORN_NODE_JOINED)
		node_joined(event->id);
	else
		node_lost(event->id);
	mutex_unlock(&popcorn_services_mutex);
	return NOTIFY_OK;
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
	popcorn_unregister_node_notifier(&node_block);
	popcorn_unregister_handlers(handlers, ARRAY_SIZE(handlers));
	popcorn_free_services();
}
