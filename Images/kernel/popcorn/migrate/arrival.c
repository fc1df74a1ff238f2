// SPDX-License-Identifier: GPL-2.0
/* What the origin tells the node where its thread is, or is about to be. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <popcorn/trace_migrate.h>
#include "migrate.h"

static void signal_host(const struct worker *worker, const struct guest *guest)
{
	int signal = le16_to_cpu(worker->spec.move_signal);
	struct task_struct *task = get_pid_task(guest->host, PIDTYPE_PID);

	lockdep_assert_held(&worker->lock);
	trace_migrate_request(worker->id, guest->number, guest->hop + 1, popcorn_self(),
			      popcorn_traced_node(guest->proposed), 0);
	if (!task)
		return;
	if (signal)
		send_sig(signal, task, 1);
	put_task_struct(task);
}

/* Somebody at this node wants the thread that @host hosts to move. */
int popcorn_propose_guest(struct worker *worker, struct pid *host, int node)
{
	struct guest *guest;
	int err = -ESRCH;

	mutex_lock(&worker->lock);
	list_for_each_entry (guest, &worker->guests, list) {
		if (guest->host == host) {
			popcorn_note_proposal(&guest->proposed, node);
			signal_host(worker, guest);
			err = 0;
			break;
		}
	}
	mutex_unlock(&worker->lock);
	return err;
}

static struct guest *new_guest(const struct popcorn_thread_message *body)
{
	struct guest *guest = kzalloc(sizeof(*guest), GFP_KERNEL);

	if (!guest)
		return NULL;
	guest->number = le32_to_cpu(body->thread);
	guest->hop = le32_to_cpu(body->hop);
	guest->tid = le32_to_cpu(body->tid);
	guest->from = le32_to_cpu(body->node);
	guest->status = le32_to_cpu(body->status);
	guest->proposed = le32_to_cpu(body->proposed);
	guest->entry = le64_to_cpu(body->entry);
	guest->argument = le64_to_cpu(body->argument);
	init_waitqueue_head(&guest->wait);
	popcorn_init_tracker(&guest->tracker);
	return guest;
}

/* NULL: what came cannot be kept. */
static struct guest *take_arrival(struct worker *worker, const struct popcorn_received *message)
{
	const struct popcorn_travel_message *body = message->payload;
	struct guest *guest = new_guest(&body->thread);

	if (guest &&
	    popcorn_unpack(worker->space, worker->origin, &body->luggage,
			   message->size - offsetof(struct popcorn_travel_message, luggage),
			   &guest->wishes) == -ENOMEM) {
		kfree(guest);
		guest = NULL;
	}
	return guest;
}

static void handle_arrive(const struct popcorn_received *message)
{
	const struct popcorn_thread_message *body = message->payload;
	struct worker *worker = popcorn_worker_told(message, body->process);
	struct guest *guest;

	if (!worker)
		return; /* it has ended; the origin is about to hear of it */
	guest = take_arrival(worker, message);
	if (!guest) {
		pr_err("no memory for a thread of node %d: killing its worker\n", worker->origin);
		popcorn_worker_kill(worker);
	} else {
		trace_migrate_arrive(worker->id, guest->number, guest->hop, guest->from,
				     popcorn_self(), guest->status);
		mutex_lock(&worker->lock);
		list_add_tail(&guest->list, &worker->arrivals);
		worker->arrived++;
		wake_up(&worker->wait);
		mutex_unlock(&worker->lock);
	}
	popcorn_worker_put(worker);
}

static void handle_propose(const struct popcorn_received *message)
{
	const struct popcorn_thread_message *body = message->payload;
	struct worker *worker = popcorn_worker_told(message, body->process);
	struct guest *guest;

	if (!worker)
		return;
	mutex_lock(&worker->lock);
	guest = popcorn_find_guest(worker, le32_to_cpu(body->thread));
	if (guest && guest->hop == le32_to_cpu(body->hop)) {
		popcorn_note_proposal(&guest->proposed, le32_to_cpu(body->node));
		guest->saw_proposal = true;
		signal_host(worker, guest);
	}
	mutex_unlock(&worker->lock);
	popcorn_worker_put(worker);
}

const struct popcorn_handler popcorn_thread_arrive_handler = {
	.type = POPCORN_TYPE_THREAD_ARRIVE,
	.name = "THREAD_ARRIVE",
	.min_size = sizeof(struct popcorn_travel_message),
	.max_size = POPCORN_LARGEST_TRAVEL,
	.handle = handle_arrive,
};

const struct popcorn_handler popcorn_thread_propose_handler = {
	.type = POPCORN_TYPE_THREAD_PROPOSE,
	.name = "THREAD_PROPOSE",
	.min_size = sizeof(struct popcorn_thread_message),
	.max_size = sizeof(struct popcorn_thread_message),
	.handle = handle_propose,
};
