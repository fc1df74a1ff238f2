/* An integer sort in the manner of NPB's IS: keys are ranked by counting, ten times, on the nodes in turn.
 *
 * Each iteration changes two keys and checks the ranks of five by comparing them with all others; at the end the keys
 * are put in order by their ranks, and that is checked. The first argument is the number of keys as a power of two. */
#include "../nodes.h"
#include "random.h"
#include <stdlib.h>

#define ITERATIONS 10
#define PROBES     5
#define KEY_BITS   11
#define MAX_KEY    (1 << KEY_BITS)

static uint32_t count;
static uint32_t *keys;
/* How many keys are smaller than or equal to an index. */
static uint32_t ranks[MAX_KEY];

/* The mean of four numbers: more keys in the middle of the range than at its ends. */
static void make_keys(void)
{
	uint64_t x = 314159265;

	for (uint32_t i = 0; i < count; i++) {
		double sum = 0;

		for (int k = 0; k < 4; k++)
			sum += next_random(&x);
		keys[i] = (uint32_t)(sum * (MAX_KEY / 4));
	}
}

static void rank_keys(void)
{
	for (int k = 0; k < MAX_KEY; k++)
		ranks[k] = 0;
	for (uint32_t i = 0; i < count; i++)
		ranks[keys[i]]++;
	for (int k = 1; k < MAX_KEY; k++)
		ranks[k] += ranks[k - 1];
}

static bool rank_is_right(uint32_t key)
{
	uint32_t smaller_or_equal = 0;

	for (uint32_t i = 0; i < count; i++)
		smaller_or_equal += keys[i] <= key;
	return ranks[key] == smaller_or_equal;
}

static int verify_partially(int iteration)
{
	int right = 0;

	for (uint32_t probe = 0; probe < PROBES; probe++)
		right += rank_is_right(keys[(probe * (count / PROBES) + iteration) % count]);
	return right;
}

/* Fills places from the end of a key's range down; every place must be filled, in order. */
static uint32_t sort_and_count_errors(void)
{
	uint32_t *sorted = malloc(count * sizeof *sorted), errors = 0;

	if (!sorted)
		return count;
	for (uint32_t i = 0; i < count; i++)
		sorted[i] = UINT32_MAX;
	for (uint32_t i = 0; i < count; i++)
		sorted[--ranks[keys[i]]] = keys[i];
	for (uint32_t i = 0; i < count; i++)
		errors += sorted[i] == UINT32_MAX || (i && sorted[i - 1] > sorted[i]);
	free(sorted);
	return errors;
}

int main(int argc, char **argv)
{
	int bits = argc > 1 ? atoi(argv[1]) : 16, wrong = 0;

	if (bits < 8 || bits > 26 || !(keys = malloc(sizeof *keys << bits))) {
		fprintf(stderr, "usage: is [LOG2_OF_KEYS, 8 to 26]\n");
		return 2;
	}
	count = UINT32_C(1) << bits;
	make_keys();
	printf("%u keys up to %d (node %d)\n", count, MAX_KEY - 1, current_nid());
	for (int i = 1; i <= ITERATIONS; i++) {
		migrate(next_node(), NULL, NULL);
		keys[i] = i;
		keys[i + ITERATIONS] = MAX_KEY - i;
		rank_keys();

		int right = verify_partially(i);

		wrong += PROBES - right;
		printf("iteration %d: %d of %d ranks are right (node %d)\n", i, right, PROBES, current_nid());
	}

	uint32_t errors = sort_and_count_errors();

	printf("sorted: %u keys out of order\n", errors);
	printf("verification %s\n", wrong || errors ? "failed" : "successful");
	free(keys);
	return wrong || errors ? EXIT_FAILURE : 0;
}
