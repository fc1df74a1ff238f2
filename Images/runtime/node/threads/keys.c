/* Thread-specific values: their places are in the control block, their destructors in shared memory. */
#include "runtime.h"
#include <errno.h>
#include <pthread.h>
#include <threads.h>

int __popcorn_pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	struct popcorn_shared *shared = popcorn_shared();

	for (unsigned i = 0; i < POPCORN_KEYS; i++) {
		uint32_t expected = 0;

		if (__atomic_compare_exchange_n(&shared->key_used[i], &expected, 1, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED)) {
			shared->key_destructor[i] = destructor;
			*key = i;
			return 0;
		}
	}
	return EAGAIN;
}

int __popcorn_pthread_key_delete(pthread_key_t key)
{
	struct popcorn_shared *shared = popcorn_shared();

	for (uint32_t i = 0; i < shared->thread_limit; i++)
		if (shared->thread_used[i])
			popcorn_thread_block(i)->values[key % POPCORN_KEYS] = NULL;
	__atomic_store_n(&shared->key_used[key % POPCORN_KEYS], 0, __ATOMIC_RELEASE);
	return 0;
}

void *__popcorn_pthread_getspecific(pthread_key_t key)
{
	return __popcorn_thread->values[key % POPCORN_KEYS];
}

int __popcorn_pthread_setspecific(pthread_key_t key, const void *value)
{
	__popcorn_thread->values[key % POPCORN_KEYS] = (void *)value;
	return 0;
}

void popcorn_run_key_destructors(struct popcorn_thread *thread)
{
	struct popcorn_shared *shared = popcorn_shared();
	bool again = true;

	/* The program's functions, called from here: their frames begin where the thread's did. */
	thread->head.frame_top = popcorn_first_frame(thread);
	thread->head.native_depth = 1;
	for (int round = 0; round < 4 && again; round++) {
		again = false;
		for (unsigned i = 0; i < POPCORN_KEYS; i++) {
			void *value = thread->values[i];

			thread->values[i] = NULL;
			if (value && shared->key_used[i] && shared->key_destructor[i]) {
				shared->key_destructor[i](value);
				again = true;
			}
		}
	}
}

int __popcorn_tss_create(tss_t *key, tss_dtor_t destructor)
{
	return __popcorn_pthread_key_create(key, destructor) ? thrd_error : thrd_success;
}

void __popcorn_tss_delete(tss_t key)
{
	__popcorn_pthread_key_delete(key);
}

void *__popcorn_tss_get(tss_t key)
{
	return __popcorn_pthread_getspecific(key);
}

int __popcorn_tss_set(tss_t key, void *value)
{
	__popcorn_pthread_setspecific(key, value);
	return thrd_success;
}
