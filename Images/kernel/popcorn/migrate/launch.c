// SPDX-License-Identifier: GPL-2.0
/*
 * Starting a worker. A small launcher, run by the kernel as root, asks what it has to become
 * (POPCORN_IOC_SPEC), becomes that by system calls and executes the program: setting ids in the
 * helper's init callback would leave the kernel's per-user accounting wrong.
 *
 * One kernel thread per worker examines the program, starts it, waits for its end, returns its
 * pages to the home, and reports the end to the origin.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/task.h>
#include <linux/umh.h>
#include "../dsm/dsm.h"
#include "migrate.h"

static char launcher[128] = "/usr/lib/popcorn/launch";
module_param_string(launcher, launcher, sizeof(launcher), 0600);
MODULE_PARM_DESC(launcher, "program that takes on the caller's credentials and starts a worker");

static unsigned int start_ms = 30000;
module_param(start_ms, uint, 0644);
MODULE_PARM_DESC(start_ms, "time in which a worker must have started, in ms");

/* A program that does not attach would keep its threads in between for ever. */
static void end_if_late(struct work_struct *work)
{
	struct worker *worker = container_of(to_delayed_work(work), struct worker, deadline);

	if (READ_ONCE(worker->attached))
		return;
	pr_warn("%s did not attach in %u ms\n", worker->path, start_ms);
	popcorn_worker_kill(worker);
}

/* In the new process, before it executes the launcher. */
static int note_pid(struct subprocess_info *info, struct cred *new)
{
	struct worker *worker = info->data;
	int err = 0;

	mutex_lock(&worker->lock);
	if (worker->dead)
		err = -EINTR;
	else
		WRITE_ONCE(worker->pid, get_pid(task_tgid(current)));
	mutex_unlock(&worker->lock);
	return err;
}

/* Returns a negative errno, or as wait(2) has it. Killable, so that it is no hung task. */
static int run_program(struct worker *worker)
{
	static char *env[] = { "POPCORN_WORKER=1", "PATH=/usr/bin:/bin", "HOME=/", NULL };
	char *argv[] = { launcher, NULL };
	struct subprocess_info *info;

	info = call_usermodehelper_setup(launcher, argv, env, GFP_KERNEL, note_pid, NULL, worker);
	if (!info)
		return -ENOMEM;
	return call_usermodehelper_exec(info, UMH_WAIT_PROC | UMH_KILLABLE);
}

/*
 * What the origin is told. A program that ended before it attached was not started, or not
 * properly; the launcher exits with the errno that kept it from executing the program.
 */
static int meaning(const struct worker *worker, int status)
{
	if (status < 0 || worker->attached)
		return status;
	if (!(status & 0x7f) && status >> 8)
		return -(status >> 8);
	return -ESRCH;
}

static void report_end(struct worker *worker, int status)
{
	mutex_lock(&worker->lock);
	worker->dead = true;
	status = meaning(worker, status);
	if (!worker->attached && !worker->orphan)
		pr_warn("%s was not started for node %d: error %d\n", worker->path, worker->origin,
			status);
	popcorn_worker_report(worker, POPCORN_TYPE_WORKER_EXIT, status);
	mutex_unlock(&worker->lock);
}

static int worker_main(void *data)
{
	struct worker *worker = data;
	struct build_id expected = popcorn_expected_build_id(worker);
	int status = popcorn_examine_program(worker->path, &expected);

	INIT_DELAYED_WORK(&worker->deadline, end_if_late);
	schedule_delayed_work(&worker->deadline, msecs_to_jiffies(READ_ONCE(start_ms)));
	if (!status)
		status = run_program(worker);
	cancel_delayed_work_sync(&worker->deadline);
	popcorn_space_leave(worker->space);
	report_end(worker, status);
	popcorn_unlist_worker(worker);
	popcorn_worker_put(worker);
	module_put_and_kthread_exit(0);
}

/* The kernel thread takes over the caller's reference. */
int popcorn_launch(struct worker *worker)
{
	struct task_struct *task;

	__module_get(THIS_MODULE);
	task = kthread_run(worker_main, worker, "popcorn_worker");
	if (!IS_ERR(task))
		return 0;
	module_put(THIS_MODULE);
	return PTR_ERR(task);
}

/* For the launcher. */
void popcorn_fill_spec(const struct worker *worker, struct popcorn_spec *spec)
{
	const struct popcorn_worker_start *wire = &worker->spec;
	int i;

	spec->uid = le32_to_cpu(wire->uid);
	spec->gid = le32_to_cpu(wire->gid);
	spec->umask = le32_to_cpu(wire->umask);
	spec->group_count = le32_to_cpu(wire->group_count);
	for (i = 0; i < POPCORN_GROUPS; i++)
		spec->groups[i] = le32_to_cpu(wire->groups[i]);
	for (i = 0; i < POPCORN_LIMITS; i++) {
		spec->limit[i][0] = le64_to_cpu(wire->limits[i][0]);
		spec->limit[i][1] = le64_to_cpu(wire->limits[i][1]);
	}
	memcpy(spec->path, worker->path, sizeof(spec->path));
	memcpy(spec->cwd, wire->cwd, sizeof(spec->cwd));
}
