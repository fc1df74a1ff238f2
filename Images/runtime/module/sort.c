/* qsort as part of the program, so that the comparison may move: heapsort's bounds, quicksort's speed. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

typedef int (*comparison)(const void *, const void *, void *);

static void swap(char *a, char *b, size_t width)
{
	while (width >= 8) {
		unsigned long t, u;

		memcpy(&t, a, 8);
		memcpy(&u, b, 8);
		memcpy(a, &u, 8);
		memcpy(b, &t, 8);
		a += 8;
		b += 8;
		width -= 8;
	}
	while (width--) {
		char t = *a;

		*a++ = *b;
		*b++ = t;
	}
}

static void sift_down(char *base, size_t root, size_t count, size_t width, comparison compare, void *data)
{
	for (size_t child; (child = 2 * root + 1) < count; root = child) {
		if (child + 1 < count && compare(base + child * width, base + (child + 1) * width, data) < 0)
			child++;
		if (compare(base + root * width, base + child * width, data) >= 0)
			return;
		swap(base + root * width, base + child * width, width);
	}
}

static void heap_sort(char *base, size_t count, size_t width, comparison compare, void *data)
{
	for (size_t i = count / 2; i--;)
		sift_down(base, i, count, width, compare, data);
	for (size_t i = count; --i;) {
		swap(base, base + i * width, width);
		sift_down(base, 0, i, width, compare, data);
	}
}

static void insertion_sort(char *base, size_t count, size_t width, comparison compare, void *data)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j && compare(base + (j - 1) * width, base + j * width, data) > 0; j--)
			swap(base + (j - 1) * width, base + j * width, width);
}

/* Puts the median of three in front. */
static void choose_pivot(char *base, size_t count, size_t width, comparison compare, void *data)
{
	char *a = base + width, *b = base + count / 2 * width, *c = base + (count - 1) * width;

	if (compare(a, b, data) > 0)
		swap(a, b, width);
	if (compare(b, c, data) > 0)
		swap(b, c, width);
	if (compare(a, b, data) > 0)
		swap(a, b, width);
	swap(base, b, width);
}

static void sort(char *base, size_t count, size_t width, comparison compare, void *data, int depth)
{
	while (count > 12) {
		if (!depth--) {
			heap_sort(base, count, width, compare, data);
			return;
		}
		choose_pivot(base, count, width, compare, data);
		size_t i = 0, j = count;

		for (;;) {
			do
				i++;
			while (i < count && compare(base + i * width, base, data) < 0);
			do
				j--;
			while (compare(base, base + j * width, data) < 0);
			if (i >= j)
				break;
			swap(base + i * width, base + j * width, width);
		}
		swap(base, base + j * width, width);
		/* The smaller part by recursion, the larger one here: the depth stays logarithmic. */
		char *right = base + (j + 1) * width;
		size_t right_count = count - j - 1;

		if (j < right_count) {
			sort(base, j, width, compare, data, depth);
			base = right;
			count = right_count;
		} else {
			sort(right, right_count, width, compare, data, depth);
			count = j;
		}
	}
	insertion_sort(base, count, width, compare, data);
}

void qsort_r(void *base, size_t count, size_t width, comparison compare, void *data)
{
	int depth = 2;

	for (size_t n = count; n; n >>= 1)
		depth += 2;
	if (width)
		sort(base, count, width, compare, data, depth);
}

static int without_data(const void *a, const void *b, void *compare)
{
	return ((int (*)(const void *, const void *))compare)(a, b);
}

void qsort(void *base, size_t count, size_t width, int (*compare)(const void *, const void *))
{
	qsort_r(base, count, width, without_data, (void *)compare);
}
