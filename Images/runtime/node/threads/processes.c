/* Child processes, at the origin; module/processes.c brings the thread here first.
 *
 * The kernel does not give a child its parent's shared memory. A child of fork gets a copy of what its thread can use, and
 * stays where it is; one that executes another program at once (system, popen) does not need it. */
#define _GNU_SOURCE
#include "atfork.h"
#include "place.h"
#include "overflow.h"
#include "runtime.h"
#include "transport.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What fork's own frame, and what it calls, can take. */
#define FRAMES_ABOVE UINT64_C(0x10000)

#define RANGES 5

struct range {
	uint64_t start, end;
};

int __popcorn_origin(void)
{
	return popcorn_place.origin;
}

/* The thread could not come home, and has been told why. */
static bool is_refused(void)
{
	if (!popcorn_is_away())
		return false;
	errno = ENOSYS;
	return true;
}

int __popcorn_run_command(const char *command)
{
	return is_refused() ? -1 : system(command);
}

FILE *__popcorn_open_pipe(const char *command, const char *mode)
{
	return is_refused() ? NULL : popen(command, mode);
}

int __popcorn_execute(const char *path, char *const argv[], char *const envp[], int searches)
{
	if (is_refused())
		return -1;
	return searches ? execvpe(path, argv, envp) : execve(path, argv, envp);
}

static uint64_t lower(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The memory that the calling thread can reach: data, heap, and its own stack up to `top`, without the gap below the parts of
 * handlers. */
static int used_ranges(struct range *ranges, const void *top)
{
	uint64_t stack_end = (uint64_t)__popcorn_thread + POPCORN_STACK_SIZE, end = (uint64_t)top + FRAMES_ABOVE;
	const struct popcorn_stack_plan *stack = popcorn_stack_of(__popcorn_thread->number);
	uint64_t handlers = (uint64_t)__popcorn_thread + popcorn_handlers_start(stack);
	const struct popcorn_allocator *allocator = &popcorn_shared()->allocator;

	ranges[0] = (struct range){ (uint64_t)__popcorn_data_start, (uint64_t)__popcorn_data_end };
	ranges[1] = (struct range){ (uint64_t)__popcorn_bss_start, (uint64_t)__popcorn_bss_end };
	ranges[2] = (struct range){ POPCORN_HEAP, POPCORN_HEAP + ((uint64_t)allocator->end << POPCORN_UNIT_SHIFT) };
	ranges[3] =
		(struct range){ (uint64_t)__popcorn_thread, lower(end, (uint64_t)__popcorn_thread + stack->frames) };
	ranges[4] = (struct range){ handlers, lower(end, stack_end - POPCORN_LAST_GAP) };
	return (uint64_t)top >= handlers ? RANGES : RANGES - 1;
}

static bool move_all(ssize_t (*move)(int, void *, size_t), int descriptor, struct range range)
{
	while (range.start < range.end) {
		ssize_t moved = move(descriptor, (void *)range.start, range.end - range.start);

		if (moved <= 0 && errno != EINTR)
			return false;
		range.start += moved > 0 ? moved : 0;
	}
	return true;
}

static ssize_t send_memory(int descriptor, void *from, size_t size)
{
	return write(descriptor, from, size);
}

static ssize_t receive_memory(int descriptor, void *to, size_t size)
{
	return read(descriptor, to, size);
}

static bool map_private(uint64_t start, uint64_t size)
{
	return !size || mmap((void *)start, size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
}

/* In the child: nothing of shared memory can be touched before, errno and what cancels the thread included. */
static void become_alone(const int ends[2], const struct range *ranges, int count)
{
	struct popcorn_thread *thread = __popcorn_thread;

	__popcorn_thread = NULL;
	close(ends[1]);
	if (!map_private(ranges[0].start, ranges[0].end - ranges[0].start) ||
	    !map_private(ranges[1].start, ranges[1].end - ranges[1].start) ||
	    !map_private(POPCORN_HEAP, popcorn_plan.heap) || !popcorn_map_stacks(map_private))
		_exit(127);
	for (int i = 0; i < count; i++)
		if (!move_all(receive_memory, ends[0], ranges[i]))
			_exit(127);
	__popcorn_thread = thread;
	close(ends[0]);
	if (popcorn_transport == &popcorn_transport_popcorn)
		close(popcorn_place.device);
	popcorn_transport = &popcorn_transport_child;
	popcorn_begin_child();
	popcorn_forget_guards();
	popcorn_guard_stacks(__popcorn_thread);
	__popcorn_flag = 0;
}

/* The child reads until it has all; if it ends early, that is its own affair. */
static void give_memory(int descriptor, const struct range *ranges, int count)
{
	struct sigaction ignored = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignored, NULL);
	for (int i = 0; i < count && move_all(send_memory, descriptor, ranges[i]); i++)
		;
	close(descriptor);
	popcorn_install_handler(SIGPIPE);
}

/* The child has its parent's memory, as without a lab. */
static pid_t duplicate_all(void)
{
	popcorn_before_fork();
	pid_t child = fork();

	if (child == 0)
		popcorn_begin_child();
	else
		popcorn_after_fork();
	return child;
}

pid_t __popcorn_duplicate(const void *top)
{
	struct range ranges[RANGES];
	int ends[2];

	if (is_refused())
		return -1;
	if (popcorn_transport->is_alone_because)
		return duplicate_all();
	/* Not for another thread's child: it would keep the parent waiting for a reader that is gone. */
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	popcorn_before_fork();
	int count = used_ranges(ranges, top);

	/* Not fork: it would unlock libc's locks in shared memory, which the child does not have yet. */
	pid_t child = _Fork();

	if (child == 0) {
		become_alone(ends, ranges, count);
		return 0;
	}
	int error = errno;

	close(ends[0]);
	if (child > 0)
		give_memory(ends[1], ranges, count);
	else
		close(ends[1]);
	popcorn_after_fork();
	errno = error;
	return child;
}
