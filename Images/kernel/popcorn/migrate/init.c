// SPDX-License-Identifier: GPL-2.0
/* Starting and stopping migration, and the loss of nodes. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/notifier.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include "migrate.h"

static const struct popcorn_handler *const handlers[] = {
	&popcorn_worker_start_handler,   &popcorn_worker_region_handler,
	&popcorn_worker_kill_handler,    &popcorn_worker_ready_handler,
	&popcorn_worker_exit_handler,    &popcorn_thread_arrive_handler,
	&popcorn_thread_move_handler,    &popcorn_thread_exit_handler,
	&popcorn_thread_propose_handler, &popcorn_call_handler,
	&popcorn_call_result_handler,    &popcorn_call_kick_handler,
	&popcorn_node_memory_handler,
};

static void lose_origin(struct worker *worker, void *data)
{
	if (worker->origin != *(const int *)data)
		return;
	mutex_lock(&worker->lock);
	WRITE_ONCE(worker->orphan, true);
	mutex_unlock(&worker->lock);
	popcorn_worker_kill(worker);
}

static void lose_target(struct process *process, void *data)
{
	popcorn_lose_workers(process, *(const int *)data);
}

static int handle_node_event(struct notifier_block *block, unsigned long what, void *data)
{
	const struct popcorn_node_event *event = data;
	int node = event->id;

	if (what == POPCORN_NODE_JOINED)
		popcorn_tell_memory(node);
	if (what == POPCORN_NODE_LOST) {
		popcorn_forget_memory(node);
		popcorn_worker_each(lose_origin, &node);
		popcorn_process_each(lose_target, &node);
	}
	return NOTIFY_OK;
}

static struct notifier_block node_block = { .notifier_call = handle_node_event };

int popcorn_init_migration(void)
{
	int err;

	err = popcorn_register_node_notifier(&node_block);
	if (err)
		return err;
	err = popcorn_register_handlers(handlers, ARRAY_SIZE(handlers));
	if (err)
		goto drop_notifier;
	err = popcorn_init_ps();
	if (err)
		goto drop_handlers;
	err = popcorn_init_device();
	if (err)
		goto exit_ps;
	popcorn_init_memory();
	return 0;

exit_ps:
	popcorn_exit_ps();
drop_handlers:
	popcorn_unregister_handlers(handlers, ARRAY_SIZE(handlers));
drop_notifier:
	popcorn_unregister_node_notifier(&node_block);
	return err;
}

void popcorn_exit_migration(void)
{
	popcorn_exit_device();
	popcorn_exit_ps();
	popcorn_unregister_handlers(handlers, ARRAY_SIZE(handlers));
	popcorn_unregister_node_notifier(&node_block);
}
