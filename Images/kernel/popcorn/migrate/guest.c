// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that live at this node though their origin is another. Any thread of the worker may
 * become any thread that arrives: all that a thread is lies in its regions.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <popcorn/trace_migrate.h>
#include "../dsm/dsm.h"
#include "migrate.h"

struct guest *popcorn_guest_of_current(struct worker *worker)
{
	struct guest *guest;

	lockdep_assert_held(&worker->lock);
	list_for_each_entry (guest, &worker->guests, list)
		if (guest->host == task_pid(current))
			return guest;
	return NULL;
}

struct guest *popcorn_find_guest(struct worker *worker, u32 number)
{
	struct guest *guest;

	lockdep_assert_held(&worker->lock);
	list_for_each_entry (guest, &worker->guests, list)
		if (guest->number == number)
			return guest;
	/* Here, but no host has woken for it yet. */
	list_for_each_entry (guest, &worker->arrivals, list)
		if (guest->number == number)
			return guest;
	return NULL;
}

static void free_guest(struct worker *worker, struct guest *guest)
{
	popcorn_stop_tracking(worker->space, &guest->tracker);
	list_del(&guest->list);
	put_pid(guest->host);
	kfree(guest);
}

/* The worker is no longer in use. */
void popcorn_free_guests(struct worker *worker)
{
	struct guest *guest, *next;

	list_for_each_entry_safe (guest, next, &worker->guests, list)
		free_guest(worker, guest);
	list_for_each_entry_safe (guest, next, &worker->arrivals, list)
		free_guest(worker, guest);
}

/* With what it will touch first at the origin, if it goes there. */
static int post_move(const struct worker *worker, struct guest *guest,
		     const struct popcorn_step *step)
{
	struct popcorn_travel_message body = {
		.thread.process = cpu_to_le64(worker->id),
		.thread.thread = cpu_to_le32(guest->number),
		.thread.hop = cpu_to_le32(guest->hop),
		.thread.node = cpu_to_le32(step->node),
		.thread.entry = cpu_to_le64(step->entry),
		.thread.argument = cpu_to_le64(step->argument),
	};
	struct popcorn_message message = {
		.type = POPCORN_TYPE_THREAD_MOVE,
		.head = &body,
		.head_size = sizeof(body),
	};
	struct luggage bag;
	int err;

	lockdep_assert_held(&worker->lock);
	if (guest->saw_proposal)
		body.thread.flags = cpu_to_le32(POPCORN_PROPOSAL_SEEN);
	popcorn_stop_tracking(worker->space, &guest->tracker);
	popcorn_pack(&bag, worker->space, worker->origin,
		     step->node == worker->origin ? &guest->wishes : NULL, &guest->tracker.print,
		     &body.luggage);
	message.body = bag.pages;
	message.body_size = bag.size;
	err = popcorn_post(worker->origin, &message);
	popcorn_packed(&bag, !err);
	return err;
}

static int post_exit(const struct worker *worker, const struct guest *guest,
		     const struct popcorn_step *step)
{
	struct popcorn_thread_message body = {
		.process = cpu_to_le64(worker->id),
		.thread = cpu_to_le32(guest->number),
		.hop = cpu_to_le32(guest->hop),
		.status = cpu_to_le32(step->status),
	};
	struct popcorn_message message = {
		.type = POPCORN_TYPE_THREAD_EXIT,
		.head = &body,
		.head_size = sizeof(body),
	};

	lockdep_assert_held(&worker->lock);
	if (step->action == POPCORN_STEP_EXIT_PROCESS)
		body.flags = cpu_to_le32(POPCORN_EXIT_WHOLE_PROCESS);
	return popcorn_post(worker->origin, &message);
}

static int check_target(int node)
{
	struct popcorn_node info;

	if (popcorn_get_node(node, &info))
		return -EINVAL;
	return info.state == POPCORN_NODE_SELF ? -EALREADY : 0;
}

