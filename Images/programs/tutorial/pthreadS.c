/* As pthread2, with time to look at the lab: both threads sleep between hops, for 2 s or the argument's seconds. */
#include "companion.h"

int main(int argc, char **argv)
{
	return stay_and_watch(argc > 1 ? atoi(argv[1]) : 2);
}
