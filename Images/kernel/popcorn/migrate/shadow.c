// SPDX-License-Identifier: GPL-2.0
/*
 * Steps of a thread at its origin: leaving, and being the shadow while it is away. The shadow
 * does delegated calls in user space, as the process that it is, with its own files.
 *
 * User memory is touched without process->lock: it may lie in a shared page.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <popcorn/trace_migrate.h>
#include "../core.h"
#include "../dsm/dsm.h"
#include "migrate.h"

static int check_target(int node)
{
	struct popcorn_node info;

	if (popcorn_get_node(node, &info))
		return -EINVAL;
	if (info.state == POPCORN_NODE_SELF)
		return -EALREADY;
	return popcorn_node_takes_part(info.state) ? 0 : -EHOSTDOWN;
}

static void replace_spec(struct process *process, struct popcorn_worker_start *spec)
{
	lockdep_assert_held(&process->lock);
	kvfree(process->spec);
	process->spec = spec;
}

static void note_refused_leave(struct process *process, struct thread *thread,
			       const struct popcorn_step *step, int err)
{
	lockdep_assert_held(&process->lock);
	popcorn_note_refusal(thread, err);
	trace_migrate_resume(process->id, thread->number, thread->hop + 1, step->node,
			     process->self, err);
}

static int leave_locked(struct process *process, const struct popcorn_step *step)
{
	struct thread *thread = popcorn_thread_of(process, task_pid(current), true);
	int err;

	lockdep_assert_held(&process->lock);
	if (!thread)
		return -ENOMEM;
	if (thread->where != process->self || thread->event)
		return 0; /* a step that was interrupted before it could say so */
	thread->entry = step->entry;
	thread->argument = step->argument;
	trace_migrate_begin(process->id, thread->number, thread->hop + 1, process->self, step->node,
			    0);
	popcorn_note_departure(process, thread);
	thread->proposed = -1; /* the thread knew of it */
	err = popcorn_send_thread(process, thread, step->node);
	if (err)
		note_refused_leave(process, thread, step, err);
	return err;
}

/* Refused before anything was tried; somebody may wait for what comes of a proposal. */
static int refuse_leave(struct process *process, const struct popcorn_step *step, int err)
{
	struct thread *thread;

	mutex_lock(&process->lock);
	thread = popcorn_thread_of(process, task_pid(current), true);
	if (thread) {
		trace_migrate_begin(process->id, thread->number, thread->hop + 1, process->self,
				    step->node, 0);
		note_refused_leave(process, thread, step, err);
	}
	mutex_unlock(&process->lock);
	return err;
}

static int leave(struct process *process, const struct popcorn_step *step)
{
	struct popcorn_worker_start *spec;
	int err = check_target(step->node);

	if (!err)
		err = popcorn_check_program();
	if (err)
		return refuse_leave(process, step, err);
	spec = popcorn_describe_process(process);
	if (IS_ERR(spec))
		return refuse_leave(process, step, PTR_ERR(spec));
	mutex_lock(&process->lock);
	replace_spec(process, spec);
	err = leave_locked(process, step);
	mutex_unlock(&process->lock);
	return err;
}

struct answer {
	int node;
	struct popcorn_call_result head;
	void *data;
	u32 size;
	bool wanted;
};

static int prepare_answer(struct process *process, const struct popcorn_step *step,
			  struct answer *answer)
{
	struct thread *thread;

	mutex_lock(&process->lock);
	thread = popcorn_thread_of(process, task_pid(current), false);
	if (thread && thread->serving) {
		answer->wanted = thread->where != process->self;
		answer->node = thread->where;
		answer->size = min(step->out_size, thread->serving_out_size);
		answer->head = (struct popcorn_call_result){
			.process = cpu_to_le64(process->id),
			.thread = cpu_to_le32(thread->number),
			.hop = cpu_to_le32(thread->hop),
			.seq = cpu_to_le32(thread->serving),
			.result = cpu_to_le64(step->result),
		};
		trace_call_end(process->id, thread->number, thread->hop, thread->serving,
			       step->result, answer->size, true);
		process->call_bytes += answer->size;
		thread->serving = 0;
	}
	mutex_unlock(&process->lock);
	if (!thread)
		return -EINVAL;
	return 0;
}

static int send_answer(struct answer *answer)
{
	struct popcorn_message message = {
		.type = POPCORN_TYPE_CALL_RESULT,
		.head = &answer->head,
		.head_size = sizeof(answer->head),
		.body = answer->data,
		.body_size = answer->size,
	};
	int err = popcorn_send(answer->node, &message, MAX_SCHEDULE_TIMEOUT);

	/* If the node is lost, the thread's event says so. */
	return err == -ERESTARTSYS ? err : 0;
}

/* Gives the result of the call that this shadow has taken. */
static int give_answer(struct process *process, const struct popcorn_step *step)
{
	struct answer answer = {};
	int err;

	if (step->out_size > POPCORN_CALL_DATA)
		return -EINVAL;
	if (step->out_size) {
		answer.data = kvmalloc(step->out_size, GFP_KERNEL_ACCOUNT);
		if (!answer.data)
			return -ENOMEM;
		if (copy_from_user(answer.data, u64_to_user_ptr(step->out), step->out_size)) {
			kvfree(answer.data);
			return -EFAULT;
		}
	}
	err = prepare_answer(process, step, &answer);
	if (!err && answer.wanted)
		err = send_answer(&answer);
	kvfree(answer.data);
	return err;
}

