// SPDX-License-Identifier: GPL-2.0
/*
 * The threads of a process, kept at its origin: where each is, and sending it elsewhere.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/ktime.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <popcorn/trace_migrate.h>
#include "../core.h"
#include "migrate.h"

struct thread *popcorn_find_thread(struct process *process, u32 number)
{
	struct thread *thread;

	lockdep_assert_held(&process->lock);
	list_for_each_entry (thread, &process->threads, list)
		if (thread->number == number)
			return thread;
	return NULL;
}

static void free_thread(struct process *process, struct thread *thread)
{
	popcorn_stop_tracking(process->space, &thread->tracker);
	list_del(&thread->list);
	put_pid(thread->pid);
	kvfree(thread->call);
	kfree(thread->prints);
	kfree(thread);
}

static bool has_exited(const struct thread *thread)
{
	bool exited;

	rcu_read_lock();
	exited = !pid_task(thread->pid, PIDTYPE_PID);
	rcu_read_unlock();
	return exited;
}

/* Threads that have exited at home leave nothing but their entry. */
static void prune_threads(struct process *process)
{
	struct thread *thread, *next;

	lockdep_assert_held(&process->lock);
	list_for_each_entry_safe (thread, next, &process->threads, list)
		if (has_exited(thread))
			free_thread(process, thread);
}

static struct thread *new_thread(struct process *process, struct pid *pid)
{
	struct thread *thread;

	lockdep_assert_held(&process->lock);
	prune_threads(process);
	thread = kzalloc(sizeof(*thread), GFP_KERNEL_ACCOUNT);
	if (!thread)
		return NULL;
	thread->prints = kcalloc(POPCORN_MAX_NODES, sizeof(*thread->prints), GFP_KERNEL_ACCOUNT);
	if (!thread->prints) {
		kfree(thread);
		return NULL;
	}
	thread->number = ++process->last_number;
	thread->pid = get_pid(pid);
	thread->where = process->self;
	thread->from = process->self;
	thread->proposed = -1;
	init_waitqueue_head(&thread->wait);
	popcorn_init_tracker(&thread->tracker);
	list_add_tail(&thread->list, &process->threads);
	return thread;
}

/* The thread whose kernel thread here is @pid. */
struct thread *popcorn_thread_of(struct process *process, struct pid *pid, bool create)
{
	struct thread *thread;

	lockdep_assert_held(&process->lock);
	list_for_each_entry (thread, &process->threads, list)
		if (thread->pid == pid)
			return thread;
	return create ? new_thread(process, pid) : NULL;
}

/* The process is no longer in use; needs no lock. */
void popcorn_free_threads(struct process *process)
{
	struct thread *thread, *next;

	list_for_each_entry_safe (thread, next, &process->threads, list)
		free_thread(process, thread);
}

/* The calling thread leaves its origin: from now on it is known what it touched first here. */
void popcorn_note_departure(struct process *process, struct thread *thread)
{
	lockdep_assert_held(&process->lock);
	popcorn_stop_tracking(process->space, &thread->tracker);
	thread->prints[process->self] = thread->tracker.print;
}

/* To @node, with what it will touch first there, unless it comes back from a failed move. */
int popcorn_post_arrival(const struct process *process, const struct thread *thread, int node,
			 int status)
{
	struct popcorn_travel_message body = {
		.thread.process = cpu_to_le64(process->id),
		.thread.thread = cpu_to_le32(thread->number),
		.thread.hop = cpu_to_le32(thread->hop),
		.thread.node = cpu_to_le32(thread->from),
		.thread.tid = cpu_to_le32(pid_nr(thread->pid)),
		.thread.status = cpu_to_le32(status),
		.thread.proposed = cpu_to_le32(thread->proposed),
		.thread.entry = cpu_to_le64(thread->entry),
		.thread.argument = cpu_to_le64(thread->argument),
	};
	struct popcorn_message message = {
		.type = POPCORN_TYPE_THREAD_ARRIVE,
		.head = &body,
		.head_size = sizeof(body),
	};
	struct luggage bag;
	int err;

	lockdep_assert_held(&process->lock);
	popcorn_pack(&bag, process->space, node, status ? NULL : &thread->prints[node],
		     &thread->prints[process->self], &body.luggage);
	message.body = bag.pages;
	message.body_size = bag.size;
	err = popcorn_post(node, &message);
	popcorn_packed(&bag, !err);
	return err;
}

