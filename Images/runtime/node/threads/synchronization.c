/* Barriers, read-write locks, semaphores, spin locks and once, in shared memory, for threads on any node. */
#define _GNU_SOURCE
#include "cancel.h"
#include "futex.h"
#include "runtime.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>

#define LOAD(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)
#define CHANGE(word, from, to) \
	__atomic_compare_exchange_n(&(word), &(from), (to), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)

/* Threads draw tickets; the last of each `size` ends their round. More threads than that may come, and the first of the next
 * round before the last of this one has said so. */
struct barrier {
	uint64_t tickets;
	uint32_t size;
	uint32_t rounds; /* that have ended; futex */
	uint32_t inside; /* threads that may still look at it, and whether one waits for that to end; futex */
};

#define DESTROYING 0x80000000u

_Static_assert(sizeof(struct barrier) <= sizeof(pthread_barrier_t), "");

int __popcorn_pthread_barrier_init(struct barrier *barrier, const pthread_barrierattr_t *attributes, unsigned size)
{
	if (!size || size > INT32_MAX)
		return EINVAL;
	memset(barrier, 0, sizeof(pthread_barrier_t));
	barrier->size = size;
	return 0;
}

/* The first thread that comes out may destroy the barrier, and reuse its memory, before the others have seen that they may. */
int __popcorn_pthread_barrier_destroy(struct barrier *barrier)
{
	uint32_t inside = __atomic_or_fetch(&barrier->inside, DESTROYING, __ATOMIC_ACQ_REL);

	for (; inside != DESTROYING; inside = LOAD(barrier->inside))
		popcorn_futex_wait(&barrier->inside, inside, NULL);
	return 0;
}

static int leave_barrier(struct barrier *barrier, int result)
{
	if (__atomic_sub_fetch(&barrier->inside, 1, __ATOMIC_ACQ_REL) == DESTROYING)
		popcorn_futex_wake(&barrier->inside, INT32_MAX);
	return result;
}

int __popcorn_pthread_barrier_wait(struct barrier *barrier)
{
	__atomic_fetch_add(&barrier->inside, 1, __ATOMIC_ACQ_REL);
	uint64_t ticket = __atomic_fetch_add(&barrier->tickets, 1, __ATOMIC_ACQ_REL);
	uint32_t round = ticket / barrier->size, rounds;

	if (ticket % barrier->size == barrier->size - 1) {
		__atomic_fetch_add(&barrier->rounds, 1, __ATOMIC_RELEASE);
		popcorn_futex_wake(&barrier->rounds, INT32_MAX);
		return leave_barrier(barrier, PTHREAD_BARRIER_SERIAL_THREAD);
	}
	while ((int32_t)((rounds = LOAD(barrier->rounds)) - round) <= 0)
		popcorn_futex_wait(&barrier->rounds, rounds, NULL);
	return leave_barrier(barrier, 0);
}

/* 0 free, -1 a writer, else the number of readers. */
struct rwlock {
	uint32_t holders; /* futex */
	uint32_t waiters;
};

#define WRITER UINT32_MAX

_Static_assert(sizeof(struct rwlock) <= sizeof(pthread_rwlock_t), "");

int __popcorn_pthread_rwlock_init(struct rwlock *lock, const pthread_rwlockattr_t *attributes)
{
	memset(lock, 0, sizeof(pthread_rwlock_t));
	return 0;
}

int __popcorn_pthread_rwlock_destroy(struct rwlock *lock)
{
	return 0;
}

int __popcorn_pthread_rwlock_tryrdlock(struct rwlock *lock)
{
	uint32_t holders = LOAD(lock->holders);

	while (holders < WRITER - 1)
		if (CHANGE(lock->holders, holders, holders + 1))
			return 0;
	return holders == WRITER ? EBUSY : EAGAIN;
}

int __popcorn_pthread_rwlock_trywrlock(struct rwlock *lock)
{
	uint32_t holders = 0;

	return CHANGE(lock->holders, holders, WRITER) ? 0 : EBUSY;
}

static int wait_for(struct rwlock *lock, int (*try)(struct rwlock *), const struct timespec *until)
{
	int error;

	while ((error = try(lock)) == EBUSY) {
		uint32_t holders = LOAD(lock->holders);

		if (!holders)
			continue;
		__atomic_fetch_add(&lock->waiters, 1, __ATOMIC_SEQ_CST);
		error = popcorn_futex_wait(&lock->holders, holders, until);
		__atomic_fetch_sub(&lock->waiters, 1, __ATOMIC_ACQ_REL);
		if (error == ETIMEDOUT || error == EINVAL)
			return error;
	}
	return error;
}

int __popcorn_pthread_rwlock_timedrdlock(struct rwlock *lock, const struct timespec *until)
{
	return wait_for(lock, __popcorn_pthread_rwlock_tryrdlock, until);
}

int __popcorn_pthread_rwlock_timedwrlock(struct rwlock *lock, const struct timespec *until)
{
	return wait_for(lock, __popcorn_pthread_rwlock_trywrlock, until);
}

