/* Hops at many places of a program, on a schedule that depends on nothing but the thread's own course.
 *
 *   hop_begin(&(struct hop_schedule){.hops = 1000, .every = 3});
 *   ...
 *   HOP();       at as many places as possible
 *   ...
 *   hop_report();
 *
 * Until hop_begin, and after the last hop, HOP is a plain migration point. */
#ifndef HOP_H
#define HOP_H

#include "nodes.h"
#include <stdint.h>

struct hop_schedule {
	/* How many hops to ask for. */
	uint64_t hops;
	/* Ask at every so many places on average; 1 for each. */
	uint32_t every;
	uint32_t seed;
};

/* Starts the calling thread's schedule. */
void hop_begin(const struct hop_schedule *schedule);

/* Whether the thread is to hop at the place that `reached` belongs to. */
bool hop_is_due(bool *reached);

/* Before and after a hop, for the counts; the former tells where to. */
int hop_leaves(void);
void hop_arrived(void);

/* How many hops all threads together have asked for. */
uint64_t hop_count(void);

/* Prints the counts to stderr: hops asked for, hops made, distinct places. */
void hop_report(void);

#define HOP() \
	do { \
		static bool hop_reached; \
		if (hop_is_due(&hop_reached)) { \
			migrate(hop_leaves(), NULL, NULL); \
			hop_arrived(); \
		} else { \
			check_migrate(NULL, NULL); \
		} \
	} while (0)

#endif
