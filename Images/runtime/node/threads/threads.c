/* Threads: a pthread_t is the address of a control block, which means the same on every node. */
#define _GNU_SOURCE
#include "calls/away.h"
#include "cancel.h"
#include "futex.h"
#include "runtime.h"
#include "transport.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <threads.h>

enum { RUNNING, FINISHED };

static struct popcorn_thread *block_of(pthread_t thread)
{
	return (struct popcorn_thread *)thread;
}

void popcorn_finish_thread(struct popcorn_thread *thread, void *result)
{
	popcorn_run_key_destructors(thread);
	popcorn_allocator_flush(&thread->cache);
	thread->result = result;
	__popcorn_thread = NULL;
	bool was_detached = __atomic_exchange_n(&thread->detached, 1, __ATOMIC_ACQ_REL);

	if (was_detached) {
		popcorn_free_thread(thread);
		return;
	}
	__atomic_store_n(&thread->state, FINISHED, __ATOMIC_RELEASE);
	popcorn_futex_wake(&thread->state, INT32_MAX);
}

static void *run(void *block)
{
	struct popcorn_thread *thread = block;
	uint32_t number = thread->number;

	void *result = popcorn_run(thread, false);

	popcorn_forget_native(number);
	popcorn_finish_thread(thread, result);
	popcorn_free_buffers();
	return NULL;
}

int popcorn_start_thread(struct popcorn_thread *thread, size_t stack_size)
{
	pthread_attr_t native;
	pthread_t ignored;

	pthread_attr_init(&native);
	pthread_attr_setdetachstate(&native, PTHREAD_CREATE_DETACHED);
	if (stack_size)
		pthread_attr_setstacksize(&native, stack_size);
	int error = pthread_create(&ignored, &native, run, thread);

	pthread_attr_destroy(&native);
	return error;
}

/* A new thread begins at the origin, where its shadow will be. */
static int start_at_origin(struct popcorn_thread *thread, size_t stack_size)
{
	if (!popcorn_is_away())
		return popcorn_start_thread(thread, stack_size);
	return -popcorn_ask(POPCORN_CALL_CREATE_THREAD, (int64_t[POPCORN_CALL_ARGS]){ (intptr_t)thread, stack_size },
			    NULL, 0, NULL, NULL);
}

int __popcorn_pthread_create(pthread_t *to, const pthread_attr_t *wanted, void *(*start)(void *), void *argument)
{
	struct popcorn_thread *thread = popcorn_new_thread();
	size_t stack_size = 0;
	int is_detached = PTHREAD_CREATE_JOINABLE;

	if (!thread)
		return EAGAIN;
	if (wanted) {
		pthread_attr_getdetachstate(wanted, &is_detached);
		pthread_attr_getstacksize(wanted, &stack_size);
	}
	thread->start = start;
	thread->argument = argument;
	thread->detached = is_detached == PTHREAD_CREATE_DETACHED;
	*to = (pthread_t)thread;
	int error = start_at_origin(thread, stack_size);

	if (error)
		popcorn_free_thread(thread);
	return error;
}

int __popcorn_pthread_timedjoin_np(pthread_t joined, void **result, const struct timespec *until)
{
	struct popcorn_thread *thread = block_of(joined);

	if (thread == __popcorn_thread)
		return EDEADLK;
	popcorn_test_cancel();
	while (__atomic_load_n(&thread->state, __ATOMIC_ACQUIRE) == RUNNING) {
		int error = popcorn_futex_wait_cancellable(&thread->state, RUNNING, until, CLOCK_REALTIME, NULL, NULL);

		if (error == ETIMEDOUT || error == EINVAL)
			return error;
	}
	if (result)
		*result = thread->result;
	popcorn_free_thread(thread);
	return 0;
}

int __popcorn_pthread_join(pthread_t joined, void **result)
{
	return __popcorn_pthread_timedjoin_np(joined, result, NULL);
}

int __popcorn_pthread_tryjoin_np(pthread_t joined, void **result)
{
	if (__atomic_load_n(&block_of(joined)->state, __ATOMIC_ACQUIRE) == RUNNING)
		return EBUSY;
	return __popcorn_pthread_join(joined, result);
}

int __popcorn_pthread_detach(pthread_t detached)
{
	struct popcorn_thread *thread = block_of(detached);

	/* Whoever comes second, the thread's end or this, frees the block. */
	if (__atomic_exchange_n(&thread->detached, 1, __ATOMIC_ACQ_REL))
		return __popcorn_pthread_join(detached, NULL);
	return 0;
}

pthread_t __popcorn_pthread_self(void)
{
	return (pthread_t)__popcorn_thread;
}

int __popcorn_pthread_equal(pthread_t a, pthread_t b)
{
	return a == b;
}

_Noreturn void __popcorn_pthread_exit(void *result)
{
	struct popcorn_thread *thread = __popcorn_thread;
	uint32_t *count = &popcorn_shared()->thread_count, threads;

	popcorn_run_cleanups();
	if (thread->start)
		popcorn_end_here(thread, result);
	popcorn_run_key_destructors(thread);
	/* main ends, the process goes on until its last thread has ended. */
	while ((threads = __atomic_load_n(count, __ATOMIC_ACQUIRE)) > 1)
		popcorn_futex_wait(count, threads, NULL);
	__popcorn_finish(0);
}

/* The same for <threads.h>. */

int __popcorn_thrd_create(thrd_t *to, thrd_start_t start, void *argument)
{
	int error = __popcorn_pthread_create(to, NULL, (void *(*)(void *))start, argument);

	return error == 0 ? thrd_success : error == EAGAIN ? thrd_nomem : thrd_error;
}

int __popcorn_thrd_join(thrd_t joined, int *result)
{
	void *value;

	if (__popcorn_pthread_join(joined, &value))
		return thrd_error;
	if (result)
		*result = (int)(intptr_t)value;
	return thrd_success;
}

int __popcorn_thrd_detach(thrd_t thread)
{
	return __popcorn_pthread_detach(thread) ? thrd_error : thrd_success;
}

thrd_t __popcorn_thrd_current(void)
{
	return __popcorn_pthread_self();
}

int __popcorn_thrd_equal(thrd_t a, thrd_t b)
{
	return a == b;
}

_Noreturn void __popcorn_thrd_exit(int result)
{
	__popcorn_pthread_exit((void *)(intptr_t)result);
}
