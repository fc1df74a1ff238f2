/* futex(2) on shared memory: all of a process's threads wait and wake at its origin, by the private kind of futex there. */
#ifndef POPCORN_FUTEX_H
#define POPCORN_FUTEX_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Whether `until` is one, or NULL. */
static inline bool popcorn_is_time(const struct timespec *until)
{
	return !until || (uint64_t)until->tv_nsec < 1000000000;
}

/* Sleeps while `*word` is `value`. `until` is a time of CLOCK_REALTIME, or NULL. Returns 0 or a positive errno, EINVAL if
 * that is no time; it may return early, so callers look at the word again. */
int popcorn_futex_wait(uint32_t *word, uint32_t value, const struct timespec *until);
int popcorn_futex_wait_clock(uint32_t *word, uint32_t value, const struct timespec *until, clockid_t clock);
void popcorn_futex_wake(uint32_t *word, int count);

/* A delegated futex call, at the origin: its result, or a negative errno. */
int64_t popcorn_serve_futex(uint32_t number, const int64_t *arguments);

#endif
