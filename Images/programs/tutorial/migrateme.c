/* Moved from outside: 30 iterations of 1 s, or as many and as long as the arguments say.
 *
 *   popcorn-lab migrate migrateme --to arm, or kill -35 TID on the node where it runs */
#include "iterate.h"

int main(int argc, char **argv)
{
	iterate(read_iterations(argc, argv));
	return 0;
}
