/* A host without a lab, or a child of fork: the program runs as any other, and migrate says no. */
#include "../arch/arch.h"
#include "away.h"
#include "transport.h"
#include <errno.h>
#include <sys/mman.h>

static enum popcorn_start attach(struct popcorn_region *regions, int count, struct popcorn_thread **thread)
{
	for (int i = 0; i < count; i++) {
		/* Data and bss are where the program's file put them. */
		if (regions[i].address < POPCORN_HEAP)
			continue;
		void *address = (void *)regions[i].address;
		void *mapped = mmap(address, regions[i].size, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

		if (mapped != address)
			return POPCORN_START_UNUSABLE;
	}
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
		.name = its_name, .is_alone_because = why, .attach = attach, .current_node = current_node, \
		.node_count = node_count, .is_available = is_available, .requested = requested, .leave = leave, \
		.finish = finish, .discard = discard, \
	}

const struct popcorn_transport popcorn_transport_none = ALONE("none", "there is no lab here (no /dev/popcorn)");
const struct popcorn_transport popcorn_transport_child = ALONE("child", "a child of fork stays where it is");
