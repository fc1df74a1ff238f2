/* A node of a lab: /dev/popcorn carries threads and memory (docs/migration.md). */
#define _GNU_SOURCE
#include "include/migrate.h"
#include "memory/address_space.h"
#include "calls/away.h"
#include "moves/moves.h"
#include "siblings.h"
#include "transport_popcorn.h"
#include "transport.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEVICE "/dev/popcorn"

_Static_assert(MAX_POPCORN_NODES == POPCORN_NODES, "programs see as many nodes as kernels have");

struct popcorn_place popcorn_place;

/* Past the filter: this descriptor is the node's. Sets errno. */
static int ask_device(unsigned long request, void *argument)
{
	long error = popcorn_local_call(SYS_ioctl, popcorn_place.device, request, argument);

	if (error < 0)
		errno = -error;
	return error < 0 ? -1 : 0;
}

static bool get_info(struct popcorn_info *info)
{
	return ask_device(POPCORN_IOC_INFO, info) == 0;
}

/* Out of the way of the program's own descriptors, which count from 3 as always. */
static int open_device(void)
{
	struct rlimit limit = { .rlim_cur = 64 };
	int low = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (low < 0)
		return -1;
	getrlimit(RLIMIT_NOFILE, &limit);
	int high = fcntl(low, F_DUPFD_CLOEXEC, limit.rlim_cur < 4096 ? (int)limit.rlim_cur - 4 : 4092);

	if (high < 0)
		return low;
	close(low);
	return high;
}

static bool map(uint64_t address, uint64_t size)
{
	if (size && mmap((void *)address, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, popcorn_place.device,
			 address) == MAP_FAILED)
		popcorn_die("cannot map shared memory at %#llx: %s", (unsigned long long)address, strerror(errno));
	return true;
}

/* The heap's size says how much of the stacks there is, so it comes first. */
static void map_region(uint64_t address, uint64_t size)
{
	if (address == POPCORN_HEAP)
		popcorn_plan_for_heap(size);
	if (address == POPCORN_STACKS)
		popcorn_map_stacks(map);
	else
		map(address, size);
}

/* Puts shared memory in the place of what the kernel loaded, with the same content. */
static void map_with_content(uint64_t address, uint64_t size)
{
	void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		popcorn_die("cannot copy the program's data: %s", strerror(errno));
	memcpy(copy, (void *)address, size);
	map(address, size);
	memcpy((void *)address, copy, size);
	munmap(copy, size);
}

static void add_region(const struct popcorn_region *region)
{
	struct popcorn_region_info info = { .address = region->address, .size = region->size };

	if (!region->size)
		return;
	if (ask_device(POPCORN_IOC_ADD_REGION, &info) < 0)
		popcorn_die("cannot share memory at %#llx: %s", (unsigned long long)region->address, strerror(errno));
	if (region->has_content)
		map_with_content(region->address, region->size);
	else
		map_region(region->address, region->size);
}

static enum popcorn_start attach_origin(struct popcorn_region *regions, int count)
{
	struct popcorn_create create = { .move_signal = POPCORN_MOVE_SIGNAL, .kick_signal = POPCORN_KICK_SIGNAL };
	struct popcorn_info info;

	popcorn_place.device = open_device();
	if (popcorn_place.device < 0)
		return POPCORN_START_UNUSABLE;
	if (!get_info(&info) || info.abi != POPCORN_ABI || info.self < 0 ||
	    ask_device(POPCORN_IOC_CREATE, &create) < 0) {
		if (errno != ENXIO)
			popcorn_say("this program cannot move: %s",
				    errno == EPERM ? "it is setuid, or has changed its ids" : strerror(errno));
		close(popcorn_place.device);
		return POPCORN_START_UNUSABLE;
	}
	popcorn_place.self = popcorn_place.origin = info.self;
	for (int i = 0; i < count; i++)
		add_region(&regions[i]);
	return POPCORN_START_NEW;
}

