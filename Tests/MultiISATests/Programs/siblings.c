/* Goes to node 1 and back, with output in a stream's buffer; the argument, if any, is removed before. */
#include "migrate.h"
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	printf("starts on %d\n", current_nid());
	if (argc > 1)
		unlink(argv[1]);
	migrate(1, NULL, NULL);
	printf("is on %d\n", current_nid());
	migrate(0, NULL, NULL);
	printf("ends on %d\n", current_nid());
	return 3;
}
