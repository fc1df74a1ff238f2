/* Tests of what threads on different nodes may see of each other's writes, by the rules of C11.
 *
 * Shared variables lie on pages of their own, so that each of them can be on another node. Most of them only grow: an
 * iteration needs no reset, and a smaller value than was already seen is one that is too old. */
#ifndef MODEL_H
#define MODEL_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_ACTORS 32

#define LOAD(variable, order)         __atomic_load_n(&(variable), __ATOMIC_##order)
#define STORE(variable, value, order) __atomic_store_n(&(variable), (value), __ATOMIC_##order)

/* Without its fences, to see that the tests notice. */
#ifdef WITHOUT_FENCES
#define FENCE() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#else
#define FENCE() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif

struct page {
	_Alignas(4096) uint64_t word[512];
};

/* Zero when a test begins. */
extern struct page shared[8];

struct actor {
	pthread_t thread;
	/* Which of the test's parts it plays, of how many. */
	int role, roles;
	/* The node to go to, and the one that it got to. */
	int target, node;
	uint64_t iterations;
	/* What it saw: two numbers for each iteration. */
	uint64_t (*seen)[2];
	/* Outcomes that the model forbids, as far as it can tell by itself. */
	uint64_t forbidden;
};

struct test {
	const char *name;
	/* How many threads, or 0: as many as there are nodes, but at least four. */
	int roles;
	void (*act)(struct actor *actor);
	/* The number of forbidden outcomes that only all actors' findings together show; may be NULL. */
	uint64_t (*judge)(const struct actor *actors);
};

extern const struct test message_passing, message_passing_by_fences, store_buffering, load_buffering, coherence,
	independent_reads, peterson, compare_and_swap, ticket_lock, sequence_lock, neighbours;

/* For each round of waiting for another thread: looks often at first, and then lets others run, since there may be
 * fewer CPUs than threads. */
static inline void relax(unsigned *rounds)
{
	if (++*rounds % 256 == 0)
		sched_yield();
}

/* Waits until a variable has grown to `value`. */
static inline void wait_for(uint64_t *variable, uint64_t value)
{
	unsigned rounds = 0;

	while (__atomic_load_n(variable, __ATOMIC_RELAXED) < value)
		relax(&rounds);
}

#endif
