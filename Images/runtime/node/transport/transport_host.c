/* Hops on one machine, for tests: the process executes the other ISA's binary, x86-64 natively and aarch64 under qemu-user.
 *
 * The shared regions are one memory file that stays open over exec, as do all other descriptors, so that a hop moves no
 * data, and the process keeps its id, its files and its place in them. Descriptors that exec would close are kept open by
 * it and marked again behind it. Asked for by the environment:
 *
 *   POPCORN_HOST_LAB=qemu=/usr/bin/qemu-aarch64,every=100,max=5000,cover=2
 *
 *   qemu   how aarch64 code runs here (default qemu-aarch64 from PATH)
 *   every  hop at every so many checks (default 0: at the program's own calls of migrate only)
 *   cover  hop at each migration point at most so often (reaches all points of a program)
 *   max    no more hops than this
 *   log    a file to which each hop is appended: its number, its call site, its depth
 *
 * Single-threaded programs only: exec ends all other threads. */
#define _GNU_SOURCE
#include "arch/arch.h"
#include "memory/address_space.h"
#include "siblings.h"
#include "transport.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OPTIONS "POPCORN_HOST_LAB"
#define STATE   "POPCORN_HOST_STATE"

/* Enough for tests; qemu-user takes time for each page of a mapping. */
#define HEAP_SIZE   UINT64_C(0x10000000)
#define STACKS_SIZE (POPCORN_STACK_SIZE * 16)
#define QEMU_SPACE  UINT64_C(0x60000000)
/* Out of the way of the program's own descriptors. */
#define STATE_DESCRIPTOR 900

/* Of the program's life, not of a node's: at the start of the state file. */
struct host_state {
	uint64_t every, cover, max;
	uint64_t thread;
	char qemu[4096];
	char log[4096];
	uint8_t hops_at_site[65536];
	/* Descriptors that are to be closed by an exec of the program's own. */
	uint8_t closes_on_exec[STATE_DESCRIPTOR];
};

#define STATE_SIZE ((sizeof(struct host_state) + 4095) & ~UINT64_C(4095))

static struct host_state *state;
static int state_descriptor;

static void read_options(const char *text)
{
	char copy[8192], *rest = copy, *item;

	strcpy(state->qemu, "qemu-aarch64");
	state->max = UINT64_MAX;
	snprintf(copy, sizeof copy, "%s", text);
	while ((item = strsep(&rest, ","))) {
		char *value = strchr(item, '=');

		if (!*item)
			continue;
		if (value)
			*value++ = 0;
		if (value && !strcmp(item, "qemu"))
			snprintf(state->qemu, sizeof state->qemu, "%s", value);
		else if (value && !strcmp(item, "log"))
			snprintf(state->log, sizeof state->log, "%s", value);
		else if (value && !strcmp(item, "every"))
			state->every = strtoull(value, NULL, 10);
		else if (value && !strcmp(item, "cover"))
			state->cover = strtoull(value, NULL, 10);
		else if (value && !strcmp(item, "max"))
			state->max = strtoull(value, NULL, 10);
		else
			popcorn_die("%s: unknown option %s", OPTIONS, item);
	}
}

static uint64_t size_here(const struct popcorn_region *region)
{
	uint64_t most = region->address == POPCORN_HEAP ? HEAP_SIZE : STACKS_SIZE;

	return region->address < POPCORN_HEAP || region->size < most ? region->size : most;
}

/* Where the region that is mapped lies in the state. */
static uint64_t region_start, region_offset;

static bool map(uint64_t address, uint64_t size)
{
	if (size && mmap((void *)address, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, state_descriptor,
			 region_offset + (address - region_start)) == MAP_FAILED)
		popcorn_die("cannot map the program's memory: %s", strerror(errno));
	return true;
}

static void map_region(uint64_t address, uint64_t size, uint64_t offset)
{
	region_start = address;
	region_offset = offset;
	if (address == POPCORN_STACKS) {
		popcorn_plan.slots = size / POPCORN_STACK_SIZE;
		popcorn_map_stacks(map);
	} else {
		map(address, size);
	}
}

static void put_content(uint64_t offset, const struct popcorn_region *region)
{
	const char *from = (const char *)region->address;

	for (uint64_t done = 0; done < region->size;) {
		ssize_t count = pwrite(state_descriptor, from + done, region->size - done, offset + done);

		if (count <= 0)
			popcorn_die("cannot write the program's state: %s", strerror(errno));
		done += count;
	}
}

static void open_state(struct popcorn_region *regions, int count)
{
	int descriptor = memfd_create("popcorn-state", 0);
	uint64_t size = STATE_SIZE;

	for (int i = 0; i < count; i++)
		size += size_here(&regions[i]);
	state_descriptor = fcntl(descriptor, F_DUPFD, STATE_DESCRIPTOR);
	if (descriptor < 0 || state_descriptor < 0 || ftruncate(state_descriptor, size) < 0)
		popcorn_die("cannot make the program's state: %s", strerror(errno));
	close(descriptor);
}

static void keep_descriptors(void)
{
	for (int fd = 0; fd < STATE_DESCRIPTOR; fd++) {
		int flags = fcntl(fd, F_GETFD);

		state->closes_on_exec[fd] = flags >= 0 && flags & FD_CLOEXEC;
		if (state->closes_on_exec[fd])
			fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC);
	}
}

