// SPDX-License-Identifier: MIT
/*
 * Tests of the memory model and of coherence under contention; one thread per node and test:
 * `memory counter ROUNDS`	an atomic counter, no locks
 * `memory message ROUNDS`	message passing: data, release, acquire, data
 * `memory peterson ROUNDS`	Peterson's algorithm with fences, two threads
 * `memory stripes ROUNDS`	each thread writes its own word of each of 64 pages
 * `memory read ROUNDS`		pages written at the origin, read and summed elsewhere
 * `memory large MEGABYTES`	first touch elsewhere, read back at the origin
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "traveller.h"

#define PAGES 64
#define PAGE 4096
#define CHUNK 65536	/* bytes between words of the large test */

struct shared {
	uint64_t rounds, threads;
	uint64_t pad0[510];
	_Atomic uint64_t counter;
	uint64_t pad1[511];
	_Atomic uint64_t flag;
	uint64_t pad2[511];
	uint64_t data[8];
	uint64_t pad3[504];
	_Atomic uint32_t interested[2];
	_Atomic uint32_t turn;
	uint64_t pad4[510];
	uint64_t guarded;
	uint64_t pad5[511];
	_Atomic uint64_t errors;
	_Atomic uint64_t ready;
	uint64_t pad6[510];
	_Atomic uint64_t read_ns;
	uint64_t pad7[511];
	struct { uint64_t word[PAGE / 8]; } page[PAGES];
};

#define shared ((struct shared *)SHARED_BASE)
#define LARGE_BASE (SHARED_BASE + (1 << 20))

enum { START, COUNTER, MESSAGE, PETERSON, STRIPES, READ, LARGE };

static const char *const names[] = {
	[START] = "", [COUNTER] = "counter", [MESSAGE] = "message", [PETERSON] = "peterson",
	[STRIPES] = "stripes", [READ] = "read", [LARGE] = "large",
};

static uint32_t index_of(uint64_t argument)
{
	return argument & 0xff;
}

static void pause_briefly(void)
{
	struct timespec time = { 0, 20000 };

	nanosleep(&time, NULL);
}

/* Thread i goes to node origin + i, then does its test. */
static struct next start(uint64_t argument)
{
	uint32_t index = index_of(argument);

	if (hop_status) {
		say("hop failed: %s\n", strerror(-hop_status));
		exit(2);
	}
	if (index % node_count == 0)
		return go_on(argument >> 8, argument);
	return hop((origin + index) % node_count, argument >> 8, argument);
}

static struct next counter(uint64_t argument)
{
	uint64_t i;

	for (i = 0; i < shared->rounds; i++) {
		if (index_of(argument) % 2) {
			atomic_fetch_add(&shared->counter, 1);
		} else {
			uint64_t old = atomic_load(&shared->counter);

			while (!atomic_compare_exchange_weak(&shared->counter, &old, old + 1))
				;
		}
	}
	return end_thread(0);
}

/* Thread 0 writes, thread 1 reads and acknowledges; others look on. */
static struct next message(uint64_t argument)
{
	uint64_t i, k;

	for (i = 1; i <= shared->rounds; i++) {
		if (index_of(argument) == 0) {
			for (k = 0; k < 8; k++)
				shared->data[k] = i * 10 + k;
			atomic_store_explicit(&shared->flag, 2 * i - 1, memory_order_release);
			while (atomic_load_explicit(&shared->flag, memory_order_acquire) != 2 * i)
				pause_briefly();
		} else if (index_of(argument) == 1) {
			while (atomic_load_explicit(&shared->flag, memory_order_acquire) != 2 * i - 1)
				pause_briefly();
			for (k = 0; k < 8; k++)
				if (shared->data[k] != i * 10 + k)
					atomic_fetch_add(&shared->errors, 1);
			atomic_store_explicit(&shared->flag, 2 * i, memory_order_release);
		}
	}
	return end_thread(0);
}

static struct next peterson(uint64_t argument)
{
	uint32_t me = index_of(argument), other = 1 - me;
	uint64_t i;

	if (me > 1)
		return end_thread(0);
	for (i = 0; i < shared->rounds; i++) {
		atomic_store_explicit(&shared->interested[me], 1, memory_order_relaxed);
		atomic_store_explicit(&shared->turn, other, memory_order_relaxed);
		atomic_thread_fence(memory_order_seq_cst);
		while (atomic_load_explicit(&shared->interested[other], memory_order_relaxed) &&
		       atomic_load_explicit(&shared->turn, memory_order_relaxed) == other)
			pause_briefly();
		atomic_thread_fence(memory_order_acquire);
		shared->guarded++;
		atomic_store_explicit(&shared->interested[me], 0, memory_order_release);
	}
	return end_thread(0);
}

