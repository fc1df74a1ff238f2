/* What moving costs: hops and faults, each a line of stdout with its times in µs, by the clock of the node that waits.
 *
 *   migration [PAGES]     from the first to the second node of the lab; 100 pages a kind of fault */
#include <migrate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE       4096
#define MOST_PAGES 10000

static unsigned char *memory;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e6 + time.tv_nsec * 1e-3;
}

static void print(const char *name, const double *samples, int count)
{
	printf("%s", name);
	for (int i = 0; i < count; i++)
		printf(" %.1f", samples[i]);
	printf("\n");
}

static volatile unsigned char *page(int number)
{
	return memory + (size_t)number * PAGE;
}

static void measure_hops(int there, int count)
{
	static double times[MOST_PAGES + 1];
	int here = current_nid();

	for (int i = 0; i <= count; i++) {
		double began = now();

		migrate(there, NULL, NULL);
		migrate(here, NULL, NULL);
		times[i] = now() - began;
	}
	/* The first one starts the program there. */
	print("first-hop", times, 1);
	print("hop", times + 1, count);
}

enum { READ_MISS, UPGRADE, WRITE_MISS, KINDS };

/* Pages that were written at home, each touched away from it: those of the first half read, then written, those of the
 * second half written at once. The kinds take turns, so that a busy moment of the host meets all of them. */
static void measure_faults(int there, int pages)
{
	static const char *const names[KINDS] = { "read-miss", "upgrade", "write-miss" };
	static double times[KINDS][MOST_PAGES];
	volatile unsigned char seen;
	int here = current_nid();

	for (int i = 0; i < 2 * pages; i++)
		page(i)[0] = 1;
	migrate(there, NULL, NULL);
	/* Brings what the measurement itself writes here. */
	memset(times, 0, sizeof times);
	for (int i = 0; i < pages; i++) {
		double start = now();

		seen = page(i)[0];
		double was_read = now();

		page(i)[0] = seen + 1;
		double was_upgraded = now();

		page(pages + i)[0] = 2;
		double was_written = now();

		times[READ_MISS][i] = was_read - start;
		times[UPGRADE][i] = was_upgraded - was_read;
		times[WRITE_MISS][i] = was_written - was_upgraded;
	}
	migrate(here, NULL, NULL);
	for (int kind = 0; kind < KINDS; kind++)
		print(names[kind], times[kind], pages);
}

int main(int argc, char **argv)
{
	int pages = argc > 1 ? atoi(argv[1]) : 100, there = (current_nid() + 1) % total_act_nodes();

	if (pages < 1 || pages > MOST_PAGES) {
		fprintf(stderr, "migration: 1 to %d pages\n", MOST_PAGES);
		return 2;
	}
	if (there == current_nid()) {
		fprintf(stderr, "migration: there is no other node\n");
		return 1;
	}
	memory = aligned_alloc(PAGE, (size_t)2 * pages * PAGE);
	if (!memory)
		return 1;
	measure_hops(there, pages);
	measure_faults(there, pages);
	return 0;
}
