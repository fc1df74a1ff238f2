/* Control blocks and the frames that follow them. */
#include "futex.h"
#include "runtime.h"
#include <string.h>

struct popcorn_thread *popcorn_new_thread(void)
{
	struct popcorn_shared *shared = popcorn_shared();
	struct popcorn_thread *thread = NULL;

	popcorn_lock(&shared->threads_lock);
	for (uint32_t i = 0; i < shared->thread_limit && !thread; i++)
		if (!shared->thread_used[i]) {
			shared->thread_used[i] = 1;
			shared->thread_count++;
			thread = popcorn_thread_block(i);
			memset(thread, 0, sizeof *thread);
			if (shared->has_states)
				memset(&shared->states[i], 0, sizeof *shared->states);
			thread->number = i;
		}
	popcorn_unlock(&shared->threads_lock);
	if (thread)
		memcpy((char *)thread + POPCORN_LOCALS, __popcorn_locals_image, __popcorn_locals_size);
	return thread;
}

void popcorn_free_thread(struct popcorn_thread *thread)
{
	struct popcorn_shared *shared = popcorn_shared();

	popcorn_lock(&shared->threads_lock);
	shared->thread_used[thread->number] = 0;
	__atomic_fetch_sub(&shared->thread_count, 1, __ATOMIC_RELEASE);
	popcorn_unlock(&shared->threads_lock);
	popcorn_futex_wake(&shared->thread_count, INT32_MAX);
}

uint32_t popcorn_innermost_site(struct popcorn_thread *thread, const char *top)
{
	const char *frame = popcorn_first_frame(thread);
	uint32_t site = 0;

	while (frame < top) {
		site = *(const uint32_t *)frame;
		if (!site || site >= __popcorn_site_count)
			return 0;
		int32_t size = __popcorn_site_frames[site];

		/* A frame that grows says itself where it ends. */
		const char *next = size < 0 ? *(const char *const *)(frame + 8) : frame + size;

		if (next <= frame)
			return 0;
		frame = next;
	}
	return frame == top ? site : 0;
}
