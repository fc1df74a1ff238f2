/* Mutexes and condition variables in shared memory, for threads on any node. A static initialiser is all zeros. */
#define _GNU_SOURCE
#include "cancel.h"
#include "futex.h"
#include "runtime.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <threads.h>

struct mutex {
	struct popcorn_lock lock;
	uint32_t type;  /* PTHREAD_MUTEX_* */
	uint32_t owner; /* number of the thread + 1; kept for types that need it */
	uint32_t depth;
};

struct condition {
	uint32_t sequence; /* futex: how many signals there were */
	uint32_t clock;
};

_Static_assert(sizeof(struct mutex) <= sizeof(pthread_mutex_t), "");
_Static_assert(sizeof(struct condition) <= sizeof(pthread_cond_t), "");

static inline uint32_t self(void)
{
	return __popcorn_thread ? __popcorn_thread->number + 1 : 0;
}

int __popcorn_pthread_mutex_init(struct mutex *mutex, const pthread_mutexattr_t *attributes)
{
	int type = PTHREAD_MUTEX_NORMAL;

	if (attributes)
		pthread_mutexattr_gettype(attributes, &type);
	memset(mutex, 0, sizeof(pthread_mutex_t));
	mutex->type = type;
	return 0;
}

int __popcorn_pthread_mutex_destroy(struct mutex *mutex)
{
	return 0;
}

/* Whether a recursive or checking mutex is the caller's already; `*result` is what lock then returns. */
static bool is_mine(struct mutex *mutex, int *result)
{
	if (mutex->type == PTHREAD_MUTEX_NORMAL || __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) != self())
		return false;
	*result = mutex->type == PTHREAD_MUTEX_RECURSIVE ? 0 : EDEADLK;
	if (!*result)
		mutex->depth++;
	return true;
}

static void own(struct mutex *mutex)
{
	if (mutex->type != PTHREAD_MUTEX_NORMAL)
		__atomic_store_n(&mutex->owner, self(), __ATOMIC_RELAXED);
}