static void fill_common(struct process *process, const struct thread *thread,
			struct popcorn_event *event)
{
	lockdep_assert_held(&process->lock);
	event->thread = thread->number;
	event->tid = pid_nr(thread->pid);
	event->from = thread->from;
	event->hop = thread->hop;
	event->proposed = thread->proposed;
	event->regions = READ_ONCE(process->space->region_count);
}

static void fill_call(const struct incoming_call *call, struct popcorn_event *event)
{
	event->kind = POPCORN_EVENT_CALL;
	event->number = call->number;
	event->in_size = call->in_size;
	event->out_size = call->out_size;
	memcpy(event->args, call->args, sizeof(event->args));
}

/* Takes what the thread was woken for: a call, or else the event. */
static struct incoming_call *take(struct process *process, struct thread *thread,
				  struct popcorn_event *event, int *signal)
{
	struct incoming_call *call;

	mutex_lock(&process->lock);
	call = thread->call;
	fill_common(process, thread, event);
	if (call) {
		thread->call = NULL;
		thread->serving = call->seq;
		thread->serving_out_size = call->out_size;
		thread->calls++;
		process->calls++;
		process->call_bytes += call->in_size;
		fill_call(call, event);
		trace_call_begin(process->id, thread->number, thread->hop, call->seq, call->number,
				 call->args[0], call->in_size, true);
	} else {
		event->kind = thread->event;
		event->status = thread->status;
		event->entry = thread->entry;
		event->argument = thread->argument;
		*signal = thread->signal;
		thread->signal = 0;
		thread->serving = 0;
		WRITE_ONCE(thread->event, 0);
		popcorn_changed(&popcorn_ps_changes);
		if (event->kind == POPCORN_EVENT_ARRIVED) {
			trace_migrate_resume(process->id, thread->number, thread->hop, thread->from,
					     process->self, thread->status);
			popcorn_start_tracking(process->space, &thread->tracker);
		}
	}
	mutex_unlock(&process->lock);
	return call;
}

/* The worker was killed by a signal: so is the whole process here, whatever its handlers. */
static long die_likewise(int signal)
{
	struct k_sigaction *action;

	if (!valid_signal(signal))
		signal = SIGKILL;
	action = &current->sighand->action[signal - 1];
	spin_lock_irq(&current->sighand->siglock);
	action->sa.sa_handler = SIG_DFL;
	spin_unlock_irq(&current->sighand->siglock);
	force_sig(signal);
	return -EINTR;
}

static int hand_over_data(const struct incoming_call *call, const struct popcorn_step *step)
{
	if (call->in_size > step->buffer_size)
		return -EMSGSIZE;
	if (copy_to_user(u64_to_user_ptr(step->buffer), call->data, call->in_size))
		return -EFAULT;
	return 0;
}

static void refuse_call(struct process *process, struct thread *thread, int error)
{
	mutex_lock(&process->lock);
	if (thread->serving && thread->where != process->self)
		popcorn_fail_call(process, thread, thread->serving, error);
	thread->serving = 0;
	mutex_unlock(&process->lock);
}

static bool has_news(const struct thread *thread)
{
	return READ_ONCE(thread->event) || READ_ONCE(thread->call);
}

static bool is_away(struct process *process, struct thread **found)
{
	struct thread *thread;
	bool away;

	mutex_lock(&process->lock);
	thread = popcorn_thread_of(process, task_pid(current), false);
	away = thread && (thread->where != process->self || thread->event);
	mutex_unlock(&process->lock);
	*found = thread; /* it stays while its kernel thread, the caller, lives */
	return away;
}

static int wait_for_news(struct thread *thread)
{
	int node = READ_ONCE(thread->where), err;

	popcorn_begin_wait(node);
	err = wait_event_interruptible(thread->wait, has_news(thread));
	popcorn_end_wait(node);
	return err;
}

/* Waits for the thread's event, or a call of it. */
static long await(struct process *process, const struct popcorn_step *step,
		  struct popcorn_event *event)
{
	struct incoming_call *call;
	struct thread *thread;
	int signal, err;

	if (!is_away(process, &thread))
		return -EINVAL;
	for (;;) {
		err = wait_for_news(thread);
		if (err)
			return err;
		signal = 0;
		call = take(process, thread, event, &signal);
		if (!call && !event->kind)
			continue; /* the call was taken back */
		if (signal)
			return die_likewise(signal);
		err = call ? hand_over_data(call, step) : 0;
		kvfree(call);
		if (!err)
			return 0;
		refuse_call(process, thread, err);
	}
}

static long act(struct process *process, const struct popcorn_step *step)
{
	switch (step->action) {
	case POPCORN_STEP_WAIT:
		return 0;
	case POPCORN_STEP_LEAVE:
		return leave(process, step);
	case POPCORN_STEP_ANSWER:
		return give_answer(process, step);
	default:
		return -EINVAL;
	}
}

long popcorn_origin_step(struct process *process, struct popcorn_step __user *user)
{
	struct popcorn_event event = {};
	struct popcorn_step step;
	long err;

	if (copy_from_user(&step, user, sizeof(step)))
		return -EFAULT;
	err = act(process, &step);
	if (err)
		return err;
	if (step.action != POPCORN_STEP_WAIT && put_user(POPCORN_STEP_WAIT, &user->action))
		return -EFAULT;
	err = await(process, &step, &event);
	if (err)
		return err;
	return copy_to_user(&user->event, &event, sizeof(event)) ? -EFAULT : 0;
}
