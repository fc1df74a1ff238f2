/* Child processes belong to the origin: they can be made there only. */
#define _GNU_SOURCE
#include "away.h"
#include "runtime.h"
#include <errno.h>
#include <stdio.h>

FILE *__popcorn_popen(const char *command, const char *mode)
{
	if (!popcorn_is_away())
		return popen(command, mode);
	popcorn_say("popen is not possible away from the origin (this is node %d, the origin is %d)", popcorn_place.self,
		    popcorn_place.origin);
	errno = ENOSYS;
	return NULL;
}
