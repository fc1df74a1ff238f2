/* Threads on one node: everything of pthreads and <threads.h> that programs use between threads. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>

#define THREADS 4
#define ROUNDS 20000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, emptied = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static sem_t semaphore;
static _Thread_local long local = 100;
static long total, initialised, destroyed;
static int queue[8], queued, taken;
static _Atomic long atomic_total;

static void initialise(void)
{
	initialised++;
}

static void destroy(void *value)
{
	pthread_mutex_lock(&mutex);
	destroyed += *(long *)value;
	pthread_mutex_unlock(&mutex);
	free(value);
}

static void *work(void *argument)
{
	long number = (intptr_t)argument, *value = malloc(sizeof *value);

	*value = number;
	pthread_once(&once, initialise);
	pthread_setspecific(key, value);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		total += number;
		pthread_mutex_unlock(&mutex);
		atomic_total += number;
		local += number;
		if (i % 1000 == 0) {
			void *p = malloc(i + 1);

			pthread_barrier_wait(&barrier);
			free(p);
		}
		if (i % 500 == 0) {
			pthread_rwlock_rdlock(&rwlock);
			pthread_rwlock_unlock(&rwlock);
			pthread_rwlock_wrlock(&rwlock);
			pthread_rwlock_unlock(&rwlock);
			sem_wait(&semaphore);
			sem_post(&semaphore);
		}
	}
	if (*(long *)pthread_getspecific(key) != number || pthread_self() == 0)
		return NULL;
	if (number == 2)
		pthread_exit((void *)local);
	return (void *)local;
}

static void *produce(void *argument)
{
	for (int i = 1; i <= 1000; i++) {
		pthread_mutex_lock(&mutex);
		while (queued == 8)
			pthread_cond_wait(&emptied, &mutex);
		queue[queued++] = i;
		pthread_cond_signal(&filled);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static int consume(void *argument)
{
	for (int i = 0; i < 1000; i++) {
		pthread_mutex_lock(&mutex);
		while (!queued)
			pthread_cond_wait(&filled, &mutex);
		taken += queue[--queued];
		pthread_cond_broadcast(&emptied);
		pthread_mutex_unlock(&mutex);
	}
	return 77;
}

static long brief_count;

static void *brief(void *argument)
{
	brief_count++;
	return NULL;
}

static void special_mutexes(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t m;
	struct timespec past = {1, 0};

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&m, &attributes);
	printf("recursive %d %d %d %d\n", pthread_mutex_lock(&m), pthread_mutex_lock(&m), pthread_mutex_unlock(&m),
	       pthread_mutex_unlock(&m));
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&m, &attributes);
	printf("checking %d %d %d\n", pthread_mutex_lock(&m), pthread_mutex_lock(&m) == EDEADLK, pthread_mutex_unlock(&m));
	printf("not mine %d\n", pthread_mutex_unlock(&m) == EPERM);
	pthread_mutex_lock(&mutex);
	printf("timeout %d\n", pthread_cond_timedwait(&filled, &mutex, &past) == ETIMEDOUT);
	printf("busy %d %d\n", pthread_mutex_trylock(&mutex) == EBUSY, pthread_mutex_timedlock(&mutex, &past) == ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
}

int main(void)
{
	pthread_t threads[THREADS], producer;
	thrd_t consumer;
	void *result;
	int status;

	pthread_barrier_init(&barrier, NULL, THREADS);
	sem_init(&semaphore, 0, 2);
	pthread_key_create(&key, destroy);
	for (intptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)i))
			return 1;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		printf("thread %d %ld\n", i, (long)result);
	}
	pthread_create(&producer, NULL, produce, NULL);
	thrd_create(&consumer, consume, NULL);
	pthread_join(producer, NULL);
	thrd_join(consumer, &status);
	printf("total %ld atomic %ld once %ld destroyed %ld taken %d status %d mine %ld\n", total, (long)atomic_total,
	       initialised, destroyed, taken, status, local);
	special_mutexes();
	/* More threads, one after the other, than there may be at once. */
	for (int i = 0; i < 3000; i++) {
		if (pthread_create(&producer, NULL, brief, NULL))
			return 2;
		pthread_join(producer, NULL);
	}
	printf("brief %ld\n", brief_count);
	printf("end\n");
	exit(5);
}
