// SPDX-License-Identifier: GPL-2.0
/* Moves that somebody else wants, named by process and thread ids. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched/task.h>
#include <linux/uidgid.h>
#include "migrate.h"

/* As for sending a signal. */
static bool may_propose(struct task_struct *task)
{
	const struct cred *cred = current_cred();
	const struct cred *target = get_task_cred(task);
	bool may = uid_eq(cred->euid, target->uid) || uid_eq(cred->euid, target->suid) ||
		   uid_eq(cred->uid, target->uid) || uid_eq(cred->uid, target->suid) ||
		   ns_capable(target->user_ns, CAP_KILL);

	put_cred(target);
	return may;
}

static int check_thread(struct pid *tgid, struct pid *pid)
{
	struct task_struct *task = get_pid_task(pid, PIDTYPE_PID);
	int err = 0;

	if (!task)
		return -ESRCH;
	if (task_tgid(task) != tgid)
		err = -ESRCH;
	else if (!may_propose(task))
		err = -EPERM;
	put_task_struct(task);
	return err;
}

static int propose_at_origin(struct process *process, struct pid *pid, int node)
{
	struct thread *thread;
	int err = -ESRCH;

	mutex_lock(&process->lock);
	thread = popcorn_thread_of(process, pid, true);
	if (thread && !process->ended)
		err = popcorn_propose(process, thread, node);
	mutex_unlock(&process->lock);
	return err;
}

/*
 * A thread that is to be woken only still knows what else it was asked. The signal is a hint: what
 * is noted here is the truth, so a signal that comes late, or for what has happened, does no harm.
 */
void popcorn_note_proposal(int *proposed, int node)
{
	if (node != POPCORN_NODE_STAY || *proposed == -1)
		*proposed = node;
}

/* In trace events, -1 is the next node. */
int popcorn_traced_node(int proposed)
{
	return proposed == POPCORN_NODE_NEXT ? -1 : proposed;
}

static int propose_to(struct pid *tgid, struct pid *pid, int node)
{
	struct process *process;
	struct worker *worker;
	int err = check_thread(tgid, pid);

	if (err)
		return err;
	process = popcorn_process_of_pid(tgid);
	if (process) {
		err = propose_at_origin(process, pid, node);
		popcorn_process_put(process);
		return err;
	}
	worker = popcorn_worker_of_pid(tgid);
	if (!worker)
		return -ESRCH;
	err = popcorn_propose_guest(worker, pid, node);
	popcorn_worker_put(worker);
	return err;
}

int popcorn_propose_by_pid(const struct popcorn_proposal *proposal)
{
	struct pid *tgid, *pid;
	struct popcorn_node info;
	int node = proposal->node == -1 ? POPCORN_NODE_NEXT : proposal->node;
	int err = -ESRCH;

	if (proposal->node != -1 && proposal->node != POPCORN_NODE_STAY) {
		if (popcorn_get_node(proposal->node, &info))
			return -EINVAL;
		if (info.state == POPCORN_NODE_DOWN)
			return -EHOSTDOWN;
	}
	tgid = find_get_pid(proposal->pid);
	pid = find_get_pid(proposal->tid);
	if (tgid && pid)
		err = propose_to(tgid, pid, node);
	put_pid(pid);
	put_pid(tgid);
	return err;
}
