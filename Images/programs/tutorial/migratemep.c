/* Moved from outside as migrateme is, but the iterations are those of a second thread; main waits for it, and stays. */
#include "iterate.h"
#include <pthread.h>

static void *run(void *iterations)
{
	iterate(*(struct iterations *)iterations);
	return NULL;
}

int main(int argc, char **argv)
{
	struct iterations iterations = read_iterations(argc, argv);
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, &iterations)) {
		fprintf(stderr, "no thread\n");
		return EXIT_FAILURE;
	}
	pthread_join(thread, NULL);
	printf("main (node %d)\n", current_nid());
	return 0;
}
