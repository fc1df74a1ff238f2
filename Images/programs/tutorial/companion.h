/* What pthread2 and pthreadS do: a thread hops while main stays, and they take turns at a barrier. */
#ifndef COMPANION_H
#define COMPANION_H

#include "../nodes.h"
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define HOPS 2

struct companions {
	pthread_barrier_t turn;
	unsigned seconds;
};

static inline void rest(unsigned seconds)
{
	while (seconds)
		seconds = sleep(seconds);
}

static inline void *hop_along(void *argument)
{
	struct companions *companions = argument;

	for (int i = 0; i <= HOPS; i++) {
		pthread_barrier_wait(&companions->turn);
		printf("thread (node %d)\n", current_nid());
		fflush(stdout);
		pthread_barrier_wait(&companions->turn);
		rest(companions->seconds);
		if (i < HOPS)
			migrate(next_node(), NULL, NULL);
	}
	return NULL;
}

/* Returns the program's exit code. */
static inline int stay_and_watch(unsigned seconds)
{
	struct companions companions = { .seconds = seconds };
	pthread_t thread;

	pthread_barrier_init(&companions.turn, NULL, 2);
	if (pthread_create(&thread, NULL, hop_along, &companions)) {
		fprintf(stderr, "no thread\n");
		return EXIT_FAILURE;
	}
	for (int i = 0; i <= HOPS; i++) {
		printf("main (node %d)\n", current_nid());
		fflush(stdout);
		pthread_barrier_wait(&companions.turn);
		pthread_barrier_wait(&companions.turn);
		rest(seconds);
	}
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&companions.turn);
	printf("joined (node %d)\n", current_nid());
	return 0;
}

#endif
