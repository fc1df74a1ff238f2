/* Locks in shared memory. Whoever waits, on whichever node, waits at the origin (futex.h). */
#define _GNU_SOURCE
#include "futex.h"
#include "runtime.h"

void popcorn_lock(struct popcorn_lock *lock)
{
	uint32_t expected = 0;

	if (__atomic_compare_exchange_n(&lock->state, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&lock->state, 2, __ATOMIC_ACQUIRE))
		popcorn_futex_wait(&lock->state, 2, NULL);
}

void popcorn_unlock(struct popcorn_lock *lock)
{
	if (__atomic_exchange_n(&lock->state, 0, __ATOMIC_RELEASE) == 2)
		popcorn_futex_wake(&lock->state, 1);
}
