/* futex(2) on shared memory. */
#define _GNU_SOURCE
#include "futex.h"
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FUTEX_WAKE 1
#define FUTEX_WAIT_BITSET 9
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_BITSET_MATCH_ANY UINT32_MAX

int popcorn_futex_wait_clock(uint32_t *word, uint32_t value, const struct timespec *until, clockid_t clock)
{
	int saved = errno;
	int operation = FUTEX_WAIT_BITSET | (clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);
	long result = syscall(SYS_futex, word, operation, value, until, NULL, FUTEX_BITSET_MATCH_ANY);
	int error = result < 0 ? errno : 0;

	errno = saved;
	return error;
}

int popcorn_futex_wait(uint32_t *word, uint32_t value, const struct timespec *until)
{
	return popcorn_futex_wait_clock(word, value, until, CLOCK_REALTIME);
}

void popcorn_futex_wake(uint32_t *word, int count)
{
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAKE, count);
	errno = saved;
}
