/* A second thread hops to the next node and on while main stays; both use one barrier, which lies on main's stack. */
#include "companion.h"

int main(void)
{
	return stay_and_watch(0);
}
