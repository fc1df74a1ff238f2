/* pthread_cancel, deferred: a thread ends at a cancellation point.
 *
 * Points are the waits of this runtime and the system calls that libc marks as such, which all go through __syscall_cp_c. While
 * a native thread is at one it says so; the thread is then woken wherever it is (thread_state.c), and the handler of that signal does not
 * return. So it does not matter whether the signal comes before the wait, in it, or away from home, during a delegated call.
 * A handler of cleanup is called like one of a signal: on a part of the shadow stack of its own, for the frames are still there. */
#define _GNU_SOURCE
#include "cancel.h"
#include "runtime.h"
#include "signals.h"
#include "thread_state.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

_Noreturn void __popcorn_pthread_exit(void *result);

struct point {
	void (*undo)(void *);
	void *argument;
};

static _Thread_local struct point *volatile point;

void popcorn_leave_point(void)
{
	point = NULL;
}

void *popcorn_suspend_point(void)
{
	void *suspended = point;

	point = NULL;
	return suspended;
}

static bool is_to_end(void)
{
	const struct popcorn_thread_state *state = __popcorn_thread ? popcorn_thread_state(__popcorn_thread) : NULL;

	return state && __atomic_load_n(&state->is_cancelled, __ATOMIC_ACQUIRE) && !state->is_disabled;
}

static void call_cleanup(struct __ptcb *cleanup)
{
	char *before = popcorn_enter_handler();

	cleanup->__f(cleanup->__x);
	popcorn_leave_handler(before);
}

void popcorn_run_cleanups(void)
{
	struct popcorn_thread_state *state = popcorn_thread_state(__popcorn_thread);
	struct __ptcb *cleanup;

	while (state && (cleanup = state->cleanups)) {
		state->cleanups = cleanup->__next;
		call_cleanup(cleanup);
	}
}

static _Noreturn void end(void)
{
	struct point *at = point;

	popcorn_change_state(__popcorn_thread)->is_disabled = 1;
	point = NULL;
	if (at && at->undo)
		at->undo(at->argument);
	__popcorn_pthread_exit(PTHREAD_CANCELED);
}

void popcorn_test_cancel(void)
{
	if (is_to_end())
		end();
}

void popcorn_cancel_waiting(void)
{
	if (point && !popcorn_in_transit() && is_to_end())
		end();
}

void popcorn_resume_point(void *suspended)
{
	point = suspended;
	popcorn_cancel_waiting();
}

int popcorn_futex_wait_cancellable(uint32_t *word, uint32_t value, const struct timespec *until, clockid_t clock,
				   void (*undo)(void *), void *argument)
{
	struct point here = { undo, argument };

	point = &here;
	popcorn_cancel_waiting();
	int error = popcorn_futex_wait_clock(word, value, until, clock);

	point = NULL;
	return error;
}

/* Not popcorn_local_call: away from home, the filter looks at it. */
static long call_libc(long number, long a, long b, long c, long d, long e, long f)
{
	long result = syscall(number, a, b, c, d, e, f);

	return result == -1 ? -errno : result;
}

/* In place of libc's: each system call of it that is a cancellation point. Returns a negative errno. Weak, since a program that
 * uses aio_* has libc's too, for threads of libc's own: there, system calls that wait are no cancellation points. */
__attribute__((weak)) long __syscall_cp_c(long number, long a, long b, long c, long d, long e, long f)
{
	struct point here = { NULL, NULL };
	int saved = errno;

	/* A thread of libc's own has no business here. */
	if (__popcorn_thread) {
		point = &here;
		popcorn_cancel_waiting();
	}
	long result = call_libc(number, a, b, c, d, e, f);

	point = NULL;
	errno = saved;
	return result;
}

void __popcorn_pthread_testcancel(void)
{
	popcorn_test_cancel();
}

int __popcorn_pthread_cancel(pthread_t thread)
{
	struct popcorn_thread *one = (struct popcorn_thread *)thread;
	struct popcorn_thread_state *state = popcorn_change_state(one);

	__atomic_store_n(&state->is_cancelled, 1, __ATOMIC_SEQ_CST);
	if (one != __popcorn_thread)
		popcorn_wake_thread(one);
	else if (state->is_asynchronous)
		popcorn_test_cancel();
	return 0;
}

int __popcorn_pthread_setcancelstate(int wanted, int *before)
{
	struct popcorn_thread_state *state = popcorn_change_state(__popcorn_thread);

	if (wanted != PTHREAD_CANCEL_ENABLE && wanted != PTHREAD_CANCEL_DISABLE)
		return EINVAL;
	if (before)
		*before = state->is_disabled ? PTHREAD_CANCEL_DISABLE : PTHREAD_CANCEL_ENABLE;
	state->is_disabled = wanted == PTHREAD_CANCEL_DISABLE;
	return 0;
}

/* An asynchronous thread ends at points too; it may end anywhere, but need not. */
int __popcorn_pthread_setcanceltype(int wanted, int *before)
{
	struct popcorn_thread_state *state = popcorn_change_state(__popcorn_thread);

	if (wanted != PTHREAD_CANCEL_DEFERRED && wanted != PTHREAD_CANCEL_ASYNCHRONOUS)
		return EINVAL;
	if (before)
		*before = state->is_asynchronous ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED;
	state->is_asynchronous = wanted == PTHREAD_CANCEL_ASYNCHRONOUS;
	if (state->is_asynchronous)
		popcorn_test_cancel();
	return 0;
}

/* Named by <pthread.h>'s macros. */

void __popcorn__pthread_cleanup_push(struct __ptcb *cleanup, void (*function)(void *), void *argument)
{
	struct popcorn_thread_state *state = popcorn_change_state(__popcorn_thread);

	cleanup->__f = function;
	cleanup->__x = argument;
	cleanup->__next = state->cleanups;
	state->cleanups = cleanup;
}

void __popcorn__pthread_cleanup_pop(struct __ptcb *cleanup, int runs)
{
	popcorn_change_state(__popcorn_thread)->cleanups = cleanup->__next;
	if (runs)
		call_cleanup(cleanup);
}