/* Tells the shadow. Only the first of what ends a stay elsewhere counts. */
void popcorn_thread_event(const struct process *process, struct thread *thread, u32 event,
			  int status)
{
	lockdep_assert_held(&process->lock);
	if (thread->event)
		return;
	if (event != POPCORN_EVENT_ARRIVED)
		thread->from = thread->where; /* where it ended, or was lost */
	thread->where = process->self;
	thread->status = status;
	kvfree(thread->call);
	thread->call = NULL;
	WRITE_ONCE(thread->event, event);
	wake_up(&thread->wait);
	popcorn_changed(&popcorn_ps_changes);
}

/*
 * Sends the thread from where it is to another node than this one. entry and argument are set.
 * On an error it stays where it is.
 */
int popcorn_send_thread(struct process *process, struct thread *thread, int node)
{
	int from = thread->from, where = thread->where;
	int err;

	lockdep_assert_held(&process->lock);
	if (process->ended)
		return -ESRCH;
	err = popcorn_ensure_worker(process, node);
	if (err)
		return err;
	thread->from = thread->where;
	thread->where = node;
	thread->hop++;
	trace_migrate_route(process->id, thread->number, thread->hop, thread->from, node, 0);
	err = popcorn_post_arrival(process, thread, node, 0);
	if (err) {
		thread->from = from;
		thread->where = where;
		thread->hop--;
		return err;
	}
	process->hops++;
	thread->moved_at = ktime_get_ns();
	popcorn_changed(&popcorn_ps_changes);
	return 0;
}

/* It stays where it is, or goes back there. */
void popcorn_note_refusal(struct thread *thread, int error)
{
	thread->refused++;
	thread->error = error;
	popcorn_changed(&popcorn_ps_changes);
}

/* The node it was sent to does not take it: it goes on, with an error, where it was before. */
void popcorn_bounce_thread(struct process *process, struct thread *thread, int error)
{
	int refused_by = thread->where;
	int back = thread->from;

	lockdep_assert_held(&process->lock);
	trace_migrate_route(process->id, thread->number, thread->hop, refused_by, back, error);
	thread->hop++;
	thread->where = back;
	thread->from = refused_by;
	popcorn_note_refusal(thread, error);
	if (back == process->self) {
		popcorn_thread_event(process, thread, POPCORN_EVENT_ARRIVED, error);
		return;
	}
	/* Its worker there may have ended since. */
	if (process->workers[back] != WORKER_READY ||
	    popcorn_post_arrival(process, thread, back, error))
		popcorn_thread_event(process, thread, POPCORN_EVENT_LOST, -EHOSTDOWN);
}

static void signal_thread(const struct thread *thread, int signal)
{
	struct task_struct *task = get_pid_task(thread->pid, PIDTYPE_PID);

	if (!task)
		return;
	if (signal)
		send_sig(signal, task, 1);
	put_task_struct(task);
}

/* Somebody wants it to move to @node, or to the next one (-1). */
int popcorn_propose(struct process *process, struct thread *thread, int node)
{
	struct popcorn_thread_message body = {
		.process = cpu_to_le64(process->id),
		.thread = cpu_to_le32(thread->number),
		.hop = cpu_to_le32(thread->hop),
		.node = cpu_to_le32(node),
	};
	struct popcorn_message message = {
		.type = POPCORN_TYPE_THREAD_PROPOSE,
		.head = &body,
		.head_size = sizeof(body),
	};

	lockdep_assert_held(&process->lock);
	trace_migrate_request(process->id, thread->number, thread->hop + 1, thread->where,
			      popcorn_traced_node(node), 0);
	popcorn_note_proposal(&thread->proposed, node);
	if (thread->where == process->self) {
		signal_thread(thread, process->move_signal);
		return 0;
	}
	return popcorn_post(thread->where, &message);
}
