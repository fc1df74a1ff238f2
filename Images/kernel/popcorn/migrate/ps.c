// SPDX-License-Identifier: GPL-2.0
/* /proc/popcorn_ps: who is where; /proc/popcorn_migrate: make somebody move. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/pid.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "../core.h"
#include "../dsm/dsm.h"
#include "migrate.h"

static void show_name(struct seq_file *file, struct pid *pid)
{
	struct task_struct *task = get_pid_task(pid, PIDTYPE_PID);
	char name[TASK_COMM_LEN] = "-";

	if (task) {
		get_task_comm(name, task);
		put_task_struct(task);
	}
	seq_puts(file, " comm=");
	seq_escape(file, name, " \t\n\\");
}

static void show_space(struct seq_file *file, struct space *space)
{
	static const char *const names[] = {
		[SPACE_READ_FAULTS] = "read_faults",     [SPACE_WRITE_FAULTS] = "write_faults",
		[SPACE_UPGRADES] = "upgrades",           [SPACE_LOCAL_FAULTS] = "local_faults",
		[SPACE_JOINED_FAULTS] = "joined_faults", [SPACE_PAGES_IN] = "pages_in",
		[SPACE_PAGES_OUT] = "pages_out",         [SPACE_TAKEN_AWAY] = "taken_away",
		[SPACE_DEFERRED] = "deferred",           [SPACE_CARRIED] = "carried",
	};
	int i;

	static_assert(ARRAY_SIZE(names) == SPACE_COUNTERS);
	seq_printf(file, " pages=%d", atomic_read(&space->resident));
	for (i = 0; i < SPACE_COUNTERS; i++)
		seq_printf(file, " %s=%lld", names[i], atomic64_read(&space->counters[i]));
	seq_putc(file, '\n');
}

static bool lives(struct pid *pid)
{
	struct task_struct *task;
	bool lives;

	rcu_read_lock();
	task = pid_task(pid, PIDTYPE_PID);
	lives = task && !READ_ONCE(task->exit_state);
	rcu_read_unlock();
	return lives;
}

/* Whether it is where it was sent: the worker there has been started, or the shadow has noticed. */
static bool has_arrived(const struct process *process, const struct thread *thread)
{
	if (thread->where == process->self)
		return !thread->event;
	return process->workers[thread->where] == WORKER_READY;
}

static void show_thread(struct seq_file *file, const struct process *process,
			const struct thread *thread)
{
	s64 since = thread->moved_at ? ktime_get_ns() - thread->moved_at : -NSEC_PER_USEC;

	seq_printf(file, "L: %d %d process=%#llx thread=%u hops=%u calls=%llu proposed=%d",
		   pid_nr(thread->pid), thread->where, process->id, thread->number, thread->hop,
		   thread->calls, thread->proposed);
	seq_printf(file, " refused=%u error=%d arrived=%d since_us=%lld\n", thread->refused,
		   thread->error, has_arrived(process, thread), div_s64(since, NSEC_PER_USEC));
}

/* Threads that have never moved, and that nobody wanted to. */
static void show_stayers(struct seq_file *file, struct process *process)
{
	struct thread stayer = { .where = process->self, .proposed = -1 };
	struct task_struct *leader, *task;

	rcu_read_lock();
	leader = pid_task(process->tgid, PIDTYPE_TGID);
	if (leader) {
		for_each_thread (leader, task) {
			if (task->exit_state || popcorn_thread_of(process, task_pid(task), false))
				continue;
			stayer.pid = task_pid(task);
			show_thread(file, process, &stayer);
		}
	}
	rcu_read_unlock();
}

static void show_process(struct process *process, void *data)
{
	struct seq_file *file = data;
	struct thread *thread;

	mutex_lock(&process->lock);
	seq_printf(file, "P: %d process=%#llx", pid_nr(process->tgid), process->id);
	show_name(file, process->tgid);
	seq_printf(file, " hops=%llu calls=%llu call_bytes=%llu", process->hops, process->calls,
		   process->call_bytes);
	show_space(file, process->space);
	list_for_each_entry (thread, &process->threads, list)
		if (lives(thread->pid))
			show_thread(file, process, thread);
	show_stayers(file, process);
	mutex_unlock(&process->lock);
}

static void show_worker(struct worker *worker, void *data)
{
	struct seq_file *file = data;
	struct guest *guest;

	mutex_lock(&worker->lock);
	seq_printf(file, "W: %d process=%#llx", worker->pid ? pid_nr(worker->pid) : 0, worker->id);
	if (worker->pid)
		show_name(file, worker->pid);
	seq_printf(file, " origin=%d arrived=%llu calls=%llu waiting=%u", worker->origin,
		   worker->arrived, worker->calls, worker->waiting);
	show_space(file, worker->space);
	list_for_each_entry (guest, &worker->guests, list)
		seq_printf(file, "R: %d %d %d process=%#llx thread=%u hops=%u\n",
			   pid_nr(guest->host), worker->origin, guest->tid, worker->id,
			   guest->number, guest->hop);
	mutex_unlock(&worker->lock);
}

static int show_ps(struct seq_file *file, void *unused)
{
	popcorn_process_each(show_process, file);
	popcorn_worker_each(show_worker, file);
	seq_printf(file, "spaces=%d pages=%llu\n", popcorn_space_count(), popcorn_resident_pages());
	return 0;
}

static int open_ps(struct inode *inode, struct file *file)
{
	return popcorn_open_polled(file, show_ps, &popcorn_ps_changes);
}

static __poll_t poll_ps(struct file *file, struct poll_table_struct *table)
{
	return popcorn_poll_changes(file, table, &popcorn_ps_changes);
}

static const struct proc_ops ps_ops = {
	.proc_open = open_ps,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_poll = poll_ps,
	.proc_release = popcorn_release_polled,
};

/* "PID TID NODE"; node -1 is the next one in the list. */
static ssize_t write_migrate(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	struct popcorn_proposal proposal = {};
	char text[64];
	int end = 0, err;

	if (!size || size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, size))
		return -EFAULT;
	text[size] = '\0';
	if (sscanf(text, "%d %d %d%n", &proposal.pid, &proposal.tid, &proposal.node, &end) != 3 ||
	    *skip_spaces(text + end))
		return -EINVAL;
	err = popcorn_propose_by_pid(&proposal);
	return err ? err : size;
}

static const struct proc_ops migrate_ops = {
	.proc_write = write_migrate,
	.proc_lseek = no_llseek,
};

int popcorn_init_ps(void)
{
	if (!proc_create("popcorn_ps", 0444, NULL, &ps_ops))
		return -ENOMEM;
	if (proc_create("popcorn_migrate", 0222, NULL, &migrate_ops))
		return 0;
	remove_proc_entry("popcorn_ps", NULL);
	return -ENOMEM;
}

void popcorn_exit_ps(void)
{
	remove_proc_entry("popcorn_migrate", NULL);
	remove_proc_entry("popcorn_ps", NULL);
}
