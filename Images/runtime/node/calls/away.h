/* What a thread does that is not at its origin. */
#ifndef POPCORN_AWAY_H
#define POPCORN_AWAY_H

#include "place.h"
#include "system_calls.h"

/* Lets the calling thread's shadow do something. Returns its result, or a negative errno. `*out_size` is the room at
 * `out`, and then how much came. */
int64_t popcorn_ask(uint32_t number, const int64_t *arguments, const void *in, size_t in_size, void *out,
		    size_t *out_size);

/* The same for a system call of the table, with native arguments. */
long popcorn_delegate(const struct popcorn_system_call *call, const long *arguments);

/* A system call that the filter caught. */
long popcorn_away_call(long number, const long *arguments);

/* futex(2) on shared memory: threads/futex.c. */
long popcorn_away_futex(const long *arguments);

/* From now on, system calls that concern the origin come to popcorn_away_call. */
void popcorn_install_filter(void);

#endif