static enum popcorn_start attach_worker(struct popcorn_thread **thread)
{
	struct popcorn_attach attached;

	popcorn_place.device = open_device();
	if (popcorn_place.device < 0 || ask_device(POPCORN_IOC_ATTACH, &attached) < 0)
		popcorn_die("cannot work for another node: %s", strerror(errno));
	popcorn_place.self = attached.self;
	popcorn_place.origin = attached.origin;
	popcorn_place.pid = attached.pid;
	popcorn_place.ppid = attached.ppid;
	popcorn_check_libc();
	for (uint32_t i = 0; i < attached.regions; i++) {
		struct popcorn_region_info region = { .index = i };

		if (ask_device(POPCORN_IOC_GET_REGION, &region) < 0)
			popcorn_die("cannot find the shared memory: %s", strerror(errno));
		map_region(region.address, region.size);
	}
	popcorn_install_filter();
	popcorn_start_worker();
	*thread = popcorn_wait_for_arrival();
	return POPCORN_START_ARRIVED;
}

static enum popcorn_start attach(struct popcorn_region *regions, int count, struct popcorn_thread **thread)
{
	return getenv("POPCORN_WORKER") ? attach_worker(thread) : attach_origin(regions, count);
}

static int current_node(void)
{
	return popcorn_place.self;
}

static int node_count(void)
{
	struct popcorn_info info;

	return get_info(&info) ? info.nodes : 1;
}

static bool is_available(int node)
{
	struct popcorn_info info;

	return node >= 0 && node < POPCORN_NODES && get_info(&info) && info.up >> node & 1;
}

static struct popcorn_thread *leave(struct popcorn_thread *thread, int node, int *error)
{
	if (popcorn_is_away())
		return popcorn_leave_worker(thread, node, error);
	thread->hop_error = 0;
	*error = popcorn_leave_origin(thread, node);
	return *error ? NULL : thread;
}

/* NAME_x86-64 at one node is NAME_aarch64 at another; NAME stays NAME. */
static void program_path(int node, char *path, size_t size)
{
	struct popcorn_info info;
	bool has_suffix = popcorn_program_name(path, size - sizeof "_aarch64");

	if (has_suffix && get_info(&info))
		strcat(path, info.arch[node] == ARCH_AARCH64 ? "_aarch64" : "_x86-64");
}

static void finish(int status, bool at_once)
{
	if (!popcorn_is_away())
		return;
	popcorn_shared()->ends_at_once = at_once;
	popcorn_end_from_afar(status);
}

static bool reserve(uint64_t bytes)
{
	struct popcorn_memory memory = {
		.size = bytes,
		.data = (__popcorn_data_end - __popcorn_data_start) + (__popcorn_bss_end - __popcorn_bss_start),
	};

	if (popcorn_is_away())
		return popcorn_ask(POPCORN_CALL_RESERVE, (int64_t[POPCORN_CALL_ARGS]){ bytes }, NULL, 0, NULL, NULL) ==
		       0;
	return ask_device(POPCORN_IOC_RESERVE, &memory) == 0;
}

/* Only the origin can. */
static void discard(void *address, size_t size)
{
	struct popcorn_range range = { (uintptr_t)address, size };

	if (popcorn_is_away())
		popcorn_ask(POPCORN_CALL_DISCARD, (int64_t[POPCORN_CALL_ARGS]){ (intptr_t)address, size }, NULL, 0,
			    NULL, NULL);
	else
		ask_device(POPCORN_IOC_DISCARD, &range);
}

const struct popcorn_transport popcorn_transport_popcorn = {
	.name = "popcorn",
	.attach = attach,
	.current_node = current_node,
	.node_count = node_count,
	.is_available = is_available,
	.requested = popcorn_take_request,
	.leave = leave,
	.program_path = program_path,
	.end_thread = popcorn_end_hosted_thread,
	.finish = finish,
	.reserve = reserve,
	.discard = discard,
};
