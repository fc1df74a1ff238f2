// SPDX-License-Identifier: GPL-2.0
/*
 * Delegated calls, at the node where the thread is: the call goes to the origin, the thread
 * waits for its result. A signal meanwhile makes the shadow's system call return (CALL_KICK).
 * The kick may come just before the shadow enters its system call, so it is repeated.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <popcorn/trace_migrate.h>
#include <uapi/popcorn/delegate.h>
#include "../core.h"
#include "migrate.h"

#define KICK_AGAIN (HZ / 20 + 1)

static void fill_message(const struct worker *worker, const struct guest *guest,
			 const struct outgoing_call *call, struct popcorn_call_message *body)
{
	int i;

	*body = (struct popcorn_call_message){
		.process = cpu_to_le64(worker->id),
		.thread = cpu_to_le32(guest->number),
		.hop = cpu_to_le32(guest->hop),
		.seq = cpu_to_le32(call->seq),
		.number = cpu_to_le32(call->number),
		.out_size = cpu_to_le32(call->out_size),
	};
	for (i = 0; i < POPCORN_CALL_ARGS; i++)
		body->args[i] = cpu_to_le64(call->args[i]);
}

static void trace_begin(const struct worker *worker, const struct guest *guest,
			const struct outgoing_call *call)
{
	trace_call_begin(worker->id, guest->number, guest->hop, call->seq, call->number,
			 call->args[0], call->in_size, false);
	if (call->number == POPCORN_CALL_FUTEX_WAIT || call->number == POPCORN_CALL_FUTEX_WAKE)
		trace_futex(worker->id, guest->number, call->number == POPCORN_CALL_FUTEX_WAIT,
			    call->args[0], call->args[1]);
}

/* The guest stays as long as its host, the caller, does not step. */
static struct guest *begin_call(struct worker *worker, struct outgoing_call *call,
				struct popcorn_call_message *body)
{
	struct guest *guest;

	mutex_lock(&worker->lock);
	guest = popcorn_guest_of_current(worker);
	if (guest && !worker->orphan) {
		call->seq = ++guest->last_seq;
		if (!call->seq)
			call->seq = ++guest->last_seq;
		guest->call = call;
		worker->calls++;
		fill_message(worker, guest, call, body);
		trace_begin(worker, guest, call);
	} else {
		guest = NULL;
	}
	mutex_unlock(&worker->lock);
	return guest;
}

/* After this nobody touches the call. Returns whether its result has come. */
static bool end_call(struct worker *worker, struct guest *guest, struct outgoing_call *call)
{
	mutex_lock(&worker->lock);
	guest->call = NULL;
	trace_call_end(worker->id, guest->number, guest->hop, call->seq, call->result,
		       call->out_filled, false);
	mutex_unlock(&worker->lock);
	return call->done;
}

static void kick(const struct worker *worker, const struct popcorn_call_message *body)
{
	struct popcorn_message message = {
		.type = POPCORN_TYPE_CALL_KICK,
		.head = body,
		.head_size = sizeof(*body),
	};

	popcorn_post(worker->origin, &message);
}

static bool is_over(const struct worker *worker, const struct outgoing_call *call)
{
	return READ_ONCE(call->done) || READ_ONCE(worker->dead);
}

static void await_result(struct worker *worker, struct guest *guest, struct outgoing_call *call,
			 const struct popcorn_call_message *body)
{
	long left;

	if (!wait_event_interruptible(guest->wait, is_over(worker, call)))
		return;
	while (!is_over(worker, call) && !fatal_signal_pending(current)) {
		if (!worker->spec.kick_signal) {
			wait_event_killable(guest->wait, is_over(worker, call));
			return;
		}
		kick(worker, body);
		left = wait_event_killable_timeout(guest->wait, is_over(worker, call), KICK_AGAIN);
		if (left < 0)
			return;
	}
}

/* Waits for the result, or until the thread is killed. */
static void wait_for_origin(struct worker *worker, struct guest *guest, struct outgoing_call *call,
			    const struct popcorn_call_message *body)
{
	popcorn_begin_wait(worker->origin);
	await_result(worker, guest, call, body);
	popcorn_end_wait(worker->origin);
}

