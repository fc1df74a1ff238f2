// SPDX-License-Identifier: MIT
/*
 * Moves only when it is asked to: `wander until HOPS` ends after so many, `wander forever THREADS` never, `wander stuck`
 * sits in a system call until the end of its input.
 */
#include <migrate.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 1000

/* It has a migration check: it calls, and it loops. */
__attribute__((noinline)) static unsigned step(unsigned seed)
{
	for (int i = 0; i < CHUNK; i++)
		seed = seed * 1664525 + 1013904223;
	return seed ^ current_nid();
}

static int until(int wanted)
{
	int last = current_nid(), hops = 0;

	for (unsigned seed = 1; hops < wanted;) {
		seed = step(seed);
		if (current_nid() != last) {
			hops++;
			last = current_nid();
		}
	}
	printf("%d hops, ends on node %d\n", hops, last);
	return 0;
}

static void *forever(void *seed)
{
	unsigned value = 1;

	for (;;)
		value = step(value + *(volatile unsigned *)seed);
}

static int with_threads(int count)
{
	static unsigned seed = 7;
	pthread_t thread;

	while (--count > 0)
		if (pthread_create(&thread, NULL, forever, &seed))
			return 71;
	forever(&seed);
	return 0;
}

static int stuck(void)
{
	char byte;

	while (read(0, &byte, 1) > 0)
		;
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "until"))
		return until(atoi(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "forever"))
		return with_threads(atoi(argv[2]));
	if (argc == 2 && !strcmp(argv[1], "stuck"))
		return stuck();
	return 64;
}
