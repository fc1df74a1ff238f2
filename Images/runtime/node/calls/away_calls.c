/* System calls that the filter caught: most go to the origin as they are, these few need a word first. */
#define _GNU_SOURCE
#include "arch/system_calls.h"
#include "away.h"
#include "runtime.h"
#include "socket_messages.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>
#include <sys/uio.h>

static long delegate(int number, long a, long b, long c, long d, long e, long f)
{
	return popcorn_delegate(popcorn_find_call_here(number), (long[]){ a, b, c, d, e, f });
}

static long poll_away(struct pollfd *descriptors, size_t count, int64_t milliseconds)
{
	size_t size = count * sizeof *descriptors;

	if (size > POPCORN_CALL_DATA)
		return -EINVAL;
	return popcorn_ask(POPCORN_CALL_POLL, (int64_t[POPCORN_CALL_ARGS]){ milliseconds }, descriptors, size,
			   descriptors, &size);
}

/* Whether a transfer that has got something may ask for more: a read that would wait now must end with what it has. */
static bool can_go_on(int number, int descriptor)
{
	return number != SYS_read || poll_away(&(struct pollfd){ descriptor, POLLIN, 0 }, 1, 0) > 0;
}

/* Reads or writes on while calls are full: one of them carries at most POPCORN_CALL_DATA bytes. */
static long transfer(int number, long descriptor, char *data, size_t size, long offset)
{
	size_t done = 0;
	long step;

	do {
		size_t wanted = size - done < POPCORN_CALL_DATA ? size - done : POPCORN_CALL_DATA;

		step = delegate(number, descriptor, (long)(data + done), wanted, offset + done, 0, 0);
		if (step < 0)
			return done ? (long)done : step;
		done += step;
	} while (step == POPCORN_CALL_DATA && done < size && can_go_on(number, descriptor));
	return done;
}

/* One segment after the other, up to the first that is not done whole. */
static long transfer_segments(int number, long descriptor, const struct iovec *segments, int count, long offset)
{
	size_t done = 0;

	for (int i = 0; i < count; i++) {
		if (!segments[i].iov_len)
			continue;
		if (done && !can_go_on(number, descriptor))
			break;
		long step = transfer(number, descriptor, segments[i].iov_base, segments[i].iov_len, offset + done);

		if (step < 0)
			return done ? (long)done : step;
		done += step;
		if ((size_t)step < segments[i].iov_len)
			break;
	}
	return done;
}

/* Short segments go as one call, as a pipe's reader may expect. */
static long gather_write(int number, long descriptor, const struct iovec *segments, int count, long offset)
{
	char data[4096];
	size_t total = 0, done = 0;

	for (int i = 0; i < count; i++)
		total += segments[i].iov_len;
	if (total > sizeof data)
		return transfer_segments(number, descriptor, segments, count, offset);
	for (int i = 0; i < count; i++) {
		memcpy(data + done, segments[i].iov_base, segments[i].iov_len);
		done += segments[i].iov_len;
	}
	return transfer(number, descriptor, data, total, offset);
}

static int64_t to_milliseconds(const struct timespec *time)
{
	return time ? time->tv_sec * INT64_C(1000) + (time->tv_nsec + 999999) / 1000000 : -1;
}

static long old_call(const struct popcorn_old_call *call, const long *given)
{
	long values[6] = { 0 };

	for (int i = 0; call->arguments[i]; i++) {
		char from = call->arguments[i];

		values[i] = from == '@' ? AT_FDCWD : from == '.' ? call->constant : given[from - '0'];
	}
	return popcorn_delegate(popcorn_find_call_here(call->means), values);
}

#ifdef POPCORN_HAS_OLD_POLL
static long select_away(const long *a)
{
	const struct timeval *timeout = (const struct timeval *)a[4];
	struct timespec precise = { 0 };

	if (timeout)
		precise = (struct timespec){ timeout->tv_sec, timeout->tv_usec * 1000 };
	return delegate(SYS_pselect6, a[0], a[1], a[2], a[3], timeout ? (long)&precise : 0, 0);
}

static long dup2_away(long from, long to)
{
	if (from != to)
		return delegate(SYS_dup3, from, to, 0, 0, 0, 0);
	long flags = delegate(SYS_fcntl, from, F_GETFD, 0, 0, 0, 0);

	return flags < 0 ? flags : to;
}
#endif

static long refuse(const char *what)
{
	popcorn_say("%s is not possible away from the origin (this is node %d, the origin is %d)", what,
		    popcorn_place.self, popcorn_place.origin);
	return -ENOSYS;
}

long popcorn_away_call(long number, const long *a)
{
	const struct popcorn_system_call *call;

	switch (number) {
	case SYS_getpid:
		return popcorn_place.pid;
	case SYS_getppid:
		return popcorn_place.ppid;
	case SYS_futex:
		return popcorn_away_futex(a);
	case SYS_read:
	case SYS_write:
		return transfer(number, a[0], (char *)a[1], a[2], 0);
	case SYS_pread64:
	case SYS_pwrite64:
		return transfer(number, a[0], (char *)a[1], a[2], a[3]);
	case SYS_readv:
	case SYS_preadv:
		return transfer_segments(number == SYS_readv ? SYS_read : SYS_pread64, a[0], (struct iovec *)a[1], a[2],
					 a[3]);
	case SYS_writev:
	case SYS_pwritev:
		return gather_write(number == SYS_writev ? SYS_write : SYS_pwrite64, a[0], (struct iovec *)a[1], a[2],
				    a[3]);
	case SYS_ppoll:
		return poll_away((struct pollfd *)a[0], a[1], to_milliseconds((struct timespec *)a[2]));
#ifdef POPCORN_HAS_OLD_POLL
	case SYS_poll:
		return poll_away((struct pollfd *)a[0], a[1], (int)a[2]);
	case SYS_select:
		return select_away(a);
	case SYS_dup2:
		return dup2_away(a[0], a[1]);
#endif
	case SYS_mmap:
		return refuse("to map a file");
	case SYS_sendmsg:
		return popcorn_send_message_away(a);
	case SYS_recvmsg:
		return popcorn_receive_message_away(a);
	}
	call = popcorn_find_call_here(number);
	if (call)
		return popcorn_delegate(call, a);
	for (size_t i = 0; i < sizeof popcorn_old_calls / sizeof *popcorn_old_calls; i++)
		if (popcorn_old_calls[i].number == number)
			return old_call(&popcorn_old_calls[i], a);
	return -ENOSYS;
}
