/* Process and thread keep their ids, those of the node where the program was started, wherever they are. */
#include "../nodes.h"
#include <stdlib.h>
#include <unistd.h>

#define HOPS 4

int main(void)
{
	pid_t pid = getpid(), tid = gettid();

	for (int i = 0; i <= HOPS; i++) {
		printf("hello, world (node %d, pid %d, tid %d)\n", current_nid(), getpid(), gettid());
		if (getpid() != pid || gettid() != tid)
			return EXIT_FAILURE;
		if (i < HOPS)
			migrate(next_node(), NULL, NULL);
	}
	return 0;
}
