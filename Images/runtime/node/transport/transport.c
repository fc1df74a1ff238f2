/* Which transport carries this process. */
#include "memory/address_space.h"
#include "transport.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

const struct popcorn_transport *popcorn_transport;

static _Noreturn void die_for_want_of_space(void)
{
	static const struct {
		int resource;
		const char *what;
	} limits[] = {
		{ RLIMIT_AS, "address space is limited to %llu KiB (ulimit -v)" },
		{ RLIMIT_DATA, "data is limited to %llu KiB (ulimit -d)" },
	};
	char reason[128];
	struct rlimit limit;

	snprintf(reason, sizeof reason, "%s", strerror(errno));
	for (int i = 0; i < 2; i++)
		if (getrlimit(limits[i].resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
			snprintf(reason, sizeof reason, limits[i].what, (unsigned long long)limit.rlim_cur >> 10);
	popcorn_die("no memory for the heap and the shadow stacks, which take 16 MiB at least: %s", reason);
}

enum popcorn_start popcorn_attach(struct popcorn_thread **thread, uint64_t *heap_size, uint64_t *stacks_size)
{
	popcorn_plan_for_space(popcorn_allowed_space(false));
	static const struct popcorn_transport *const candidates[] = {
		&popcorn_transport_host,
		&popcorn_transport_popcorn,
		&popcorn_transport_none,
	};
	struct popcorn_region regions[] = {
		{ (uint64_t)__popcorn_data_start, __popcorn_data_end - __popcorn_data_start, true },
		{ (uint64_t)__popcorn_bss_start, __popcorn_bss_end - __popcorn_bss_start, false },
		{ POPCORN_HEAP, popcorn_plan.heap, false },
		{ POPCORN_STACKS, popcorn_plan.slots * POPCORN_STACK_SIZE, false },
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
	die_for_want_of_space();
}
