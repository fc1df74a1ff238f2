/* What migrateme and migratemep do until somebody moves them. */
#ifndef ITERATE_H
#define ITERATE_H

#include "../nodes.h"
#include <stdlib.h>
#include <time.h>

struct iterations {
	int count;
	double seconds;
};

/* COUNT SECONDS from the command line. */
static inline struct iterations read_iterations(int argc, char **argv)
{
	return (struct iterations){
		.count = argc > 1 ? atoi(argv[1]) : 30,
		.seconds = argc > 2 ? atof(argv[2]) : 1,
	};
}

/* The signal that asks the thread to move interrupts its sleep, so that it moves at once. */
static inline void iterate(struct iterations iterations)
{
	struct timespec pause = { .tv_sec = (time_t)iterations.seconds };

	pause.tv_nsec = (long)((iterations.seconds - (double)pause.tv_sec) * 1e9);
	for (int i = 1; i <= iterations.count; i++) {
		printf("iteration %d (node %d)\n", i, current_nid());
		fflush(stdout);
		nanosleep(&pause, NULL);
		check_migrate(NULL, NULL);
	}
}

#endif
