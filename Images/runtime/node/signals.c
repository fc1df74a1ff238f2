/* Signal handlers of the program.
 *
 * A handler interrupts code that keeps its frame pointer in a register only, so its frames must not begin where the
 * thread's control block says. Each level of nesting has a part of its own at the shadow stack's end. A handler does not
 * hop: a native signal frame is under it. */
#define _GNU_SOURCE
#include "runtime.h"
#include <errno.h>
#include <signal.h>
#include <string.h>

#define LEVEL_SIZE UINT64_C(0x40000)
#define LEVELS 31

static _Thread_local unsigned level;

static void on_signal(int number, siginfo_t *information, void *context)
{
	struct popcorn_thread *thread = __popcorn_thread;
	void (*handler)(int, siginfo_t *, void *) = (void (*)(int, siginfo_t *, void *))popcorn_shared()->handlers[number];

	if (!thread || !handler || level == LEVELS)
		return;
	struct popcorn_thread_head head = thread->head;
	int saved = errno;

	level++;
	thread->head.frame_top = (char *)thread + POPCORN_STACK_SIZE - level * LEVEL_SIZE;
	thread->head.native_depth = head.native_depth + 1;
	handler(number, information, context);
	thread->head = head;
	level--;
	errno = saved;
}

static bool is_function(void (*handler)(int))
{
	return handler != SIG_DFL && handler != SIG_IGN;
}

int __popcorn_sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
	struct popcorn_shared *shared = popcorn_shared();
	struct sigaction native;
	uint64_t before = number > 0 && number < 65 ? shared->handlers[number] : 0;

	if (action) {
		native = *action;
		if (is_function(action->sa_handler)) {
			if (number > 0 && number < 65)
				shared->handlers[number] = (uint64_t)action->sa_handler;
			native.sa_sigaction = on_signal;
			native.sa_flags |= SA_SIGINFO;
		}
	}
	if (sigaction(number, action ? &native : NULL, old) < 0) {
		if (number > 0 && number < 65)
			shared->handlers[number] = before;
		return -1;
	}
	if (action && number > 0 && number < 65) {
		shared->signal_flags[number] = is_function(action->sa_handler) ? action->sa_flags | SA_SIGINFO : 0;
		if (!is_function(action->sa_handler))
			shared->handlers[number] = 0;
	}
	if (old && old->sa_sigaction == on_signal)
		old->sa_handler = (void (*)(int))before;
	return 0;
}

void (*__popcorn_signal(int number, void (*handler)(int)))(int)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;

	return __popcorn_sigaction(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

void (*__popcorn_bsd_signal(int number, void (*handler)(int)))(int)
{
	return __popcorn_signal(number, handler);
}

/* On a node that has not seen the program before. */
void popcorn_signals_arrive(void)
{
	for (int number = 1; number < 65; number++)
		if (popcorn_shared()->handlers[number]) {
			struct sigaction native = {
				.sa_sigaction = on_signal,
				.sa_flags = popcorn_shared()->signal_flags[number],
			};

			sigaction(number, &native, NULL);
		}
}