/**
 * popcorn_delegate() - let the calling thread's shadow do something
 * @worker: whose thread it is
 * @call: what; its buffers lie in kernel memory
 *
 * Return: 0 and call->result; -EIO if it could not be done; -ERESTARTSYS after a signal.
 */
int popcorn_delegate(struct worker *worker, struct outgoing_call *call)
{
	struct popcorn_call_message body;
	struct popcorn_message message = {
		.type = POPCORN_TYPE_CALL,
		.head = &body,
		.head_size = sizeof(body),
		.body = call->in,
		.body_size = call->in_size,
	};
	struct guest *guest;
	int err;

	if (call->in_size > POPCORN_CALL_DATA || call->out_size > POPCORN_CALL_DATA)
		return -EINVAL;
	guest = begin_call(worker, call, &body);
	if (!guest)
		return -EIO;
	err = popcorn_send(worker->origin, &message, MAX_SCHEDULE_TIMEOUT);
	if (!err)
		wait_for_origin(worker, guest, call, &body);
	if (!end_call(worker, guest, call))
		return fatal_signal_pending(current) ? -EINTR : -EIO;
	if (call->result == -EINTR && signal_pending(current))
		return -ERESTARTSYS;
	return 0;
}

static void copy_arguments(struct outgoing_call *call, const struct popcorn_call *user)
{
	call->number = user->number;
	call->in_size = user->in_size;
	call->out_size = user->out_size;
	memcpy(call->args, user->args, sizeof(call->args));
}

/* One buffer serves both ways: what was sent is no longer needed when the answer comes. */
static long delegate_with(struct worker *worker, struct popcorn_call *args, void *buffer)
{
	struct outgoing_call call = {};
	int err;

	copy_arguments(&call, args);
	if (copy_from_user(buffer, u64_to_user_ptr(args->in), args->in_size))
		return -EFAULT;
	call.in = buffer;
	call.out = buffer;
	err = popcorn_delegate(worker, &call);
	if (err)
		return err;
	args->result = call.result;
	args->out_size = call.out_filled;
	if (copy_to_user(u64_to_user_ptr(args->out), buffer, call.out_filled))
		return -EFAULT;
	return 0;
}

long popcorn_call_ioctl(struct worker *worker, struct popcorn_call __user *user)
{
	struct popcorn_call args;
	void *buffer;
	long err;

	if (copy_from_user(&args, user, sizeof(args)))
		return -EFAULT;
	if (args.in_size > POPCORN_CALL_DATA || args.out_size > POPCORN_CALL_DATA)
		return -EINVAL;
	buffer = kvmalloc(max3(args.in_size, args.out_size, 1u), GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return -ENOMEM;
	err = delegate_with(worker, &args, buffer);
	kvfree(buffer);
	if (err)
		return err;
	return copy_to_user(user, &args, sizeof(args)) ? -EFAULT : 0;
}

static void take_result(struct worker *worker, const struct popcorn_received *message)
{
	const struct popcorn_call_result *body = message->payload;
	u32 size = message->size - sizeof(*body);
	struct guest *guest = popcorn_find_guest(worker, le32_to_cpu(body->thread));
	struct outgoing_call *call = guest ? guest->call : NULL;

	if (!call || guest->hop != le32_to_cpu(body->hop) || call->seq != le32_to_cpu(body->seq) ||
	    call->done)
		return; /* nobody waits for it any more */
	call->result = le64_to_cpu(body->result);
	call->out_filled = min(size, call->out_size);
	memcpy(call->out, body + 1, call->out_filled);
	WRITE_ONCE(call->done, true);
	wake_up(&guest->wait);
}

static void handle_result(const struct popcorn_received *message)
{
	const struct popcorn_call_result *body = message->payload;
	struct worker *worker = popcorn_worker_find(le64_to_cpu(body->process));

	if (!worker)
		return;
	if (worker->origin == message->sender.node) {
		mutex_lock(&worker->lock);
		take_result(worker, message);
		mutex_unlock(&worker->lock);
	}
	popcorn_worker_put(worker);
}

const struct popcorn_handler popcorn_call_result_handler = {
	.type = POPCORN_TYPE_CALL_RESULT,
	.name = "CALL_RESULT",
	.min_size = sizeof(struct popcorn_call_result),
	.max_size = sizeof(struct popcorn_call_result) + POPCORN_CALL_DATA,
	.handle = handle_result,
};