static void mark_descriptors(void)
{
	for (int fd = 0; fd < STATE_DESCRIPTOR; fd++)
		if (state->closes_on_exec[fd])
			fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static enum popcorn_start attach(struct popcorn_region *regions, int count, struct popcorn_thread **thread)
{
	const char *options = getenv(OPTIONS), *arrived = getenv(STATE);

	if (!options && !arrived)
		return POPCORN_START_UNUSABLE;
	if (arrived)
		state_descriptor = atoi(arrived);
	else
		open_state(regions, count);

	state = mmap(NULL, STATE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, state_descriptor, 0);
	if (state == MAP_FAILED)
		popcorn_die("cannot map the program's state: %s", strerror(errno));
	uint64_t offset = STATE_SIZE;

	for (int i = 0; i < count; i++) {
		uint64_t size = size_here(&regions[i]);

		if (regions[i].has_content && !arrived)
			put_content(offset, &regions[i]);
		map_region(regions[i].address, size, offset);
		offset += size;
		regions[i].size = size;
	}
	if (!arrived)
		read_options(options);
	__popcorn_flag = state->every || state->cover;
	unsetenv(OPTIONS);
	unsetenv(STATE);
	if (!arrived)
		return POPCORN_START_NEW;
	mark_descriptors();
	*thread = (struct popcorn_thread *)state->thread;
	return POPCORN_START_ARRIVED;
}

static int current_node(void)
{
	return POPCORN_HOST_NODE;
}

static int node_count(void)
{
	return 2;
}

static bool is_available(int node)
{
	return node == 0 || node == 1;
}

static int requested(struct popcorn_thread *thread, const char *top)
{
	/* Frames of callbacks and handlers are not part of the chain. */
	if (thread->head.native_depth)
		return -1;
	if (state->cover) {
		uint32_t site = popcorn_innermost_site(thread, top);

		if (!site)
			popcorn_die("the frames of thread %u are damaged", thread->number);
		uint8_t *hops = &state->hops_at_site[site % sizeof state->hops_at_site];

		if (*hops >= state->cover)
			return -1;
		++*hops;
		return !POPCORN_HOST_NODE;
	}
	return state->every && ++thread->checks % state->every == 0 ? !POPCORN_HOST_NODE : -1;
}

static void write_log(struct popcorn_thread *thread)
{
	FILE *log = state->log[0] ? fopen(state->log, "ae") : NULL;

	if (!log)
		return;
	fprintf(log, "%llu from %s site %u depth %lld\n", (unsigned long long)popcorn_shared()->hops, POPCORN_ISA,
		popcorn_innermost_site(thread, thread->hop_top),
		(long long)(thread->hop_top - popcorn_first_frame(thread)));
	fclose(log);
}

/* NAME_x86-64 or NAME_aarch64, whatever of the three this process executes. */
static void get_path(int node, char *path, size_t size)
{
	char name[POPCORN_PATH_SIZE - 10];

	popcorn_program_name(name, sizeof name);
	snprintf(path, size, "%s_%s", name, node == 0 ? "x86-64" : "aarch64");
}

static void execute(int node, char *program)
{
	char variable[64], *environment[1100];
	int count = 0;

	snprintf(variable, sizeof variable, STATE "=%d", state_descriptor);
	/* The program's own environment is in its heap; this one is libc's. */
	extern char **environ;
	environment[count++] = variable;
	for (char **e = environ; *e && count < 1099; e++)
		if (strncmp(*e, STATE "=", sizeof STATE))
			environment[count++] = *e;
	environment[count] = NULL;
	if (node == 0)
		execve(program, (char *[]){ program, NULL }, environment);
	else
		execvpe(state->qemu, (char *[]){ state->qemu, program, NULL }, environment);
}

/* qemu-user itself takes some, and ends the process if there is not enough. */
static bool has_space_for_qemu(void)
{
	uint64_t needed =
		QEMU_SPACE + (__popcorn_data_end - __popcorn_data_start) + (__popcorn_bss_end - __popcorn_bss_start);
	uint64_t allowed = popcorn_allowed_space(false);
	static bool was_told;

	if (allowed >= needed)
		return true;
	if (!was_told)
		popcorn_say("no move to node 1: %s needs %llu KiB of address space, which is limited to %llu KiB "
			    "(ulimit -v)",
			    state->qemu, (unsigned long long)needed >> 10, (unsigned long long)allowed >> 10);
	was_told = true;
	return false;
}

/* Why nothing could be executed: the thread stays. */
static void tell_failure(int node, const char *program)
{
	static bool was_told;

	if (!was_told)
		popcorn_say("no move to node %d: cannot run %s: %s", node, node == 0 ? program : state->qemu,
			    strerror(errno));
	was_told = true;
}

static struct popcorn_thread *leave(struct popcorn_thread *thread, int node, int *error)
{
	struct popcorn_shared *shared = popcorn_shared();
	char program[POPCORN_PATH_SIZE];

	*error = shared->thread_count > 1 ? -EBUSY : shared->hops >= state->max ? -EAGAIN : 0;
	if (*error)
		return NULL;
	get_path(node, program, sizeof program);
	*error = popcorn_check_binary(program, node == 0 ? EM_X86_64 : EM_AARCH64);
	if (!*error && node == 1 && !has_space_for_qemu())
		*error = -EAGAIN;
	if (*error)
		return NULL;
	state->thread = (uint64_t)thread;
	shared->hops++;
	write_log(thread);
	keep_descriptors();
	execute(node, program);
	tell_failure(node, program);
	mark_descriptors();
	shared->hops--;
	*error = -EAGAIN;
	return NULL;
}

static void finish(int status, bool at_once)
{
}

static void discard(void *address, size_t size)
{
	madvise(address, size, MADV_REMOVE);
}

const struct popcorn_transport popcorn_transport_host = {
	.name = "host",
	.attach = attach,
	.current_node = current_node,
	.node_count = node_count,
	.is_available = is_available,
	.requested = requested,
	.leave = leave,
	.program_path = get_path,
	.finish = finish,
	.discard = discard,
};
