/* setjmp and longjmp.
 *
 * setjmp notes the frame of its caller and the call site there. longjmp leaves all native frames of the thread, as a hop does,
 * and resumes it from its own frames down to that one, whose resume function goes on after setjmp. So the two may run on
 * different nodes. What cannot be resumed so are native frames of libc: under a callback, setjmp gives no place to jump to. */
#include "runtime.h"
#include "threads/signals.h"
#include <errno.h>
#include <signal.h>
#include <string.h>

/* In the program's jmp_buf. */
struct jump {
	uint64_t state;
	char *frame, *top;
	uint32_t site;
	uint32_t has_mask;
	uint64_t mask;
};

_Static_assert(sizeof(struct jump) <= 200, "it must fit into the jmp_buf of musl's x86-64 headers, which programs use");

#define READY       UINT64_C(0x6a6d705f72656164)
#define IN_CALLBACK UINT64_C(0x6a6d705f63616c6c)

int __popcorn_setjmp(char *top, char *frame, struct jump *jump, int saves_mask)
{
	sigset_t mask;

	bool has_native_frames = __popcorn_thread->head.native_depth || popcorn_is_in_handler();

	jump->state = has_native_frames ? IN_CALLBACK : READY;
	jump->frame = frame;
	jump->top = top;
	jump->site = *(const uint32_t *)frame;
	jump->has_mask = saves_mask && !pthread_sigmask(SIG_SETMASK, NULL, &mask);
	if (jump->has_mask)
		memcpy(&jump->mask, &mask, sizeof jump->mask);
	return 0;
}

/* Why the thread cannot jump there, or NULL. */
static const char *reason_to_refuse(struct popcorn_thread *thread, const struct jump *jump)
{
	if (popcorn_in_transit())
		return "a signal handler calls it while its thread is on another node";
	if (jump->state == IN_CALLBACK)
		return "setjmp was called in a callback of libc or in a signal handler";
	if (jump->state != READY)
		return "setjmp was not called";
	if (((uintptr_t)jump->frame & -POPCORN_STACK_SIZE) != (uintptr_t)thread)
		return "setjmp was called by another thread";
	if (jump->frame != popcorn_first_frame(thread) && !popcorn_innermost_site(thread, jump->frame))
		return "the function that called setjmp has returned";
	return NULL;
}

void __popcorn_longjmp(struct jump *jump, int value)
{
	struct popcorn_thread *thread = __popcorn_thread;
	const char *reason = reason_to_refuse(thread, jump);
	sigset_t mask = { 0 };

	if (reason)
		popcorn_die("longjmp: %s", reason);
	*(uint32_t *)jump->frame = jump->site;
	/* A frame that grows: what it allocated since then is gone. */
	if (__popcorn_site_frames[jump->site] < 0)
		*(char **)(jump->frame + 8) = jump->top;
	thread->jump_top = jump->top;
	thread->jump_value = value ? value : 1;
	thread->head.native_depth = 0;
	popcorn_leave_handlers();
	memcpy(&mask, &jump->mask, sizeof jump->mask);
	if (jump->has_mask)
		pthread_sigmask(SIG_SETMASK, &mask, NULL);
	popcorn_resume_here(thread);
}

void __popcorn__longjmp(struct jump *jump, int value)
{
	__popcorn_longjmp(jump, value);
}

void __popcorn_siglongjmp(struct jump *jump, int value)
{
	__popcorn_longjmp(jump, value);
}

/* The innermost resume function calls this in place of setjmp: what setjmp returns now. */
int __popcorn_jumped(char *top)
{
	struct popcorn_thread *thread = __popcorn_thread;

	if (top != thread->jump_top)
		popcorn_die("thread %u was resumed at %p, but jumped to %p", thread->number, top, thread->jump_top);
	return thread->jump_value;
}
