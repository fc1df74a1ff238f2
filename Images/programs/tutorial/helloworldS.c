/* Two hops with time to look at the lab: it sleeps on each node, for 2 s or the first argument's seconds. */
#include "../nodes.h"
#include <stdlib.h>
#include <unistd.h>

#define HOPS 2

int main(int argc, char **argv)
{
	unsigned seconds = argc > 1 ? atoi(argv[1]) : 2;

	for (int i = 0; i <= HOPS; i++) {
		printf("hello, world (node %d)\n", current_nid());
		fflush(stdout);
		/* A signal ends sleep early. */
		for (unsigned left = seconds; left;)
			left = sleep(left);
		if (i < HOPS)
			migrate(next_node(), NULL, NULL);
	}
	return 0;
}
