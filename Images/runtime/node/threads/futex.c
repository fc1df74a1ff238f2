/* futex(2) on shared memory. See futex.h. */
#define _GNU_SOURCE
#include "futex.h"
#include "calls/away.h"
#include <errno.h>
#include <sys/syscall.h>

/* linux/futex.h */
#define WAIT                0
#define WAKE                1
#define REQUEUE             3
#define CMP_REQUEUE         4
#define WAIT_BITSET         9
#define WAKE_BITSET         10
#define PRIVATE             128
#define CLOCK_REALTIME_FLAG 256
#define MATCH_ANY           UINT32_MAX

static int64_t nanoseconds(const struct timespec *time)
{
	return time->tv_sec * INT64_C(1000000000) + time->tv_nsec;
}

/* Nodes' clocks differ: what goes to the origin is how long to wait, in ns; -1: for ever. */
static int64_t time_left(const struct timespec *until, clockid_t clock)
{
	struct timespec now;

	if (!until)
		return -1;
	clock_gettime(clock, &now);
	int64_t left = nanoseconds(until) - nanoseconds(&now);

	return left > 0 ? left : 0;
}

static long ask(uint32_t number, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e)
{
	return popcorn_ask(number, (int64_t[POPCORN_CALL_ARGS]){ a, b, c, d, e }, NULL, 0, NULL, NULL);
}

int popcorn_futex_wait_clock(uint32_t *word, uint32_t value, const struct timespec *until, clockid_t clock)
{
	if (!popcorn_is_time(until))
		return EINVAL;
	/* The kernel knows no time before 1970. */
	if (until && until->tv_sec < 0)
		return ETIMEDOUT;
	if (popcorn_is_away())
		return -ask(POPCORN_CALL_FUTEX_WAIT, (intptr_t)word, value, time_left(until, clock), 0, 0);
	int operation = WAIT_BITSET | PRIVATE | (clock == CLOCK_REALTIME ? CLOCK_REALTIME_FLAG : 0);

	return -popcorn_local_call(SYS_futex, word, operation, value, until, NULL, MATCH_ANY);
}

int popcorn_futex_wait(uint32_t *word, uint32_t value, const struct timespec *until)
{
	return popcorn_futex_wait_clock(word, value, until, CLOCK_REALTIME);
}

void popcorn_futex_wake(uint32_t *word, int count)
{
	if (popcorn_is_away())
		ask(POPCORN_CALL_FUTEX_WAKE, (intptr_t)word, count, 0, 0, 0);
	else
		popcorn_local_call(SYS_futex, word, WAKE | PRIVATE, count);
}

/* libc's own futex calls: those of a stream's lock, for example. */
long popcorn_away_futex(const long *a)
{
	const struct timespec *time = (const struct timespec *)a[3];
	clockid_t clock = a[1] & CLOCK_REALTIME_FLAG ? CLOCK_REALTIME : CLOCK_MONOTONIC;

	switch (a[1] & ~(PRIVATE | CLOCK_REALTIME_FLAG)) {
	case WAIT:
		return ask(POPCORN_CALL_FUTEX_WAIT, a[0], (uint32_t)a[2], time ? nanoseconds(time) : -1, 0, 0);
	case WAIT_BITSET:
		return ask(POPCORN_CALL_FUTEX_WAIT, a[0], (uint32_t)a[2], time_left(time, clock), 0, 0);
	case WAKE:
	case WAKE_BITSET:
		return ask(POPCORN_CALL_FUTEX_WAKE, a[0], (int)a[2], 0, 0, 0);
	case CMP_REQUEUE:
		return ask(POPCORN_CALL_FUTEX_REQUEUE, a[0], (int)a[2], (int)a[3], a[4], (uint32_t)a[5]);
	default:
		return -ENOSYS;
	}
}

int64_t popcorn_serve_futex(uint32_t number, const int64_t *a)
{
	struct timespec time = { a[2] / 1000000000, a[2] % 1000000000 };

	switch (number) {
	case POPCORN_CALL_FUTEX_WAIT:
		return popcorn_local_call(SYS_futex, a[0], WAIT | PRIVATE, a[1], a[2] < 0 ? NULL : &time);
	case POPCORN_CALL_FUTEX_WAKE:
		return popcorn_local_call(SYS_futex, a[0], WAKE | PRIVATE, a[1]);
	default:
		return popcorn_local_call(SYS_futex, a[0], CMP_REQUEUE | PRIVATE, a[1], a[2], a[3], a[4]);
	}
}
