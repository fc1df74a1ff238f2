/* memory DATA MIB: takes all memory that there is and gives it back; goes away with so many MiB, takes all that there is then,
 * comes home, takes all again; then touches DATA MiB of static data. */
#include "migrate.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)1 << 20)
#define PIECE (MIB / 4)
#define MOST 1000

static volatile char data[12 * MIB];

/* In pieces that are touched, one page of `step`; returns how many, or -1 if there was no end, or no ENOMEM. */
static int take_all(char **pieces, int step)
{
	int count = 0;

	errno = 0;
	while (count < MOST && (pieces[count] = malloc(PIECE))) {
		for (size_t i = 0; i < PIECE; i += 4096 * step)
			pieces[count][i] = count;
		count++;
	}
	return count < MOST && errno == ENOMEM ? count : -1;
}

static void free_all(char **pieces, int count)
{
	while (count > 0)
		free(pieces[--count]);
}

int main(int argc, char **argv)
{
	static char *pieces[MOST], *others[MOST];

	setlinebuf(stdout);
	int touched = atoi(argv[1]), mib = atoi(argv[2]), wrong = 0, count = take_all(pieces, 1);
	char *taken;

	puts(count > 2 ? "refused" : "not refused");
	free_all(pieces, count);
	taken = malloc(mib * MIB);
	memset(taken, 7, mib * MIB);
	migrate(1, NULL, NULL);
	for (size_t i = 0; i < mib * MIB; i += 4096)
		wrong += taken[i] != 7;
	printf("%d MiB on %d\n", mib, current_nid());
	count = take_all(others, 16);
	printf("%d more\n", count < 1 ? count : wrong);
	free_all(others, count);
	migrate(0, NULL, NULL);
	printf("%d MiB on %d\n", mib, current_nid());
	free(taken);
	puts(take_all(pieces, 1) > 2 ? "again" : "nothing");
	fflush(stdout);
	for (size_t i = 0; i < touched * MIB; i += 4096)
		data[i] = 1;
	return 0;
}
