// SPDX-License-Identifier: GPL-2.0
/* The threads of a self test: made, started together, ended, and what they found. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "selftest.h"

static void free_workers(struct run *run)
{
	int i;

	for (i = 0; i < run->worker_count; i++) {
		kvfree(run->workers[i].payload);
		kvfree(run->workers[i].reply);
	}
	kvfree(run->workers);
}

static int prepare_worker(struct run *run, int node)
{
	struct worker *worker = &run->workers[run->worker_count++];
	struct task_struct *task;

	worker->run = run;
	worker->node = node;
	histogram_init(&worker->latency);
	worker->payload = kvmalloc(run->size + 1, GFP_KERNEL);
	worker->reply = kvmalloc(run->size + 1, GFP_KERNEL);
	if (!worker->payload || !worker->reply)
		return -ENOMEM;
	get_random_bytes(worker->payload, run->size);
	task = kthread_create(popcorn_test_work, worker, "popcorn_test/%d", run->worker_count - 1);
	if (IS_ERR(task))
		return PTR_ERR(task);
	worker->task = get_task_struct(task);
	return 0;
}

static int prepare_workers(struct run *run)
{
	u32 thread;
	int node, err;

	run->workers = kvcalloc(MAX_THREADS, sizeof(*run->workers), GFP_KERNEL);
	if (!run->workers)
		return -ENOMEM;
	for (node = 0; node < popcorn_node_count(); node++) {
		if (run->node >= 0 ? node != run->node : !popcorn_node_is_up(node))
			continue;
		for (thread = 0; thread < run->threads; thread++) {
			if (run->worker_count == MAX_THREADS)
				return -E2BIG;
			err = prepare_worker(run, node);
			if (err)
				return err;
		}
	}
	return run->worker_count ? 0 : -EHOSTDOWN;
}

/* Ends all workers, begun or not; kthread_stop() waits for those that run. */
static void stop_workers(struct run *run)
{
	int i;

	WRITE_ONCE(run->stop, true);
	for (i = 0; i < run->worker_count; i++)
		if (run->workers[i].task)
			send_sig(SIGKILL, run->workers[i].task, 1);
	for (i = 0; i < run->worker_count; i++) {
		if (!run->workers[i].task)
			continue;
		kthread_stop(run->workers[i].task);
		put_task_struct(run->workers[i].task);
	}
}

static void collect(const struct run *run, struct result *result)
{
	int i;

	result->kind = run->kind;
	result->node = run->node;
	result->size = run->size;
	result->count = run->count;
	result->threads = run->threads;
	histogram_init(&result->latency);
	for (i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];

		result->completed += worker->completed;
		result->errors += worker->errors;
		result->mismatches += worker->mismatches;
		if (!result->error)
			result->error = worker->first_error;
		histogram_merge(&result->latency, &worker->latency);
	}
	if (!result->error && result->mismatches)
		result->error = -EILSEQ;
}

int popcorn_execute_test(struct run *run, struct result *result)
{
	u64 begin;
	int i, err;

	init_completion(&run->finished);
	err = prepare_workers(run);
	if (!err) {
		atomic_set(&run->running, run->worker_count);
		begin = ktime_get_ns();
		for (i = 0; i < run->worker_count; i++)
			wake_up_process(run->workers[i].task);
		err = wait_for_completion_interruptible(&run->finished);
		result->elapsed = ktime_get_ns() - begin;
		result->interrupted = err;
	}
	stop_workers(run);
	if (!err || result->interrupted) {
		collect(run, result);
		if (!err)
			err = result->error;
	}
	free_workers(run);
	return err;
}
