// SPDX-License-Identifier: GPL-2.0
/* Delegated calls as they come to the origin: handing them to the shadow, and taking them back. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "migrate.h"

/* Answers a call with an error, in place of the shadow. */
void popcorn_fail_call(const struct process *process, const struct thread *thread, u32 seq,
		       int error)
{
	struct popcorn_call_result body = {
		.process = cpu_to_le64(process->id),
		.thread = cpu_to_le32(thread->number),
		.hop = cpu_to_le32(thread->hop),
		.seq = cpu_to_le32(seq),
		.result = cpu_to_le64((s64)error),
	};
	struct popcorn_message message = {
		.type = POPCORN_TYPE_CALL_RESULT,
		.head = &body,
		.head_size = sizeof(body),
	};

	lockdep_assert_held(&process->lock);
	popcorn_post(thread->where, &message);
}

static struct incoming_call *copy_call(const struct popcorn_received *message)
{
	const struct popcorn_call_message *body = message->payload;
	u32 in_size = message->size - sizeof(*body);
	struct incoming_call *call = kvmalloc(struct_size(call, data, in_size), GFP_KERNEL);
	int i;

	if (!call)
		return NULL;
	call->seq = le32_to_cpu(body->seq);
	call->number = le32_to_cpu(body->number);
	call->in_size = in_size;
	call->out_size = min_t(u32, le32_to_cpu(body->out_size), POPCORN_CALL_DATA);
	for (i = 0; i < POPCORN_CALL_ARGS; i++)
		call->args[i] = le64_to_cpu(body->args[i]);
	memcpy(call->data, body + 1, in_size);
	return call;
}

/* As for other messages of a thread, but with the call's layout. */
static struct thread *lock_caller(const struct popcorn_received *message, struct process **found)
{
	const struct popcorn_call_message *body = message->payload;

	return popcorn_lock_thread(message, le64_to_cpu(body->process), le32_to_cpu(body->thread),
				   le32_to_cpu(body->hop), found);
}

static void handle_call(const struct popcorn_received *message)
{
	const struct popcorn_call_message *body = message->payload;
	struct incoming_call *call = copy_call(message);
	struct process *process;
	struct thread *thread = lock_caller(message, &process);

	if (!thread) {
		kvfree(call);
		return; /* whoever asked is being killed */
	}
	if (!call || thread->call) {
		popcorn_fail_call(process, thread, le32_to_cpu(body->seq), call ? -EIO : -ENOMEM);
		kvfree(call);
	} else {
		WRITE_ONCE(thread->call, call);
		wake_up(&thread->wait);
	}
	popcorn_unlock_thread(process);
}

static void kick_shadow(const struct process *process, const struct thread *thread)
{
	struct task_struct *task = get_pid_task(thread->pid, PIDTYPE_PID);

	if (!task)
		return;
	if (process->kick_signal)
		send_sig(process->kick_signal, task, 1);
	put_task_struct(task);
}

static void handle_kick(const struct popcorn_received *message)
{
	const struct popcorn_call_message *body = message->payload;
	u32 seq = le32_to_cpu(body->seq);
	struct process *process;
	struct thread *thread = lock_caller(message, &process);

	if (!thread)
		return;
	if (thread->call && thread->call->seq == seq) {
		kvfree(thread->call);
		WRITE_ONCE(thread->call, NULL);
		popcorn_fail_call(process, thread, seq, -EINTR);
	} else if (thread->serving == seq) {
		kick_shadow(process, thread);
	}
	popcorn_unlock_thread(process);
}

const struct popcorn_handler popcorn_call_handler = {
	.type = POPCORN_TYPE_CALL,
	.name = "CALL",
	.min_size = sizeof(struct popcorn_call_message),
	.max_size = sizeof(struct popcorn_call_message) + POPCORN_CALL_DATA,
	.handle = handle_call,
};

const struct popcorn_handler popcorn_call_kick_handler = {
	.type = POPCORN_TYPE_CALL_KICK,
	.name = "CALL_KICK",
	.min_size = sizeof(struct popcorn_call_message),
	.max_size = sizeof(struct popcorn_call_message),
	.handle = handle_kick,
};