/* The calling thread stops being its guest, which moves or ends. */
static int part(struct worker *worker, const struct popcorn_step *step)
{
	struct guest *guest;
	int err = 0;

	mutex_lock(&worker->lock);
	guest = popcorn_guest_of_current(worker);
	if (!guest) {
		err = -EINVAL;
	} else if (worker->orphan) {
		err = -EHOSTDOWN;
	} else {
		trace_migrate_begin(worker->id, guest->number, guest->hop + 1, popcorn_self(),
				    step->action == POPCORN_STEP_LEAVE ? step->node :
									 worker->origin,
				    step->status);
		if (step->action != POPCORN_STEP_LEAVE)
			err = post_exit(worker, guest, step);
		else
			err = check_target(step->node) ?: post_move(worker, guest, step);
		if (!err)
			free_guest(worker, guest);
		else
			trace_migrate_resume(worker->id, guest->number, guest->hop + 1, step->node,
					     popcorn_self(), err);
	}
	mutex_unlock(&worker->lock);
	return err;
}

static void fill_event(const struct worker *worker, const struct guest *guest,
		       struct popcorn_event *event)
{
	*event = (struct popcorn_event){
		.kind = POPCORN_EVENT_ARRIVED,
		.status = guest->status,
		.thread = guest->number,
		.tid = guest->tid,
		.entry = guest->entry,
		.argument = guest->argument,
		.from = guest->from,
		.hop = guest->hop,
		.proposed = guest->proposed,
		.regions = READ_ONCE(worker->space->region_count),
		.spare = worker->waiting,
	};
}

/* Becomes the first thread that has arrived. Returns false if another was faster. */
static bool take_in(struct worker *worker, struct popcorn_event *event)
{
	struct guest *guest;

	mutex_lock(&worker->lock);
	guest = list_first_entry_or_null(&worker->arrivals, struct guest, list);
	if (guest) {
		list_move_tail(&guest->list, &worker->guests);
		guest->host = get_pid(task_pid(current));
		worker->waiting--;
		fill_event(worker, guest, event);
		popcorn_start_tracking(worker->space, &guest->tracker);
		trace_migrate_resume(worker->id, guest->number, guest->hop, guest->from,
				     popcorn_self(), guest->status);
	}
	mutex_unlock(&worker->lock);
	return guest;
}

static int begin_waiting(struct worker *worker)
{
	int err = 0;

	mutex_lock(&worker->lock);
	if (popcorn_guest_of_current(worker))
		err = -EINVAL;
	else
		worker->waiting++;
	mutex_unlock(&worker->lock);
	return err;
}

static long stop_waiting(struct worker *worker, long err)
{
	mutex_lock(&worker->lock);
	worker->waiting--;
	mutex_unlock(&worker->lock);
	return err;
}

static bool has_arrivals(const struct worker *worker)
{
	return READ_ONCE(worker->dead) || !list_empty_careful(&worker->arrivals);
}

static long await_arrival(struct worker *worker, struct popcorn_event *event)
{
	long err = begin_waiting(worker);

	if (err)
		return err;
	do {
		if (wait_event_interruptible_exclusive(worker->wait, has_arrivals(worker)))
			return stop_waiting(worker, -ERESTARTSYS);
		if (READ_ONCE(worker->dead))
			return stop_waiting(worker, -EINTR);
	} while (!take_in(worker, event));
	return 0;
}

long popcorn_worker_step(struct worker *worker, struct popcorn_step __user *user)
{
	struct popcorn_event event;
	struct popcorn_step step;
	long err = 0;

	if (copy_from_user(&step, user, sizeof(step)))
		return -EFAULT;
	switch (step.action) {
	case POPCORN_STEP_WAIT:
		break;
	case POPCORN_STEP_LEAVE:
	case POPCORN_STEP_EXIT_THREAD:
	case POPCORN_STEP_EXIT_PROCESS:
		err = part(worker, &step);
		break;
	default:
		err = -EINVAL;
	}
	if (err)
		return err;
	if (step.action != POPCORN_STEP_WAIT && put_user(POPCORN_STEP_WAIT, &user->action))
		return -EFAULT;
	err = await_arrival(worker, &event);
	if (err)
		return err;
	return copy_to_user(&user->event, &event, sizeof(event)) ? -EFAULT : 0;
}
