/* In place of libc's functions of these names, in the program and in libc itself.
 *
 * A mask never blocks the runtime's signals. raise and abort in libc use the id that libc has of its thread, which away from
 * home is the origin's. */
#define _GNU_SOURCE
#include "signals.h"
#include "calls/system_calls.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MASK_SIZE sizeof(uint64_t)

int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	uint64_t mask = 0, before = 0;

	if (set) {
		memcpy(&mask, set, MASK_SIZE);
		/* musl keeps 32 to 34 to itself. */
		mask = how == SIG_UNBLOCK ? mask : popcorn_blockable(mask) & ~(UINT64_C(7) << 31);
	}
	long error = popcorn_local_call(SYS_rt_sigprocmask, how, set ? &mask : NULL, &before, MASK_SIZE);

	if (old) {
		memset(old, 0, sizeof *old);
		memcpy(old, &before, MASK_SIZE);
	}
	return -error;
}

int sigsuspend(const sigset_t *set)
{
	uint64_t mask;

	memcpy(&mask, set, MASK_SIZE);
	mask = popcorn_blockable(mask);
	errno = -popcorn_local_call(SYS_rt_sigsuspend, &mask, MASK_SIZE);
	return -1;
}

int raise(int number)
{
	long error =
		popcorn_local_call(SYS_tgkill, popcorn_local_call(SYS_getpid), popcorn_local_call(SYS_gettid), number);

	if (error < 0)
		errno = -error;
	return error < 0 ? -1 : 0;
}

_Noreturn void abort(void)
{
	struct sigaction fatal = { .sa_handler = SIG_DFL };
	sigset_t abort_only;

	raise(SIGABRT);
	/* It is handled, ignored or blocked. */
	sigaction(SIGABRT, &fatal, NULL);
	sigemptyset(&abort_only);
	sigaddset(&abort_only, SIGABRT);
	pthread_sigmask(SIG_UNBLOCK, &abort_only, NULL);
	raise(SIGABRT);
	for (;;)
		_exit(127);
}
