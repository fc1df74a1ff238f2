/* SPDX-License-Identifier: MIT */
/*
 * Migratable threads by hand, for tests of the kernel side: a thread is a state machine whose
 * state lies in shared memory. Each state is a function; what it returns says how to go on.
 */
#ifndef TRAVELLER_H
#define TRAVELLER_H

#include <signal.h>
#include <stdint.h>
#include "delegate.h"

#define SHARED_BASE 0x600000000000ull

enum verb { GO_ON, HOP, END_THREAD, END_PROCESS };

struct next {
	enum verb verb;
	int node;		/* HOP */
	uint32_t state;		/* GO_ON, HOP */
	uint64_t argument;	/* GO_ON, HOP; exit status of END_* */
};

typedef struct next (*state_function)(uint64_t argument);

extern const state_function states[];	/* of the test program */

extern int device;		/* descriptor of /dev/popcorn */
extern int self;		/* this node */
extern int origin;		/* the process's */
extern int node_count;
extern const char *const isa;
extern volatile sig_atomic_t asked_to_move;	/* a proposal has come */
/* What the calling thread's last hop came to: 0, or a negative errno if it did not happen. */
extern __thread int hop_status;
extern __thread struct popcorn_event here;	/* as of the last arrival; before: proposed is -1 */

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

static inline int is_home(void)
{
	return self == origin;
}

/* At home by system call, elsewhere delegated. */
int futex_wait(const void *address, uint32_t value);
int futex_wake(const void *address, int count);
int say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Between traveller.c and traveller_worker.c. */
extern uint32_t mapped_regions;		/* that this process has mapped */
void fail(const char *what) __attribute__((noreturn));
void install_handlers(void);
void open_device(void);
void step_once(struct popcorn_step *step);

#endif
