/* errno and h_errno, in the thread's control block: a program may keep their addresses over a hop.
 *
 * All of libc's own code comes by here too: in a static link, these take the place of its functions of these names. A
 * native thread that stands in for one that is elsewhere has others, and so has one that is not the program's. */
#include "runtime.h"

static _Thread_local int32_t error_here, lookup_error_here;

/* Old binaries' name. */
int h_errno;

static struct popcorn_thread *present_thread(void)
{
	return popcorn_in_transit() ? NULL : __popcorn_thread;
}

int *__errno_location(void)
{
	struct popcorn_thread *thread = present_thread();

	return thread ? &thread->error : &error_here;
}

/* By which libc calls it. */
extern __typeof__(__errno_location) ___errno_location __attribute__((alias("__errno_location")));

int *__h_errno_location(void)
{
	struct popcorn_thread *thread = present_thread();

	return thread ? &thread->lookup_error : &lookup_error_here;
}
