// SPDX-License-Identifier: MIT
/*
 * Moves only when it is asked to, and only in step(), if it is compiled with -fmigration-checks=none: `wander until HOPS`
 * ends after so many, `wander forever THREADS` never, `wander stuck` sits in a system call until the end of its input.
 */
#include <migrate.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 1000

static int hops;

static void count_hop(void *unused)
{
	(void)unused;
	hops++;
}

__attribute__((noinline)) static unsigned step(unsigned seed)
{
	check_migrate(count_hop, NULL);
	for (int i = 0; i < CHUNK; i++)
		seed = seed * 1664525 + 1013904223;
	return seed;
}

static int until(int wanted)
{
	for (unsigned seed = 1; hops < wanted;)
		seed = step(seed);
	printf("%d hops, ends on node %d\n", hops, current_nid());
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
