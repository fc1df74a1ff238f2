/* What a thread does that is not at its origin. */
#ifndef POPCORN_AWAY_H
#define POPCORN_AWAY_H

#include "system_calls.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Where this process is; set once, when the transport attaches. */
struct popcorn_place {
	int device; /* /dev/popcorn */
	int self, origin;
	/* As the origin numbers them; at a worker only. */
	pid_t pid, ppid;
};

extern struct popcorn_place popcorn_place;

/* Whether this process is a worker: its threads have shadows at the origin. */
static inline bool popcorn_is_away(void)
{
	return popcorn_place.self != popcorn_place.origin;
}

/* Lets the calling thread's shadow do something. Returns its result, or a negative errno. `*out_size` is the room at
 * `out`, and then how much came. */
int64_t popcorn_ask(uint32_t number, const int64_t *arguments, const void *in, size_t in_size, void *out,
		    size_t *out_size);

/* The same for a system call of the table, with native arguments. */
long popcorn_delegate(const struct popcorn_system_call *call, const long *arguments);

/* A system call that the filter caught. */
long popcorn_away_call(long number, const long *arguments);

/* futex(2) on shared memory. */
long popcorn_away_futex(const long *arguments);

/* From now on, system calls that concern the origin come to popcorn_away_call. */
void popcorn_install_filter(void);

/* What the shadow does for its thread: the result of a call, and data of at most POPCORN_CALL_DATA bytes at `out`. */
int64_t popcorn_serve(const struct popcorn_event *event, const void *in, void *out, uint32_t *out_size);

#endif
