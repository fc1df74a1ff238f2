// SPDX-License-Identifier: GPL-2.0
/* Starting and stopping the shared memory, and the loss of nodes. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/notifier.h>
#include <popcorn/node.h>
#include "dsm.h"

struct workqueue_struct *popcorn_dsm_queue;

static const struct popcorn_handler *const handlers[] = {
	&popcorn_page_request_handler,    &popcorn_page_grant_handler,
	&popcorn_page_fetch_handler,      &popcorn_page_fetched_handler,
	&popcorn_page_invalidate_handler, &popcorn_page_invalidated_handler,
	&popcorn_page_return_handler,     &popcorn_space_leave_handler,
};

static void lose_node(struct space *space, void *data)
{
	int node = *(const int *)data;

	if (space->at_home)
		popcorn_space_lose_member(space, node, false);
	else if (space->home == node)
		popcorn_space_kill(space);
}

static int handle_node_event(struct notifier_block *block, unsigned long what, void *data)
{
	const struct popcorn_node_event *event = data;
	int node = event->id;

	if (what == POPCORN_NODE_LOST)
		popcorn_space_each(lose_node, &node);
	return NOTIFY_OK;
}

/* Before the processes hear of it (migrate/init.c): pages first, then threads. */
static struct notifier_block node_block = {
	.notifier_call = handle_node_event,
	.priority = 1,
};

int popcorn_init_dsm(void)
{
	int err;

	popcorn_init_pages();
	popcorn_dsm_queue = alloc_workqueue("popcorn_dsm", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!popcorn_dsm_queue)
		return -ENOMEM;
	err = popcorn_init_spaces();
	if (err)
		goto destroy_queue;
	err = popcorn_register_node_notifier(&node_block);
	if (err)
		goto exit_spaces;
	err = popcorn_register_handlers(handlers, ARRAY_SIZE(handlers));
	if (err)
		goto drop_notifier;
	err = popcorn_init_pages_file();
	if (err)
		goto drop_handlers;
	return 0;

drop_handlers:
	popcorn_unregister_handlers(handlers, ARRAY_SIZE(handlers));
drop_notifier:
	popcorn_unregister_node_notifier(&node_block);
exit_spaces:
	popcorn_exit_spaces();
destroy_queue:
	destroy_workqueue(popcorn_dsm_queue);
	return err;
}

void popcorn_exit_dsm(void)
{
	popcorn_exit_pages_file();
	popcorn_unregister_handlers(handlers, ARRAY_SIZE(handlers));
	popcorn_unregister_node_notifier(&node_block);
	popcorn_exit_spaces();
	destroy_workqueue(popcorn_dsm_queue);
}
