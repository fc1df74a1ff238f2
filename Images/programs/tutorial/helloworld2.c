/* One hop: main begins on one node and ends on the next. */
#include "../nodes.h"

int main(void)
{
	printf("hello, world (node %d)\n", current_nid());
	migrate(next_node(), NULL, NULL);
	printf("hello, world (node %d)\n", current_nid());
	return 0;
}
