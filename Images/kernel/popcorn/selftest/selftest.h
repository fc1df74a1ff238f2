/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the self test share with each other. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include <linux/completion.h>
#include "../core.h"
#include "../histogram.h"

#define MAX_THREADS 128

enum test_kind { TEST_NONE, TEST_PING, TEST_STREAM, TEST_STRESS };

struct worker {
	struct run *run;
	struct task_struct *task;
	int node;
	u64 completed;
	u64 errors;
	u64 mismatches;
	int first_error;
	struct histogram latency;
	u8 *payload; /* run->size bytes each */
	u8 *reply;
};

struct run {
	enum test_kind kind;
	int node; /* -1 for all */
	u32 size;
	u32 count;
	u32 threads; /* per node */
	struct worker *workers;
	int worker_count;
	atomic_t running;
	struct completion finished;
	bool stop;
};

struct result {
	enum test_kind kind;
	int node;
	u32 size, count, threads;
	bool interrupted;
	int error;
	u64 completed, errors, mismatches, elapsed;
	struct histogram latency;
};

/* rounds.c */
int popcorn_test_work(void *data);

/* run.c */
int popcorn_execute_test(struct run *run, struct result *result);

/* command.c */
void popcorn_forget_test(void);

#endif
