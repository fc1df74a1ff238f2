/* N hops (4, or the first argument), from node to node; a local variable counts them. */
#include "../nodes.h"
#include <stdlib.h>

int main(int argc, char **argv)
{
	int hops = argc > 1 ? atoi(argv[1]) : 4;

	printf("hello, world (node %d)\n", current_nid());
	for (int i = 0; i < hops; i++) {
		migrate(next_node(), NULL, NULL);
		printf("hello, world (node %d)\n", current_nid());
	}
	return 0;
}
