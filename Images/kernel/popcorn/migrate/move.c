// SPDX-License-Identifier: GPL-2.0
/* What the node where a thread is tells its origin: that it moves on, or ends. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/ktime.h>
#include <popcorn/trace_migrate.h>
#include "migrate.h"

/**
 * popcorn_lock_thread() - process and thread that a message speaks of
 * @message: from the node where the thread is
 * @id: of the process
 * @number: of the thread
 * @hop: how often it had moved
 * @found: out: the process
 *
 * Return: the thread; the caller ends with popcorn_unlock_thread(). NULL for a stale message.
 */
struct thread *popcorn_lock_thread(const struct popcorn_received *message, u64 id, u32 number,
				   u32 hop, struct process **found)
{
	struct process *process = popcorn_process_find(id);
	struct thread *thread;

	*found = process;
	if (!process)
		return NULL;
	mutex_lock(&process->lock);
	thread = popcorn_find_thread(process, number);
	if (thread && thread->where == message->sender.node && thread->hop == hop)
		return thread;
	popcorn_unlock_thread(process);
	return NULL;
}

void popcorn_unlock_thread(struct process *process)
{
	mutex_unlock(&process->lock);
	popcorn_process_put(process);
}

static struct thread *lock_thread(const struct popcorn_received *message, struct process **found)
{
	const struct popcorn_thread_message *body = message->payload;

	return popcorn_lock_thread(message, le64_to_cpu(body->process), le32_to_cpu(body->thread),
				   le32_to_cpu(body->hop), found);
}

/* The pages that came with it are here, whatever becomes of the thread. */
static void take_luggage(const struct popcorn_received *message, struct footprint *print)
{
	const struct popcorn_travel_message *body = message->payload;
	struct process *process = popcorn_process_find(le64_to_cpu(body->thread.process));

	if (!process)
		return;
	popcorn_unpack(process->space, message->sender.node, &body->luggage,
		       message->size - offsetof(struct popcorn_travel_message, luggage), print);
	popcorn_process_put(process);
}

static void come_home(struct process *process, struct thread *thread)
{
	thread->from = thread->where;
	thread->hop++;
	thread->moved_at = ktime_get_ns();
	process->hops++;
	trace_migrate_arrive(process->id, thread->number, thread->hop, thread->from, process->self,
			     0);
	popcorn_thread_event(process, thread, POPCORN_EVENT_ARRIVED, 0);
}

/* It stays where it is, and goes on there with the error. */
static void refuse_move(struct process *process, struct thread *thread, int error)
{
	thread->hop++;
	popcorn_note_refusal(thread, error);
	if (popcorn_post_arrival(process, thread, thread->where, error))
		popcorn_thread_event(process, thread, POPCORN_EVENT_LOST, -EHOSTDOWN);
}

static void handle_move(const struct popcorn_received *message)
{
	const struct popcorn_thread_message *body = message->payload;
	int node = (int)le32_to_cpu(body->node);
	struct footprint print = {};
	struct process *process;
	struct thread *thread;
	int err;

	take_luggage(message, &print);
	thread = lock_thread(message, &process);
	if (!thread)
		return;
	thread->prints[message->sender.node] = print;
	thread->entry = le64_to_cpu(body->entry);
	thread->argument = le64_to_cpu(body->argument);
	if ((le32_to_cpu(body->flags) & POPCORN_PROPOSAL_SEEN) || thread->proposed == node ||
	    thread->proposed == POPCORN_NODE_NEXT)
		thread->proposed = -1; /* else it has crossed the move, and goes along */
	if (node == process->self) {
		come_home(process, thread);
	} else {
		err = node == thread->where ? -EALREADY :
					      popcorn_send_thread(process, thread, node);
		if (err)
			refuse_move(process, thread, err);
	}
	popcorn_unlock_thread(process);
}

static void handle_exit(const struct popcorn_received *message)
{
	const struct popcorn_thread_message *body = message->payload;
	bool all = le32_to_cpu(body->flags) & POPCORN_EXIT_WHOLE_PROCESS;
	int status = le32_to_cpu(body->status) & 0xff;
	struct process *process;
	struct thread *thread = lock_thread(message, &process);

	if (!thread)
		return;
	trace_migrate_exit(process->id, thread->number, thread->hop, thread->where, process->self,
			   status);
	popcorn_thread_event(process, thread,
			     all ? POPCORN_EVENT_PROCESS_EXIT : POPCORN_EVENT_THREAD_EXIT, status);
	popcorn_unlock_thread(process);
}

const struct popcorn_handler popcorn_thread_move_handler = {
	.type = POPCORN_TYPE_THREAD_MOVE,
	.name = "THREAD_MOVE",
	.min_size = sizeof(struct popcorn_travel_message),
	.max_size = POPCORN_LARGEST_TRAVEL,
	.handle = handle_move,
};

const struct popcorn_handler popcorn_thread_exit_handler = {
	.type = POPCORN_TYPE_THREAD_EXIT,
	.name = "THREAD_EXIT",
	.min_size = sizeof(struct popcorn_thread_message),
	.max_size = sizeof(struct popcorn_thread_message),
	.handle = handle_exit,
};