int __popcorn_pthread_mutex_trylock(struct mutex *mutex)
{
	uint32_t expected = 0;
	int result;

	if (is_mine(mutex, &result))
		return result ? EBUSY : 0;
	if (!__atomic_compare_exchange_n(&mutex->lock.state, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return EBUSY;
	own(mutex);
	return 0;
}

int __popcorn_pthread_mutex_timedlock(struct mutex *mutex, const struct timespec *until)
{
	int result;

	if (is_mine(mutex, &result))
		return result;
	if (__popcorn_pthread_mutex_trylock(mutex) == 0)
		return 0;
	while (__atomic_exchange_n(&mutex->lock.state, 2, __ATOMIC_ACQUIRE)) {
		int error = popcorn_futex_wait(&mutex->lock.state, 2, until);

		if (error == ETIMEDOUT || error == EINVAL)
			return error;
	}
	own(mutex);
	return 0;
}

int __popcorn_pthread_mutex_lock(struct mutex *mutex)
{
	return __popcorn_pthread_mutex_timedlock(mutex, NULL);
}

int __popcorn_pthread_mutex_unlock(struct mutex *mutex)
{
	if (mutex->type != PTHREAD_MUTEX_NORMAL) {
		if (mutex->owner != self())
			return EPERM;
		if (mutex->depth) {
			mutex->depth--;
			return 0;
		}
		__atomic_store_n(&mutex->owner, 0, __ATOMIC_RELAXED);
	}
	popcorn_unlock(&mutex->lock);
	return 0;
}

int __popcorn_pthread_cond_init(struct condition *condition, const pthread_condattr_t *attributes)
{
	clockid_t clock = CLOCK_REALTIME;

	if (attributes)
		pthread_condattr_getclock(attributes, &clock);
	memset(condition, 0, sizeof(pthread_cond_t));
	condition->clock = clock;
	return 0;
}

int __popcorn_pthread_cond_destroy(struct condition *condition)
{
	return 0;
}

struct wait {
	struct condition *condition;
	struct mutex *mutex;
	uint32_t depth;
};

/* As if others waited for the mutex too: they may, and nobody else remembers. */
static void lock_again(const struct wait *wait)
{
	while (__atomic_exchange_n(&wait->mutex->lock.state, 2, __ATOMIC_ACQUIRE))
		popcorn_futex_wait(&wait->mutex->lock.state, 2, NULL);
	own(wait->mutex);
	wait->mutex->depth = wait->depth;
}

/* Whoever ends here holds the mutex, and may have been woken in place of another. */
static void stop_waiting(void *waited)
{
	const struct wait *wait = waited;

	popcorn_futex_wake(&wait->condition->sequence, 1);
	lock_again(wait);
}

int __popcorn_pthread_cond_timedwait(struct condition *condition, struct mutex *mutex, const struct timespec *until)
{
	uint32_t sequence = __atomic_load_n(&condition->sequence, __ATOMIC_RELAXED), depth = mutex->depth;

	struct wait wait = { condition, mutex, depth };

	if (!popcorn_is_time(until))
		return EINVAL;
	popcorn_test_cancel();
	mutex->depth = 0;
	int error = __popcorn_pthread_mutex_unlock(mutex);

	if (error) {
		mutex->depth = depth;
		return error;
	}
	error = popcorn_futex_wait_cancellable(&condition->sequence, sequence, until, condition->clock, stop_waiting,
					       &wait);
	lock_again(&wait);
	return error == ETIMEDOUT ? ETIMEDOUT : 0;
}

int __popcorn_pthread_cond_wait(struct condition *condition, struct mutex *mutex)
{
	return __popcorn_pthread_cond_timedwait(condition, mutex, NULL);
}

static int wake(struct condition *condition, int count)
{
	__atomic_fetch_add(&condition->sequence, 1, __ATOMIC_RELEASE);
	popcorn_futex_wake(&condition->sequence, count);
	return 0;
}

int __popcorn_pthread_cond_signal(struct condition *condition)
{
	return wake(condition, 1);
}

int __popcorn_pthread_cond_broadcast(struct condition *condition)
{
	return wake(condition, INT32_MAX);
}

/* The same for <threads.h>. */

static int result_of(int error)
{
	switch (error) {
	case 0:
		return thrd_success;
	case EBUSY:
		return thrd_busy;
	case ETIMEDOUT:
		return thrd_timedout;
	default:
		return thrd_error;
	}
}

int __popcorn_mtx_init(struct mutex *mutex, int type)
{
	memset(mutex, 0, sizeof(mtx_t));
	mutex->type = type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL;
	return thrd_success;
}

void __popcorn_mtx_destroy(struct mutex *mutex)
{
}

int __popcorn_mtx_lock(struct mutex *mutex)
{
	return result_of(__popcorn_pthread_mutex_lock(mutex));
}

int __popcorn_mtx_timedlock(struct mutex *mutex, const struct timespec *until)
{
	return result_of(__popcorn_pthread_mutex_timedlock(mutex, until));
}

int __popcorn_mtx_trylock(struct mutex *mutex)
{
	return result_of(__popcorn_pthread_mutex_trylock(mutex));
}

int __popcorn_mtx_unlock(struct mutex *mutex)
{
	return result_of(__popcorn_pthread_mutex_unlock(mutex));
}

int __popcorn_cnd_init(struct condition *condition)
{
	return result_of(__popcorn_pthread_cond_init(condition, NULL));
}

void __popcorn_cnd_destroy(struct condition *condition)
{
}

int __popcorn_cnd_wait(struct condition *condition, struct mutex *mutex)
{
	return result_of(__popcorn_pthread_cond_wait(condition, mutex));
}

int __popcorn_cnd_timedwait(struct condition *condition, struct mutex *mutex, const struct timespec *until)
{
	return result_of(__popcorn_pthread_cond_timedwait(condition, mutex, until));
}

int __popcorn_cnd_signal(struct condition *condition)
{
	return result_of(__popcorn_pthread_cond_signal(condition));
}

int __popcorn_cnd_broadcast(struct condition *condition)
{
	return result_of(__popcorn_pthread_cond_broadcast(condition));
}
