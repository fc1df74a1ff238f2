/* What threads do with each other, while each of them hops on a schedule of its own. */
#ifndef THREADS_H
#define THREADS_H

#include "../hop.h"
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#define MAX_WORKERS 16

/* How many threads take part; an even number. */
extern int workers;

/* A worker thread, as its themes see it. */
struct worker {
	int number;
	/* Of the worker's own sequence of numbers. */
	uint64_t sequence;
	/* Of the theme that runs: what this worker adds to its checksum. */
	uint64_t sum;
	pthread_t thread;
};

uint32_t pick(struct worker *worker, uint32_t limit);

/* FNV-1a, a word at a time. */
uint64_t mixed(uint64_t sum, uint64_t value);

/* Starts the calling thread's hops; `number` makes its schedule another than that of others. */
void begin_hops(int number);

/* Waits until all workers are there. */
void meet(void);

/* Before the workers, in all workers at once, and after them; the last one returns what is checked of shared data. */
struct theme {
	const char *name;
	void (*prepare)(void);
	void (*run)(struct worker *worker);
	uint64_t (*finish)(void);
};

extern const struct theme mutexes, rwlocks, queue, turns, barriers, semaphores, once, keys, locals, children, handover,
	counters, stack;

#endif