static struct next stripes(uint64_t argument)
{
	uint64_t i, p;

	for (i = 0; i < shared->rounds; i++)
		for (p = 0; p < PAGES; p++)
			shared->page[p].word[index_of(argument)]++;
	return end_thread(0);
}

static struct next read_pages(uint64_t argument)
{
	struct timespec a, b;
	uint64_t i, p, sum;

	for (i = 1; i <= shared->rounds; i++) {
		if (index_of(argument) == 0) {
			for (p = 0; p < PAGES; p++)
				shared->page[p].word[p] = i;
			atomic_store(&shared->ready, 2 * i - 1);
			while (atomic_load(&shared->ready) != 2 * i)
				pause_briefly();
		} else if (index_of(argument) == 1) {
			while (atomic_load(&shared->ready) != 2 * i - 1)
				pause_briefly();
			clock_gettime(CLOCK_MONOTONIC, &a);
			for (sum = 0, p = 0; p < PAGES; p++)
				sum += shared->page[p].word[p];
			clock_gettime(CLOCK_MONOTONIC, &b);
			shared->read_ns += (b.tv_sec - a.tv_sec) * 1000000000ll + b.tv_nsec -
					   a.tv_nsec;
			if (sum != PAGES * i)
				atomic_fetch_add(&shared->errors, 1);
			atomic_store(&shared->ready, 2 * i);
		}
	}
	return end_thread(0);
}

static struct next large(uint64_t argument)
{
	volatile uint64_t *at = (volatile uint64_t *)LARGE_BASE;
	uint64_t pages = shared->rounds << 8, i;

	if (index_of(argument) == 1) {
		for (i = 0; i < pages; i++)
			at[i * PAGE / 8] = i + 1;
		atomic_store(&shared->ready, 1);
	} else if (index_of(argument) == 0) {
		while (!atomic_load(&shared->ready))
			pause_briefly();
		for (i = 0; i < pages; i++)
			if (at[i * PAGE / 8] != i + 1 || at[i * PAGE / 8 + 1])
				shared->errors++;
	}
	return end_thread(0);
}

const state_function states[] = {
	[START] = start, [COUNTER] = counter, [MESSAGE] = message, [PETERSON] = peterson,
	[STRIPES] = stripes, [READ] = read_pages, [LARGE] = large,
};

static void *run(void *argument)
{
	return (void *)(uintptr_t)travel(START, (uintptr_t)argument);
}

static int check(const char *what, uint64_t is, uint64_t want)
{
	printf("%s %llu expected %llu %s\n", what, (unsigned long long)is,
	       (unsigned long long)want, is == want ? "ok" : "WRONG");
	return is != want;
}

static int verify(int test)
{
	uint64_t i, p, want = shared->threads * shared->rounds;
	int wrong = 0;

	if (test == COUNTER)
		wrong += check("counter", shared->counter, want);
	if (test == PETERSON)
		wrong += check("guarded", shared->guarded, 2 * shared->rounds);
	if (test == STRIPES)
		for (p = 0; p < PAGES; p++)
			for (i = 0; i < shared->threads; i++)
				if (shared->page[p].word[i] != shared->rounds)
					shared->errors++;
	if (test == READ)
		printf("read miss %llu us on average\n", (unsigned long long)
		       (shared->read_ns / 1000 / shared->rounds / PAGES));
	return wrong + check("errors", shared->errors, 0);
}

int main(int argc, char **argv)
{
	pthread_t threads[8];
	struct timespec a, b;
	uint64_t i, count;
	int test, wrong;

	work_if_worker();
	if (argc < 3)
		return 64;
	for (test = COUNTER; test <= LARGE && strcmp(argv[1], names[test]); test++)
		;
	if (test > LARGE)
		return 64;
	begin(1ull << 40);
	count = argc > 3 ? atoi(argv[3]) : node_count;
	if (count < 2 || count > 8)
		return 64;
	shared->rounds = atoi(argv[2]);
	shared->threads = count;
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, run, (void *)(uintptr_t)(test << 8 | i)))
			return 71;
	for (i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	clock_gettime(CLOCK_MONOTONIC, &b);
	wrong = verify(test);
	printf("%s: %.0f ms\n", argv[1], (b.tv_sec - a.tv_sec) * 1e3 + (b.tv_nsec - a.tv_nsec) / 1e6);
	return wrong != 0;
}
