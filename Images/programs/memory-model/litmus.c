/* The classic litmus tests. In the comments, x and y are 0 at first, and each column is a thread. */
#include "model.h"

#define X shared[0].word[0]
#define Y shared[1].word[0]

/*   x = 1            | a = y (acquire)
 *   y = 1 (release)  | b = x             forbidden: a = 1, b = 0 */
static void pass_message(struct actor *actor)
{
	if (actor->role == 0) {
		for (uint64_t i = 1; i <= actor->iterations; i++) {
			STORE(X, i, RELAXED);
			STORE(Y, i, RELEASE);
		}
		return;
	}
	for (uint64_t a = 0; a < actor->iterations;) {
		a = LOAD(Y, ACQUIRE);
		actor->forbidden += LOAD(X, RELAXED) < a;
	}
}

const struct test message_passing = { "message passing", 2, pass_message, NULL };

/* The same with fences, and with the order of the pages exchanged. */
static void pass_message_by_fences(struct actor *actor)
{
	if (actor->role == 0) {
		for (uint64_t i = 1; i <= actor->iterations; i++) {
			STORE(Y, i, RELAXED);
			__atomic_thread_fence(__ATOMIC_RELEASE);
			STORE(X, i, RELAXED);
		}
		return;
	}
	for (uint64_t a = 0; a < actor->iterations;) {
		a = LOAD(X, RELAXED);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		actor->forbidden += LOAD(Y, RELAXED) < a;
	}
}

const struct test message_passing_by_fences = { "message passing by fences", 2, pass_message_by_fences, NULL };

/*   x = 1  | y = 1
 *   fence  | fence
 *   a = y  | b = x    forbidden: a = 0, b = 0 */
static void buffer_stores(struct actor *actor)
{
	uint64_t *mine = actor->role ? &Y : &X, *other = actor->role ? &X : &Y;

	for (uint64_t i = 1; i <= actor->iterations; i++) {
		wait_for(other, i - 1);
		STORE(*mine, i, RELAXED);
		FENCE();
		actor->seen[i - 1][0] = LOAD(*other, RELAXED);
	}
}

static uint64_t judge_stores(const struct actor *actors)
{
	uint64_t forbidden = 0;

	for (uint64_t i = 1; i <= actors->iterations; i++)
		forbidden += actors[0].seen[i - 1][0] < i && actors[1].seen[i - 1][0] < i;
	return forbidden;
}

const struct test store_buffering = { "store buffering", 2, buffer_stores, judge_stores };

/*   a = x (acquire)  | b = y (acquire)
 *   y = 1 (release)  | x = 1 (release)   forbidden: a = 1, b = 1 */
static void buffer_loads(struct actor *actor)
{
	uint64_t *read = actor->role ? &Y : &X, *written = actor->role ? &X : &Y;

	for (uint64_t i = 1; i <= actor->iterations; i++) {
		wait_for(read, i - 1);
		actor->seen[i - 1][0] = LOAD(*read, ACQUIRE);
		STORE(*written, i, RELEASE);
	}
}

static uint64_t judge_loads(const struct actor *actors)
{
	uint64_t forbidden = 0;

	for (uint64_t i = 1; i <= actors->iterations; i++)
		forbidden += actors[0].seen[i - 1][0] >= i && actors[1].seen[i - 1][0] >= i;
	return forbidden;
}

const struct test load_buffering = { "load buffering", 2, buffer_loads, judge_loads };

/*   x = 1  | a = x
 *          | b = x    forbidden: a = 1, b = 0 */
static void cohere(struct actor *actor)
{
	if (actor->role == 0) {
		for (uint64_t i = 1; i <= actor->iterations; i++)
			STORE(X, i, RELAXED);
		return;
	}
	for (uint64_t b = 0; b < actor->iterations;) {
		uint64_t a = LOAD(X, RELAXED);

		b = LOAD(X, RELAXED);
		actor->forbidden += b < a;
	}
}

const struct test coherence = { "coherence of one variable", 2, cohere, NULL };

/*   x = 1  | y = 1  | a = x  | c = y
 *          |        | b = y  | d = x    all in one order; forbidden: a = 1, b = 0, c = 1, d = 0 */
static void read_independently(struct actor *actor)
{
	uint64_t *first = actor->role % 2 ? &Y : &X, *second = actor->role % 2 ? &X : &Y;

	for (uint64_t i = 1; i <= actor->iterations; i++) {
		if (actor->role < 2) {
			STORE(*first, i, SEQ_CST);
			/* The readers keep up, by a page that is theirs. */
			wait_for(&shared[4].word[0], i - 1);
			wait_for(&shared[5].word[0], i - 1);
		} else {
			actor->seen[i - 1][0] = LOAD(*first, SEQ_CST);
			actor->seen[i - 1][1] = LOAD(*second, SEQ_CST);
			STORE(shared[2 + actor->role].word[0], i, RELAXED);
		}
	}
}

/* Two findings contradict each other if each saw a write that the other, looking for it later, did not yet see. What a
 * reader sees only grows, so that for each finding of one reader only one of the other's is to be looked at: the last
 * that came too early for the first number. */
static uint64_t judge_reads(const struct actor *actors)
{
	const struct actor *one = &actors[2], *other = &actors[3];
	uint64_t forbidden = 0;

	for (uint64_t i = 0, k = 0; i < one->iterations; i++) {
		while (k < other->iterations && other->seen[k][1] < one->seen[i][0])
			k++;
		forbidden += k && other->seen[k - 1][0] > one->seen[i][1];
	}
	return forbidden;
}

const struct test independent_reads = { "independent reads", 4, read_independently, judge_reads };
