/* SPDX-License-Identifier: MIT */
/*
 * A migratable thread by hand, for tests of what programs of popcorn-cc never ask of /dev/popcorn. The
 * thread is a state machine whose state lies in shared memory. Each state is a function; what it
 * returns says how to go on. One thread at a time is away, and the only delegated calls are those
 * of stand-in descriptors.
 */
#ifndef RAW_H
#define RAW_H

#include <stdint.h>
#include <popcorn/delegate.h>
#include <popcorn/popcorn.h>

#define SHARED_BASE 0x600000000000ull

enum verb { GO_ON, HOP, END_THREAD, END_PROCESS };

struct next {
	enum verb verb;
	int node;          /* HOP */
	uint32_t state;    /* GO_ON, HOP */
	uint64_t argument; /* GO_ON, HOP; exit status of END_* */
};

typedef struct next (*state_function)(uint64_t argument);

extern const state_function states[]; /* of the test program */

extern int device; /* descriptor of /dev/popcorn */
extern int self;   /* this node */
extern int origin; /* the process's */
/* What the calling thread's last hop came to: 0, or a negative errno if it did not happen. */
extern __thread int hop_status;
extern __thread struct popcorn_event here; /* as of the last arrival */

/* At the origin: becomes migratable, with one region at SHARED_BASE. */
void begin(uint64_t size);

/* At the origin: a further region; threads elsewhere have it from their next arrival on. */
void add_region(uint64_t address, uint64_t size);

/* Maps the regions that have come since it was last called. */
void map_new_regions(void);

/* Returns if this process is not a worker. A worker takes threads and never returns. */
void work_if_worker(void);

/* Runs the calling thread from @state on; returns its exit status when it has ended. */
int travel(uint32_t state, uint64_t argument);

/* The node after this one. */
int next_node(void);

int say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says so if @is is not what it should be, and counts it in the first word of the shared memory. */
void check(const char *what, int64_t is, int64_t want);
int wrong_checks(void);
/* Ends the process: with 0, unless a check was wrong. */
struct next report(void);

static inline struct next go_on(uint32_t state, uint64_t argument)
{
	return (struct next){ GO_ON, 0, state, argument };
}

static inline struct next hop(int node, uint32_t state, uint64_t argument)
{
	return (struct next){ HOP, node, state, argument };
}

static inline struct next end_thread(int status)
{
	return (struct next){ END_THREAD, 0, 0, status };
}

static inline struct next end_process(int status)
{
	return (struct next){ END_PROCESS, 0, 0, status };
}

#endif
