/* Mutexes of all kinds and read-write locks, held across hops. */
#define _GNU_SOURCE
#include "threads.h"
#include <errno.h>
#include <sched.h>

#define TIMES 10

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER, recursive, checking;
static struct {
	uint64_t total, count;
} guarded;

static void prepare_mutexes(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&recursive, &attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&checking, &attributes);
	pthread_mutexattr_destroy(&attributes);
	guarded.total = guarded.count = 0;
}

/* Reads, hops, and writes: an update is lost if the mutex does not hold. */
static void add(uint64_t value)
{
	uint64_t total = guarded.total;

	HOP();
	guarded.total = total + value;
	guarded.count++;
}

static void nest(struct worker *worker, int depth)
{
	pthread_mutex_lock(&recursive);
	if (depth)
		nest(worker, depth - 1);
	else
		HOP();
	pthread_mutex_unlock(&recursive);
}

static void run_mutexes(struct worker *worker)
{
	for (int i = 0; i < TIMES; i++) {
		uint32_t value = pick(worker, 1000);

		if (i % 3) {
			pthread_mutex_lock(&plain);
		} else {
			while (pthread_mutex_trylock(&plain) == EBUSY)
				sched_yield();
		}
		add(value);
		pthread_mutex_unlock(&plain);
		HOP();
	}
	nest(worker, 3);
	worker->sum += pthread_mutex_lock(&checking);
	HOP();
	worker->sum += pthread_mutex_lock(&checking) == EDEADLK;
	worker->sum += pthread_mutex_unlock(&checking);
	HOP();
}

static uint64_t finish_mutexes(void)
{
	pthread_mutex_destroy(&recursive);
	pthread_mutex_destroy(&checking);
	return mixed(guarded.total, guarded.count);
}

const struct theme mutexes = { "mutexes", prepare_mutexes, run_mutexes, finish_mutexes };

/* Writers change all of it; whoever reads must find it all the same. */
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static uint64_t copies[1024];

static void prepare_rwlocks(void)
{
	for (int i = 0; i < 1024; i++)
		copies[i] = 0;
}

static void run_rwlocks(struct worker *worker)
{
	for (int i = 0; i < TIMES; i++) {
		uint32_t value = pick(worker, 1000);

		if ((i + worker->number) % 3) {
			pthread_rwlock_rdlock(&rwlock);
			uint64_t first = copies[0];

			HOP();
			worker->sum += copies[1023] != first || copies[500] != first;
		} else {
			pthread_rwlock_wrlock(&rwlock);
			for (int k = 0; k < 1024; k++) {
				if (k == 600)
					HOP();
				copies[k] += value;
			}
		}
		pthread_rwlock_unlock(&rwlock);
		HOP();
	}
}

static uint64_t finish_rwlocks(void)
{
	return copies[777];
}

const struct theme rwlocks = { "rwlocks", prepare_rwlocks, run_rwlocks, finish_rwlocks };
