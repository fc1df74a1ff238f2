/* The allocator under four threads that free each other's blocks; then whether memory goes back to the system. */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 512

static unsigned char *_Atomic slots[SLOTS];
static _Atomic int errors;

static size_t size_of(uint32_t x)
{
	return x % 16 ? x % 1500 + 16 : x % 300000 + 16;
}

static void check_and_free(unsigned char *p)
{
	size_t size;

	memcpy(&size, p, sizeof size);
	for (size_t i = sizeof size; i < size; i += 61)
		errors += p[i] != (unsigned char)(size + i);
	errors += malloc_usable_size(p) < size;
	free(p);
}

static void *churn(void *argument)
{
	uint32_t x = (uintptr_t)argument;

	for (int i = 0; i < 60000; i++) {
		x = x * 1664525 + 1013904223;
		size_t size = size_of(x >> 7), alignment = (size_t)16 << (x >> 29);
		unsigned char *p = i % 5 ? malloc(size) : aligned_alloc(alignment, size);

		errors += i % 5 == 0 && (uintptr_t)p % alignment;
		memcpy(p, &size, sizeof size);
		for (size_t k = sizeof size; k < size; k += 61)
			p[k] = size + k;
		unsigned char *old = __c11_atomic_exchange(&slots[(x >> 9) % SLOTS], p, __ATOMIC_ACQ_REL);

		if (old)
			check_and_free(old);
	}
	return NULL;
}

static long resident(void)
{
	long pages = 0, ignored;
	FILE *file = fopen("/proc/self/statm", "r");

	if (fscanf(file, "%ld %ld", &ignored, &pages) != 2)
		pages = -1;
	fclose(file);
	return pages;
}

int main(void)
{
	pthread_t threads[4];

	for (uintptr_t i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, churn, (void *)(i + 1));
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < SLOTS; i++)
		if (slots[i])
			check_and_free(slots[i]);

	long before = resident();
	static unsigned char *large[100];

	for (int i = 0; i < 100; i++) {
		large[i] = malloc(1 << 20);
		memset(large[i], 1, 1 << 20);
	}
	long full = resident();

	for (int i = 0; i < 100; i++)
		free(large[i]);
	long after = resident();

	printf("grew: %s, returned: %s\n", full - before > 20000 ? "yes" : "no", after - before < 2000 ? "yes" : "no");
	unsigned char *zero = calloc(1000, 1000);
	int dirty = 0;

	for (int i = 0; i < 1000000; i++)
		dirty |= zero[i];
	/* Kept in variables: an allocation that nobody uses may be assumed to succeed. */
	void *volatile huge = malloc(SIZE_MAX / 2), *volatile overflowing = calloc(SIZE_MAX / 2, 4);

	if (dirty || huge || overflowing)
		errors++;
	printf("errors %d\n", errors);
	return errors != 0;
}
