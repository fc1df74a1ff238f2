// SPDX-License-Identifier: MIT
/*
 * `threads COUNT ROUNDS`: threads that hop about independently, meet at barriers and add to
 * sums under a mutex; both are made of futexes in shared memory. Odd threads go through all
 * nodes, even ones to the next node and back.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "traveller.h"

#define MAX_THREADS 32

struct shared {
	_Atomic uint32_t mutex;			/* 0 free, 1 held, 2 held and wanted */
	uint64_t sum;				/* under the mutex */
	uint64_t visits[POPCORN_NODES];		/* likewise */
	uint64_t pad[512];
	_Atomic uint32_t arrived, generation;	/* of the barrier */
	uint64_t pad2[512];
	_Atomic uint64_t atomic_sum;
	uint32_t threads, rounds;
	uint64_t pad3[512];
	uint64_t own[MAX_THREADS];		/* falsely shared on purpose */
};

#define shared ((struct shared *)SHARED_BASE)

enum { ROUND, AWAY, MEET };

static void lock(void)
{
	uint32_t seen = 0;

	if (atomic_compare_exchange_strong(&shared->mutex, &seen, 1))
		return;
	if (seen != 2)
		seen = atomic_exchange(&shared->mutex, 2);
	while (seen) {
		futex_wait(&shared->mutex, 2);
		seen = atomic_exchange(&shared->mutex, 2);
	}
}

static void unlock(void)
{
	if (atomic_exchange(&shared->mutex, 0) == 2)
		futex_wake(&shared->mutex, 1);
}

static void barrier(void)
{
	uint32_t generation = atomic_load(&shared->generation);

	if (atomic_fetch_add(&shared->arrived, 1) + 1 == shared->threads) {
		atomic_store(&shared->arrived, 0);
		atomic_fetch_add(&shared->generation, 1);
		futex_wake(&shared->generation, 1 << 30);
		return;
	}
	while (atomic_load(&shared->generation) == generation)
		futex_wait(&shared->generation, generation);
}

/* The argument is the thread's index in the low byte, and above it the round. */
static uint32_t index_of(uint64_t argument)
{
	return argument & 0xff;
}

static uint64_t round_of(uint64_t argument)
{
	return argument >> 8;
}

static void work_here(uint64_t argument)
{
	if (hop_status) {
		say("thread %u: hop failed: %s\n", index_of(argument), strerror(-hop_status));
		exit(2);
	}
	lock();
	shared->sum += round_of(argument) + 1;
	shared->visits[self]++;
	unlock();
	atomic_fetch_add(&shared->atomic_sum, 1);
	shared->own[index_of(argument)]++;
}

static struct next run_round(uint64_t argument)
{
	if (round_of(argument) == shared->rounds)
		return end_thread(index_of(argument));
	work_here(argument);
	return hop((self + 1) % node_count, AWAY, argument);
}

static struct next away(uint64_t argument)
{
	work_here(argument);
	if (index_of(argument) % 2)
		return go_on(MEET, argument);
	return hop(origin, MEET, argument);
}

static struct next meet(uint64_t argument)
{
	barrier();
	return go_on(ROUND, argument + 256);
}

const state_function states[] = { [ROUND] = run_round, [AWAY] = away, [MEET] = meet };

static void *run(void *index)
{
	return (void *)(uintptr_t)travel(ROUND, (uintptr_t)index);
}

static int check(const char *what, uint64_t is, uint64_t want)
{
	printf("%s %llu expected %llu %s\n", what, (unsigned long long)is,
	       (unsigned long long)want, is == want ? "ok" : "WRONG");
	return is != want;
}

int main(int argc, char **argv)
{
	pthread_t threads[MAX_THREADS];
	uint64_t count, rounds, i, visits = 0;
	int wrong = 0;
	void *result;

	work_if_worker();
	count = argc > 1 ? atoi(argv[1]) : 4;
	rounds = argc > 2 ? atoi(argv[2]) : 10;
	if (count < 1 || count > MAX_THREADS)
		return 64;
	begin(1 << 20);
	shared->threads = count;
	shared->rounds = rounds;
	for (i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, run, (void *)(uintptr_t)i))
			return 71;
	for (i = 0; i < count; i++) {
		pthread_join(threads[i], &result);
		wrong += check("thread", (uintptr_t)result, i);
		wrong += check("own", shared->own[i], 2 * rounds);
	}
	for (i = 0; i < POPCORN_NODES; i++)
		visits += shared->visits[i];
	wrong += check("sum", shared->sum, count * rounds * (rounds + 1));
	wrong += check("visits", visits, 2 * count * rounds);
	wrong += check("atomic", shared->atomic_sum, 2 * count * rounds);
	return wrong != 0;
}
