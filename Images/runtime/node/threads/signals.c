/* Signal handlers of the program.
 *
 * Dispositions are the process's: they are kept in shared memory, and a node makes them its own when a thread arrives. A
 * handler interrupts code that keeps its frame pointer in a register only, so its frames must not begin where the
 * thread's control block says. Each level of nesting has a part of its own at the shadow stack's end. A handler does not
 * hop: a native signal frame is under it. While the thread is on another node, its control block changes there: then a
 * handler runs here as a thread of its own, which lives as long as the handler does. */
#define _GNU_SOURCE
#include "signals.h"
#include "calls/away.h"
#include "cancel.h"
#include "overflow.h"
#include "runtime.h"
#include <errno.h>
#include <signal.h>
#include <string.h>

/* musl's handlers of 32 to 34 are its own. */
#define RUNTIME_SIGNALS \
	(UINT64_C(1) << (POPCORN_MOVE_SIGNAL - 1) | UINT64_C(1) << (POPCORN_KICK_SIGNAL - 1) | \
	 UINT64_C(1) << (SIGSYS - 1))

static _Thread_local unsigned level, levels_on_alternate_stack;

static struct popcorn_disposition *disposition(int number)
{
	return &popcorn_shared()->dispositions[number];
}

uint64_t popcorn_blockable(uint64_t mask)
{
	return mask & ~RUNTIME_SIGNALS;
}

static bool is_ours(int number)
{
	return number > 0 && number < POPCORN_SIGNALS && RUNTIME_SIGNALS >> (number - 1) & 1;
}

/* The other nodes follow as threads arrive there. */
static void change_disposition(struct popcorn_disposition *d, uint64_t handler)
{
	d->handler = handler;
	d->changes++;
	__atomic_fetch_add(&popcorn_shared()->disposition_changes, 1, __ATOMIC_RELEASE);
}

typedef void handler_function(int, siginfo_t *, void *);

/* The thread's own variables are copied: what the handler changes of them is lost. */
static void handle_for_absent(handler_function *handler, int number, siginfo_t *information, void *context)
{
	struct popcorn_thread *absent = __popcorn_thread, *stand_in = popcorn_new_thread();
	int saved = errno;

	if (!stand_in) {
		popcorn_say("signal %d was not handled: there are too many threads", number);
		return;
	}
	memcpy((char *)stand_in + POPCORN_LOCALS, (char *)absent + POPCORN_LOCALS, __popcorn_locals_size);
	stand_in->head.frame_top = popcorn_first_frame(stand_in);
	stand_in->head.native_depth = 1;
	__popcorn_thread = stand_in;
	handler(number, information, context);
	__popcorn_thread = absent;
	popcorn_free_thread(stand_in);
	errno = saved;
}

char *popcorn_enter_handler(void)
{
	struct popcorn_thread *thread = __popcorn_thread;
	char *before = thread->head.frame_top;

	level++;
	thread->head.frame_top = (char *)thread + POPCORN_STACK_SIZE - POPCORN_LAST_GAP - level * POPCORN_LEVEL_SIZE;
	return before;
}

void popcorn_leave_handler(char *before)
{
	__popcorn_thread->head.frame_top = before;
	level--;
}

static void on_signal(int number, siginfo_t *information, void *context)
{
	struct popcorn_thread *thread = __popcorn_thread;
	struct popcorn_disposition *d = disposition(number);
	handler_function *handler = (handler_function *)d->handler;

	/* SIG_DFL, SIG_IGN: it was changed on another node just now. */
	if (!thread || (uintptr_t)handler < 2 || level == popcorn_stack_of(thread->number)->levels)
		return;
	/* The kernel has done so here. */
	if (d->flags & (int)SA_RESETHAND)
		change_disposition(d, (uint64_t)SIG_DFL);
	if (popcorn_in_transit())
		return handle_for_absent(handler, number, information, context);
	bool is_on_stack = d->flags & SA_ONSTACK && (levels_on_alternate_stack || popcorn_has_alternate_stack());
	void *point = popcorn_suspend_point();
	int saved = errno;

	levels_on_alternate_stack += is_on_stack;
	char *before = popcorn_enter_handler();

	handler(number, information, context);
	popcorn_leave_handler(before);
	levels_on_alternate_stack -= is_on_stack;
	popcorn_resume_point(point);
	errno = saved;
}

bool popcorn_is_on_alternate_stack(void)
{
	return levels_on_alternate_stack > 0;
}

bool popcorn_is_in_handler(void)
{
	return level > 0;
}

void popcorn_leave_handlers(void)
{
	level = levels_on_alternate_stack = 0;
	popcorn_leave_point();
}

int popcorn_install_handler(int number)
{
	struct popcorn_disposition *d = disposition(number);
	/* The stack for signals is the runtime's. */
	struct sigaction native = { .sa_flags = d->flags & ~SA_ONSTACK };

	if ((number == SIGSEGV || number == SIGBUS) && d->handler == (uint64_t)SIG_DFL)
		return popcorn_expect_fault(number);
	memcpy(&native.sa_mask, &d->mask, sizeof d->mask);
	if (d->handler < 2)
		native.sa_handler = (void (*)(int))d->handler;
	else
		native.sa_sigaction = on_signal;
	if (d->handler >= 2)
		native.sa_flags |= SA_SIGINFO;
	return sigaction(number, &native, NULL) < 0 ? -errno : 0;
}

void popcorn_refresh_handlers(void)
{
	static uint32_t seen, seen_of[POPCORN_SIGNALS];
	uint32_t changes = __atomic_load_n(&popcorn_shared()->disposition_changes, __ATOMIC_ACQUIRE);

	if (changes == seen)
		return;
	for (int number = 1; number < POPCORN_SIGNALS; number++)
		if (disposition(number)->changes != seen_of[number]) {
			uint32_t change = disposition(number)->changes;

			/* Another thread that arrives now may rely on what is seen. */
			popcorn_install_handler(number);
			seen_of[number] = change;
		}
	seen = changes;
}

/* Here and, since a signal for the process comes to its origin, there. */
static int install(int number)
{
	int error = popcorn_install_handler(number);

	if (!error && popcorn_is_away())
		error = popcorn_ask(POPCORN_CALL_SIGNAL_ACTION, (int64_t[POPCORN_CALL_ARGS]){ number }, NULL, 0, NULL,
				    NULL);
	return error;
}

int __popcorn_sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
	if (number <= 0 || number >= POPCORN_SIGNALS || (is_ours(number) && action)) {
		errno = EINVAL;
		return -1;
	}
	struct popcorn_disposition *d = disposition(number), before = *d;

	if (action) {
		d->handler = (uint64_t)action->sa_handler;
		d->flags = action->sa_flags;
		memcpy(&d->mask, &action->sa_mask, sizeof d->mask);
		d->mask = popcorn_blockable(d->mask);
		int error = install(number);

		if (error) {
			*d = before;
			errno = -error;
			return -1;
		}
		change_disposition(d, d->handler);
	}
	if (old) {
		memset(old, 0, sizeof *old);
		old->sa_handler = (void (*)(int))before.handler;
		old->sa_flags = before.flags;
		memcpy(&old->sa_mask, &before.mask, sizeof before.mask);
	}
	return 0;
}

void (*__popcorn_signal(int number, void (*handler)(int)))(int)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;

	return __popcorn_sigaction(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

void (*__popcorn_bsd_signal(int number, void (*handler)(int)))(int)
{
	return __popcorn_signal(number, handler);
}
