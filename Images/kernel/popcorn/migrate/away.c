// SPDX-License-Identifier: GPL-2.0
/*
 * The workers of a process on other nodes, as its origin sees them.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/pid.h>
#include <popcorn/trace_migrate.h>
#include "../core.h"
#include "../dsm/dsm.h"
#include "migrate.h"

static const char *arch_of(int node)
{
	struct popcorn_node info = { .arch = POPCORN_ARCH_UNKNOWN };

	popcorn_get_node(node, &info);
	return popcorn_arch_name(info.arch);
}

static int post_start(struct process *process, int node)
{
	struct popcorn_message message = {
		.type = POPCORN_TYPE_WORKER_START,
		.head = process->spec,
		.head_size = sizeof(*process->spec),
	};
	struct popcorn_region_info region = {};
	u32 count = 0;

	lockdep_assert_held(&process->lock);
	while (!popcorn_get_region(process->space, &region)) {
		process->spec->regions[count].address = cpu_to_le64(region.address);
		process->spec->regions[count].size = cpu_to_le64(region.size);
		region.index = ++count;
	}
	process->spec->region_count = cpu_to_le32(count);
	return popcorn_post(node, &message);
}

/* There is, or will be, a worker on @node. */
int popcorn_ensure_worker(struct process *process, int node)
{
	struct popcorn_node info;
	int err;

	lockdep_assert_held(&process->lock);
	if (popcorn_get_node(node, &info))
		return -EINVAL;
	if (!popcorn_node_takes_part(info.state))
		return -EHOSTDOWN;
	if (process->workers[node] != WORKER_NONE)
		return 0;
	if (popcorn_space_has_member(process->space, node))
		return -EBUSY; /* the last worker there has yet to return its pages */
	if (!popcorn_has_room(process, node))
		return -ENOMEM;
	popcorn_space_add_member(process->space, node);
	err = post_start(process, node);
	if (err) {
		popcorn_space_lose_member(process->space, node, true);
		return err;
	}
	process->workers[node] = WORKER_STARTING;
	return 0;
}

static void refuse_all(struct process *process, int node, int error)
{
	struct thread *thread;

	lockdep_assert_held(&process->lock);
	pr_warn("process %d: node %d (%s) does not start its worker: error %d\n",
		pid_nr(process->tgid), node, arch_of(node), error);
	list_for_each_entry (thread, &process->threads, list)
		if (thread->where == node)
			popcorn_bounce_thread(process, thread, error);
}

static void end_all(struct process *process, int node, int status)
{
	int signal = status & 0x7f;
	struct thread *thread;
	bool any = false;

	lockdep_assert_held(&process->lock);
	list_for_each_entry (thread, &process->threads, list) {
		if (thread->where != node || thread->event)
			continue;
		any = true;
		trace_migrate_exit(process->id, thread->number, thread->hop, node, process->self,
				   status);
		thread->signal = signal;
		popcorn_thread_event(process, thread, POPCORN_EVENT_PROCESS_EXIT,
				     signal ? 128 + signal : status >> 8 & 0xff);
	}
	if (any && signal)
		pr_warn("process %d: killed by signal %d on node %d (%s)\n", pid_nr(process->tgid),
			signal, node, arch_of(node));
}

/* @node is gone, and the threads that lived there with it. */
void popcorn_lose_workers(struct process *process, int node)
{
	struct thread *thread;
	enum worker_state state;

	mutex_lock(&process->lock);
	state = process->workers[node];
	process->workers[node] = WORKER_NONE;
	list_for_each_entry (thread, &process->threads, list) {
		if (thread->where != node || thread->event)
			continue;
		if (state == WORKER_STARTING) {
			popcorn_bounce_thread(process, thread, -EHOSTDOWN);
			continue;
		}
		pr_warn("process %d: thread %d is lost with node %d (%s)\n", pid_nr(process->tgid),
			pid_nr(thread->pid), node, arch_of(node));
		trace_migrate_exit(process->id, thread->number, thread->hop, node, process->self,
				   -EHOSTDOWN);
		popcorn_thread_event(process, thread, POPCORN_EVENT_LOST, -EHOSTDOWN);
	}
	mutex_unlock(&process->lock);
}

static void handle_ready(const struct popcorn_received *message)
{
	const struct popcorn_worker_message *body = message->payload;
	struct process *process = popcorn_process_find(le64_to_cpu(body->process));

	if (!process)
		return;
	mutex_lock(&process->lock);
	if (process->workers[message->sender.node] == WORKER_STARTING)
		process->workers[message->sender.node] = WORKER_READY;
	popcorn_changed(&popcorn_ps_changes);
	mutex_unlock(&process->lock);
	popcorn_process_put(process);
}

static void handle_exit(const struct popcorn_received *message)
{
	const struct popcorn_worker_message *body = message->payload;
	struct process *process = popcorn_process_find(le64_to_cpu(body->process));
	int status = (int)le32_to_cpu(body->status);
	int node = message->sender.node;
	enum worker_state state;

	if (!process)
		return;
	mutex_lock(&process->lock);
	state = process->workers[node];
	process->workers[node] = WORKER_NONE;
	if (state == WORKER_STARTING)
		refuse_all(process, node, status < 0 && status >= -MAX_ERRNO ? status : -ESRCH);
	else if (state == WORKER_READY)
		end_all(process, node, status);
	mutex_unlock(&process->lock);
	popcorn_process_put(process);
}

const struct popcorn_handler popcorn_worker_ready_handler = {
	.type = POPCORN_TYPE_WORKER_READY,
	.name = "WORKER_READY",
	.min_size = sizeof(struct popcorn_worker_message),
	.max_size = sizeof(struct popcorn_worker_message),
	.handle = handle_ready,
};

const struct popcorn_handler popcorn_worker_exit_handler = {
	.type = POPCORN_TYPE_WORKER_EXIT,
	.name = "WORKER_EXIT",
	.min_size = sizeof(struct popcorn_worker_message),
	.max_size = sizeof(struct popcorn_worker_message),
	.handle = handle_exit,
};
