#include "bench.h"
#include <math.h>
#include <string.h>

static uint32_t state = 1;

static uint32_t next(void)
{
	return state = state * 1664525 + 1013904223;
}

/* Counting sort of keys with a bell-shaped distribution, in the manner of NPB IS. */
uint64_t sort_integers(void)
{
	enum { KEYS = 1 << 21, RANGE = 1 << 16 };
	static uint32_t keys[KEYS], sorted[KEYS], counts[RANGE + 1];
	uint64_t sum = 0;

	state = 1;
	for (int i = 0; i < KEYS; i++)
		keys[i] = ((next() >> 18) + (next() >> 18) + (next() >> 18) + (next() >> 18)) % RANGE;
	for (int round = 0; round < 4; round++) {
		memset(counts, 0, sizeof counts);
		for (int i = 0; i < KEYS; i++)
			counts[keys[i] + 1]++;
		for (int i = 0; i < RANGE; i++)
			counts[i + 1] += counts[i];
		for (int i = 0; i < KEYS; i++)
			sorted[counts[keys[i]]++] = keys[i];
		for (int i = 1; i < KEYS; i++)
			sum += sorted[i] < sorted[i - 1];
		keys[round] ^= 1;
	}
	for (int i = 0; i < KEYS; i += 997)
		sum = sum * 31 + sorted[i];
	return sum;
}

/* Complex transforms of power-of-two length, in the manner of NPB FT. */
uint64_t transform(void)
{
	enum { LENGTH = 1 << 17 };
	static double re[LENGTH], im[LENGTH];
	uint64_t sum = 0;

	state = 2;
	for (int i = 0; i < LENGTH; i++) {
		re[i] = next() * 0x1p-32;
		im[i] = next() * 0x1p-32;
	}
	for (int round = 0; round < 4; round++) {
		for (int i = 1, j = 0; i < LENGTH; i++) {
			int bit = LENGTH >> 1;

			for (; j & bit; bit >>= 1)
				j ^= bit;
			j ^= bit;
			if (i < j) {
				double t = re[i];

				re[i] = re[j];
				re[j] = t;
				t = im[i];
				im[i] = im[j];
				im[j] = t;
			}
		}
		for (int half = 1; half < LENGTH; half *= 2) {
			double angle = 3.14159265358979323846 / half, sr = cos(angle), si = sin(angle);

			for (int start = 0; start < LENGTH; start += 2 * half) {
				double wr = 1, wi = 0;

				for (int k = start; k < start + half; k++) {
					double xr = re[k + half] * wr - im[k + half] * wi;
					double xi = re[k + half] * wi + im[k + half] * wr;
					double t = wr * sr - wi * si;

					re[k + half] = re[k] - xr;
					im[k + half] = im[k] - xi;
					re[k] += xr;
					im[k] += xi;
					wi = wr * si + wi * sr;
					wr = t;
				}
			}
		}
		for (int i = 0; i < LENGTH; i++) {
			re[i] *= 1.0 / 512;
			im[i] *= 1.0 / 512;
		}
	}
	for (int i = 0; i < LENGTH; i += 1001) {
		uint64_t bits;

		memcpy(&bits, &re[i], sizeof bits);
		sum = sum * 31 + bits;
	}
	return sum;
}

__attribute__((noinline)) static uint64_t fib(unsigned n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

uint64_t fibonacci(void)
{
	return fib(35);
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

uint64_t sort_with_comparison(void)
{
	enum { COUNT = 1000000 };
	static uint32_t values[COUNT];
	uint64_t sum = 0;

	state = 3;
	for (int i = 0; i < COUNT; i++)
		values[i] = next();
	qsort(values, COUNT, sizeof *values, compare);
	for (int i = 0; i < COUNT; i += 101)
		sum = sum * 31 + values[i];
	return sum;
}

struct node {
	struct node *left, *right;
	uint32_t key;
};

static struct node *insert(struct node *tree, uint32_t key)
{
	if (!tree) {
		tree = calloc(1, sizeof *tree);
		tree->key = key;
	} else if (key < tree->key) {
		tree->left = insert(tree->left, key);
	} else {
		tree->right = insert(tree->right, key);
	}
	return tree;
}

static uint64_t take_down(struct node *tree)
{
	if (!tree)
		return 1;
	uint64_t sum = take_down(tree->left) * 3 + take_down(tree->right) + tree->key;

	free(tree);
	return sum;
}

uint64_t build_trees(void)
{
	struct node *tree = NULL;

	state = 4;
	for (int i = 0; i < 200000; i++)
		tree = insert(tree, next());
	return take_down(tree);
}
