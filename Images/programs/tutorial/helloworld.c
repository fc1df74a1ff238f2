/* The node that the program was started on. */
#include "../nodes.h"

int main(void)
{
	printf("hello, world (node %d)\n", current_nid());
	return 0;
}
