/* A host without a lab, or a child of fork: the program runs as any other, and migrate says no. */
#include "arch/arch.h"
#include "memory/address_space.h"
#include "place.h"
#include "transport.h"
#include <errno.h>
#include <sys/mman.h>

/* Smaller ones do not hold what the runtime needs. */
#define SMALLEST_SPACE (UINT64_C(16) << 20)

static unsigned mapped_pieces;

static bool map(uint64_t address, uint64_t size)
{
	void *mapped = mmap((void *)address, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (mapped == (void *)address) {
		mapped_pieces++;
		return true;
	}
	/* An older kernel takes the address for a wish. */
	if (mapped != MAP_FAILED)
		munmap(mapped, size);
	return false;
}

static bool map_all(void)
{
	mapped_pieces = 0;
	if (!map(POPCORN_HEAP, popcorn_plan.heap))
		return false;
	if (popcorn_map_stacks(map))
		return true;
	int error = errno;

	munmap((void *)POPCORN_HEAP, popcorn_plan.heap);
	popcorn_unmap_stacks(mapped_pieces - 1);
	errno = error;
	return false;
}

/* Data and bss are where the program's file put them. Not every reason for having less shows in a limit. */
static enum popcorn_start attach(struct popcorn_region *regions, int count, struct popcorn_thread **thread)
{
	uint64_t space = popcorn_allowed_space(true);

	popcorn_plan_for_space(space);
	for (space = space < POPCORN_ENOUGH_SPACE ? space : POPCORN_ENOUGH_SPACE; !map_all();
	     popcorn_plan_for_space(space)) {
		space /= 2;
		if (space < SMALLEST_SPACE)
			return POPCORN_START_UNUSABLE;
	}
	regions[count - 2].size = popcorn_plan.heap;
	regions[count - 1].size = popcorn_plan.slots * POPCORN_STACK_SIZE;
	return POPCORN_START_NEW;
}

/* A child is on its parent's node; without a lab, it is node 0. */
static int current_node(void)
{
	return popcorn_place.self;
}

static int node_count(void)
{
	return 1;
}

static bool is_available(int node)
{
	return node == popcorn_place.self;
}

static int requested(struct popcorn_thread *thread, const char *top)
{
	return -1;
}

static struct popcorn_thread *leave(struct popcorn_thread *thread, int node, int *error)
{
	*error = -EPERM;
	return NULL;
}

static void finish(int status, bool at_once)
{
}

static void discard(void *address, size_t size)
{
	madvise(address, size, MADV_DONTNEED);
}

#define ALONE(its_name, why) \
	{ \
		.name = its_name, \
		.is_alone_because = why, \
		.attach = attach, \
		.current_node = current_node, \
		.node_count = node_count, \
		.is_available = is_available, \
		.requested = requested, \
		.leave = leave, \
		.finish = finish, \
		.discard = discard, \
	}

const struct popcorn_transport popcorn_transport_none = ALONE("none", "there is no lab here (no /dev/popcorn)");
const struct popcorn_transport popcorn_transport_child = ALONE("child", "a child of fork stays where it is");
