/* fork in a program with several threads: the child has only the one that forked, so what the others held at that moment would
 * be held for ever, and what they were changing be half changed. */
#include "atfork.h"
#include "memory/spans.h"

void popcorn_before_fork(void)
{
	popcorn_lock(&popcorn_shared()->threads_lock);
	popcorn_lock(&popcorn_shared()->streams.lock);
	popcorn_lock_heap();
}

void popcorn_after_fork(void)
{
	popcorn_unlock_heap();
	popcorn_unlock(&popcorn_shared()->streams.lock);
	popcorn_unlock(&popcorn_shared()->threads_lock);
}

void popcorn_begin_child(void)
{
	struct popcorn_shared *shared = popcorn_shared();

	for (uint32_t i = 0; i < shared->thread_limit; i++)
		shared->thread_used[i] = __popcorn_thread && i == __popcorn_thread->number;
	shared->thread_count = 1;
	/* Nobody waits for them in this process. */
	shared->threads_lock.state = 0;
	shared->streams.lock.state = 0;
	popcorn_heap()->lock = 0;
}
