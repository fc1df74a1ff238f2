/* sigaltstack: taken and remembered, for the program to ask for. Handlers have parts of the shadow stack of their own, and what
 * runs natively on overflow is the runtime's (overflow.c). */
#define _GNU_SOURCE
#include "runtime.h"
#include "signals.h"
#include "thread_state.h"
#include <errno.h>
#include <signal.h>

#define AUTODISARM (1 << 31) /* SS_AUTODISARM of Linux */
/* MINSIGSTKSZ of x86-64, for which programs are compiled. */
#define SMALLEST 2048

static int check(const stack_t *wanted)
{
	int flags = wanted->ss_flags & ~AUTODISARM;

	if (popcorn_is_on_alternate_stack())
		return EPERM;
	if (flags && flags != SS_DISABLE && flags != SS_ONSTACK)
		return EINVAL;
	return flags != SS_DISABLE && wanted->ss_size < SMALLEST ? ENOMEM : 0;
}

bool popcorn_has_alternate_stack(void)
{
	const struct popcorn_thread_state *state = popcorn_thread_state(__popcorn_thread);

	return state && state->alternate_size;
}

int __popcorn_sigaltstack(const stack_t *wanted, stack_t *before)
{
	struct popcorn_thread_state *state = popcorn_change_state(__popcorn_thread);
	stack_t old = {
		.ss_sp = (void *)state->alternate_stack,
		.ss_size = state->alternate_size,
		.ss_flags = popcorn_is_on_alternate_stack() ? SS_ONSTACK :
			    state->alternate_size           ? state->alternate_flags :
							      SS_DISABLE,
	};
	int error = wanted ? check(wanted) : 0;

	if (error) {
		errno = error;
		return -1;
	}
	if (wanted) {
		bool is_off = wanted->ss_flags & SS_DISABLE;

		state->alternate_stack = is_off ? 0 : (uint64_t)wanted->ss_sp;
		state->alternate_size = is_off ? 0 : wanted->ss_size;
		state->alternate_flags = wanted->ss_flags & AUTODISARM;
	}
	if (before)
		*before = old;
	return 0;
}
