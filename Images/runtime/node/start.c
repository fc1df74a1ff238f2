/* main: where a program begins on its first node, and arrives on the others. */
#define _GNU_SOURCE
#include "calls/system_calls.h"
#include "place.h"
#include "libc/locales.h"
#include "moves/moves.h"
#include "threads/overflow.h"
#include "runtime.h"
#include "threads/signals.h"
#include "transport.h"
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAGIC UINT64_C(0x6e726f63706f7000)

extern char **environ;
volatile int __popcorn_flag __attribute__((section(".popcorn.flag")));
_Thread_local struct popcorn_thread *__popcorn_thread;

/* The bottom of the thread's native stack on this node, to which it returns when it comes back. */
static _Thread_local jmp_buf bottom;
enum { CAME_BACK = 1, ENDED = 2 };

/* Keeps libc's FILE objects in the program even if it uses none; both binaries must have the same. */
FILE *const *const __popcorn_streams[] = { &stdin, &stdout, &stderr };

static int main_argc;
static char **main_argv, **main_envp;

void *popcorn_run(struct popcorn_thread *thread, bool arrived)
{
	char *frame = popcorn_first_frame(thread);

	__popcorn_thread = thread;
	thread->head.native_depth = 0;
	popcorn_leave_handlers();
	if (!popcorn_is_away())
		popcorn_note_native(thread, popcorn_local_call(SYS_gettid));
	switch (setjmp(bottom)) {
	case CAME_BACK:
		arrived = true;
		break;
	case ENDED:
		return __popcorn_thread->result;
	}
	thread = __popcorn_thread;
	frame = popcorn_first_frame(thread);
	popcorn_guard_stacks(thread);
	popcorn_apply_state(thread);
	popcorn_refresh_locale();
	if (thread->start)
		return arrived ? __popcorn_continue_thread(frame, thread->start) :
				 __popcorn_begin_thread(frame, thread->start, thread->argument);
	int status = arrived ? __popcorn_continue(frame) : __popcorn_begin(frame, main_argc, main_argv, main_envp);

	return (void *)(intptr_t)status;
}

void popcorn_resume_here(struct popcorn_thread *thread)
{
	__popcorn_thread = thread;
	longjmp(bottom, CAME_BACK);
}

void popcorn_end_here(struct popcorn_thread *thread, void *result)
{
	thread->result = result;
	longjmp(bottom, ENDED);
}

/* A copy of a list of strings in shared memory, in one piece: the kernel's own lies on the native stack. */
static char **share_strings(char **list, int *count)
{
	size_t size = sizeof *list;
	int n = 0;

	for (; list[n]; n++)
		size += sizeof *list + strlen(list[n]) + 1;
	char **copy = malloc(size);

	if (!copy)
		popcorn_die("no memory for the program's arguments");
	char *text = (char *)(copy + n + 1);

	for (int i = 0; i < n; i++) {
		copy[i] = text;
		text = stpcpy(text, list[i]) + 1;
	}
	copy[n] = NULL;
	if (count)
		*count = n;
	return copy;
}

/* libc's variables point into the kernel's list. */
static void share_name(void)
{
	if (!main_argc) {
		program_invocation_name = program_invocation_short_name = calloc(1, 1);
		return;
	}
	char *slash = strrchr(main_argv[0], '/');

	program_invocation_name = main_argv[0];
	program_invocation_short_name = slash ? slash + 1 : main_argv[0];
}

static struct popcorn_thread *first_thread(char **argv, uint64_t heap_size, uint64_t stacks_size)
{
	struct popcorn_shared *shared = popcorn_shared();

	popcorn_allocator_start(&shared->allocator, POPCORN_HEAP, heap_size);
	shared->thread_limit = stacks_size / POPCORN_STACK_SIZE;
	shared->magic = MAGIC;
	main_argv = share_strings(argv, &main_argc);
	main_envp = share_strings(environ, NULL);
	environ = main_envp;
	share_name();
	popcorn_share_streams();
	popcorn_read_schedule();
	return popcorn_new_thread();
}

void popcorn_begin_here(void)
{
	static bool has_begun;

	if (__atomic_exchange_n(&has_begun, true, __ATOMIC_RELAXED))
		return;
	if (popcorn_shared()->magic != MAGIC)
		popcorn_die("the state that arrived is not that of this program");
	popcorn_start_schedule();
}

int main(int argc, char **argv)
{
	struct popcorn_thread *thread = NULL;
	uint64_t heap_size, stacks_size;

	popcorn_expect_signals();
	popcorn_expect_fault(SIGSEGV);
	popcorn_expect_fault(SIGBUS);
	enum popcorn_start start = popcorn_attach(&thread, &heap_size, &stacks_size);

	if (start == POPCORN_START_NEW)
		thread = first_thread(argv, heap_size, stacks_size);
	popcorn_begin_here();
	popcorn_refresh_handlers();
	for (bool arrived = start == POPCORN_START_ARRIVED;; arrived = true) {
		void *result = popcorn_run(thread, arrived);

		/* main calls exit, so this is a created thread that arrived here: `thread`, or one that came after it. */
		if (!arrived || !__popcorn_thread->start || !popcorn_transport->end_thread)
			popcorn_die("the main thread returned without exit");
		popcorn_finish_thread(__popcorn_thread, result);
		thread = popcorn_transport->end_thread();
	}
}

void __popcorn_finish(int status)
{
	popcorn_transport->finish(status, false);
	exit(status);
}

void __popcorn__exit(int status)
{
	popcorn_transport->finish(status, true);
	_exit(status);
}

void __popcorn__Exit(int status)
{
	__popcorn__exit(status);
}
