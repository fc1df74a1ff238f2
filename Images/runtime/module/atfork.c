/* pthread_atfork as part of the program: handlers lie in memory that moves, and may move themselves; where a thread is when it
 * forks is of no concern to them. As in POSIX, the last that was registered prepares first. */
#include "atfork.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct handlers {
	struct handlers *older, *newer;
	void (*prepare)(void), (*in_parent)(void), (*in_child)(void);
};

static struct handlers *oldest, *newest;
/* Held by whoever forks until both processes are done, so that all that was prepared is ended. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int pthread_atfork(void (*prepare)(void), void (*in_parent)(void), void (*in_child)(void))
{
	struct handlers *new = malloc(sizeof *new);

	if (!new)
		return ENOMEM;
	pthread_mutex_lock(&lock);
	*new = (struct handlers){ newest, NULL, prepare, in_parent, in_child };
	*(newest ? &newest->newer : &oldest) = new;
	newest = new;
	pthread_mutex_unlock(&lock);
	return 0;
}

void __popcorn_prepare_fork(void)
{
	pthread_mutex_lock(&lock);
	for (struct handlers *h = newest; h; h = h->older)
		if (h->prepare)
			h->prepare();
}

void __popcorn_end_fork(int is_child)
{
	for (struct handlers *h = oldest; h; h = h->newer) {
		void (*handler)(void) = is_child ? h->in_child : h->in_parent;

		if (handler)
			handler();
	}
	pthread_mutex_unlock(&lock);
}
