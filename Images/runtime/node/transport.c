/* Which transport carries this process. */
#include "transport.h"

const struct popcorn_transport *popcorn_transport;

enum popcorn_start popcorn_attach(struct popcorn_thread **thread, uint64_t *heap_size, uint64_t *stacks_size)
{
	static const struct popcorn_transport *const candidates[] = {
		&popcorn_transport_host,
		&popcorn_transport_popcorn,
		&popcorn_transport_none,
	};
	struct popcorn_region regions[] = {
		{(uint64_t)__popcorn_data_start, __popcorn_data_end - __popcorn_data_start, true},
		{(uint64_t)__popcorn_bss_start, __popcorn_bss_end - __popcorn_bss_start, false},
		{POPCORN_HEAP, POPCORN_HEAP_LIMIT, false},
		{POPCORN_STACKS, POPCORN_STACK_SIZE * POPCORN_THREAD_LIMIT, false},
	};

	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
		/* Before a thread can arrive, on another native thread than this one. */
		popcorn_transport = candidates[i];
		enum popcorn_start start = candidates[i]->attach(regions, 4, thread);

		if (start != POPCORN_START_UNUSABLE) {
			*heap_size = regions[2].size;
			*stacks_size = regions[3].size;
			return start;
		}
	}
	popcorn_die("no memory for the heap and the shadow stacks");
}
