/* Locks and counters made of nothing but atomic variables: an update that is lost was not protected. */
#include "model.h"

#define COUNTER shared[3].word[0]

/* What a lock has to protect: neither an atomic operation nor within one page. */
static void update(void)
{
	STORE(COUNTER, LOAD(COUNTER, RELAXED) + 1, RELAXED);
	STORE(shared[4].word[511], LOAD(shared[4].word[511], RELAXED) + 1, RELAXED);
}

static uint64_t difference(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static uint64_t lost_updates(const struct actor *actors)
{
	uint64_t expected = actors->iterations * actors->roles;

	return difference(expected, COUNTER) + difference(expected, shared[4].word[511]);
}

/* Peterson's lock needs what store buffering must not do. */
static void lock_as_peterson(struct actor *actor)
{
	uint64_t *mine = &shared[actor->role].word[0], *other = &shared[!actor->role].word[0];
	uint64_t *turn = &shared[2].word[0];
	unsigned rounds = 0;

	for (uint64_t i = 0; i < actor->iterations; i++) {
		STORE(*mine, 1, RELAXED);
		STORE(*turn, !actor->role, RELAXED);
		FENCE();
		while (LOAD(*other, ACQUIRE) && LOAD(*turn, ACQUIRE) == (uint64_t)!actor->role)
			relax(&rounds);
		FENCE();
		update();
		STORE(*mine, 0, RELEASE);
	}
}

const struct test peterson = { "Peterson's lock", 2, lock_as_peterson, lost_updates };

static void count_by_exchange(struct actor *actor)
{
	for (uint64_t i = 0; i < actor->iterations; i++) {
		uint64_t value = LOAD(COUNTER, RELAXED);

		while (!__atomic_compare_exchange_n(&COUNTER, &value, value + 1, true, __ATOMIC_RELAXED,
						    __ATOMIC_RELAXED))
			;
	}
}

static uint64_t lost_counts(const struct actor *actors)
{
	return difference(actors->iterations * actors->roles, COUNTER);
}

const struct test compare_and_swap = { "compare and swap", 0, count_by_exchange, lost_counts };

static void take_tickets(struct actor *actor)
{
	uint64_t *next = &shared[0].word[0], *serving = &shared[1].word[0];
	unsigned rounds = 0;

	for (uint64_t i = 0; i < actor->iterations; i++) {
		uint64_t ticket = __atomic_fetch_add(next, 1, __ATOMIC_RELAXED);

		while (LOAD(*serving, ACQUIRE) != ticket)
			relax(&rounds);
		update();
		STORE(*serving, ticket + 1, RELEASE);
	}
}

const struct test ticket_lock = { "ticket lock", 0, take_tickets, lost_updates };

/* One writer; the number of writes is odd while it writes. Readers try again if it has changed meanwhile. */
#define WORDS 8

static uint64_t *guarded(int i)
{
	return &shared[1 + i % 2].word[i];
}

static void write_sequence(uint64_t iterations)
{
	uint64_t *sequence = &shared[0].word[0];

	for (uint64_t i = 1; i <= iterations; i++) {
		STORE(*sequence, 2 * i - 1, RELAXED);
		__atomic_thread_fence(__ATOMIC_RELEASE);
		for (int k = 0; k < WORDS; k++)
			STORE(*guarded(k), i * (k + 1), RELAXED);
		STORE(*sequence, 2 * i, RELEASE);
	}
}

static void read_sequence(struct actor *actor)
{
	uint64_t *sequence = &shared[0].word[0], words[WORDS], before = 0;
	unsigned rounds = 0;

	while (before < 2 * actor->iterations) {
		before = LOAD(*sequence, ACQUIRE);
		for (int k = 0; k < WORDS; k++)
			words[k] = LOAD(*guarded(k), RELAXED);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (before % 2 || LOAD(*sequence, RELAXED) != before) {
			relax(&rounds);
			continue;
		}
		for (int k = 0; k < WORDS; k++)
			actor->forbidden += words[k] != before / 2 * (k + 1);
	}
}

static void lock_by_sequence(struct actor *actor)
{
	if (actor->role == 0)
		write_sequence(actor->iterations);
	else
		read_sequence(actor);
}

const struct test sequence_lock = { "sequence lock", 0, lock_by_sequence, NULL };

/* Each thread has a byte of its own in one word: a write of one byte leaves the others alone. */
static void write_beside(struct actor *actor)
{
	uint8_t *byte = (uint8_t *)&shared[0].word[0] + actor->role;

	for (uint64_t i = 1; i <= actor->iterations; i++) {
		STORE(*byte, (uint8_t)i, RELAXED);
		actor->forbidden += LOAD(*byte, RELAXED) != (uint8_t)i;
	}
}

const struct test neighbours = { "neighbouring bytes", 0, write_beside, NULL };