int __popcorn_pthread_rwlock_rdlock(struct rwlock *lock)
{
	return __popcorn_pthread_rwlock_timedrdlock(lock, NULL);
}

int __popcorn_pthread_rwlock_wrlock(struct rwlock *lock)
{
	return __popcorn_pthread_rwlock_timedwrlock(lock, NULL);
}

int __popcorn_pthread_rwlock_unlock(struct rwlock *lock)
{
	uint32_t before = LOAD(lock->holders);

	/* Only a holder calls this, so the lock is a writer's, this one's, or readers'. */
	if (before == WRITER)
		__atomic_exchange_n(&lock->holders, 0, __ATOMIC_SEQ_CST);
	else if (__atomic_sub_fetch(&lock->holders, 1, __ATOMIC_SEQ_CST))
		return 0;
	/* Not earlier than the change above can be seen, or a thread that is about to sleep is missed. */
	if (__atomic_load_n(&lock->waiters, __ATOMIC_SEQ_CST))
		popcorn_futex_wake(&lock->holders, INT32_MAX);
	return 0;
}

struct semaphore {
	uint32_t value; /* futex */
	uint32_t waiters;
};

_Static_assert(sizeof(struct semaphore) <= sizeof(sem_t), "");

int __popcorn_sem_init(struct semaphore *semaphore, int is_shared, unsigned value)
{
	if (value > INT32_MAX) {
		errno = EINVAL;
		return -1;
	}
	memset(semaphore, 0, sizeof(sem_t));
	semaphore->value = value;
	return 0;
}

int __popcorn_sem_destroy(struct semaphore *semaphore)
{
	return 0;
}

int __popcorn_sem_trywait(struct semaphore *semaphore)
{
	uint32_t value = LOAD(semaphore->value);

	while (value)
		if (CHANGE(semaphore->value, value, value - 1))
			return 0;
	errno = EAGAIN;
	return -1;
}

/* Whoever ends here may have been woken for a post that another waits for. */
static void stop_waiting(void *waited)
{
	struct semaphore *semaphore = waited;

	__atomic_fetch_sub(&semaphore->waiters, 1, __ATOMIC_ACQ_REL);
	popcorn_futex_wake(&semaphore->value, 1);
}

int __popcorn_sem_timedwait(struct semaphore *semaphore, const struct timespec *until)
{
	popcorn_test_cancel();
	while (__popcorn_sem_trywait(semaphore) < 0) {
		__atomic_fetch_add(&semaphore->waiters, 1, __ATOMIC_SEQ_CST);
		int error = popcorn_futex_wait_cancellable(&semaphore->value, 0, until, CLOCK_REALTIME, stop_waiting,
							   semaphore);

		__atomic_fetch_sub(&semaphore->waiters, 1, __ATOMIC_ACQ_REL);
		if (error == ETIMEDOUT || error == EINTR || error == EINVAL) {
			errno = error;
			return -1;
		}
	}
	return 0;
}

int __popcorn_sem_wait(struct semaphore *semaphore)
{
	return __popcorn_sem_timedwait(semaphore, NULL);
}

int __popcorn_sem_post(struct semaphore *semaphore)
{
	__atomic_fetch_add(&semaphore->value, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&semaphore->waiters, __ATOMIC_SEQ_CST))
		popcorn_futex_wake(&semaphore->value, 1);
	return 0;
}

int __popcorn_sem_getvalue(struct semaphore *semaphore, int *value)
{
	*value = LOAD(semaphore->value);
	return 0;
}

int __popcorn_pthread_spin_init(uint32_t *lock, int is_shared)
{
	*lock = 0;
	return 0;
}

int __popcorn_pthread_spin_destroy(uint32_t *lock)
{
	return 0;
}

int __popcorn_pthread_spin_trylock(uint32_t *lock)
{
	return __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) ? EBUSY : 0;
}

/* The holder may be on another node: looking does not take the page away from it, trying does. */
int __popcorn_pthread_spin_lock(uint32_t *lock)
{
	while (__popcorn_pthread_spin_trylock(lock))
		while (__atomic_load_n(lock, __ATOMIC_RELAXED))
			sched_yield();
	return 0;
}

int __popcorn_pthread_spin_unlock(uint32_t *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
	return 0;
}

int __popcorn_pthread_once(uint32_t *once, void (*function)(void))
{
	enum { NEW, BUSY, DONE };
	uint32_t state = NEW;

	if (LOAD(*once) == DONE)
		return 0;
	if (CHANGE(*once, state, BUSY)) {
		function();
		__atomic_store_n(once, DONE, __ATOMIC_RELEASE);
		popcorn_futex_wake(once, INT32_MAX);
		return 0;
	}
	while (LOAD(*once) == BUSY)
		popcorn_futex_wait(once, BUSY, NULL);
	return 0;
}

void __popcorn_call_once(uint32_t *once, void (*function)(void))
{
	__popcorn_pthread_once(once, function);
}
