// SPDX-License-Identifier: MIT
/* The origin's side of delegated calls: plain system calls, flags and structures translated. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "delegate.h"
#include "delegate_flags.h"

static int64_t errno_or(int64_t result)
{
	return result < 0 ? -errno : result;
}

static int64_t serve_fstat(int fd, void *out, uint32_t *out_size)
{
	struct popcorn_stat *to = out;
	struct stat from;

	if (fstat(fd, &from))
		return -errno;
	*to = (struct popcorn_stat){
		.dev = from.st_dev, .ino = from.st_ino, .nlink = from.st_nlink,
		.mode = from.st_mode, .uid = from.st_uid, .gid = from.st_gid,
		.blksize = from.st_blksize, .rdev = from.st_rdev, .size = from.st_size,
		.blocks = from.st_blocks, .atime = from.st_atim.tv_sec,
		.atime_ns = from.st_atim.tv_nsec, .mtime = from.st_mtim.tv_sec,
		.mtime_ns = from.st_mtim.tv_nsec, .ctime = from.st_ctim.tv_sec,
		.ctime_ns = from.st_ctim.tv_nsec,
	};
	*out_size = sizeof(*to);
	return 0;
}

static int64_t serve_fcntl(int fd, int command, long argument)
{
	int result;

	switch (command) {
	case F_GETFL:
		result = fcntl(fd, F_GETFL);
		return result < 0 ? -errno : neutral_flags(result);
	case F_SETFL:
		return errno_or(fcntl(fd, F_SETFL, native_flags(argument)));
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
	case F_GETFD:
	case F_SETFD:
		return errno_or(fcntl(fd, command, argument));
	default:
		return -EINVAL;
	}
}

static int64_t serve_poll(int timeout, const void *in, uint32_t in_size, void *out,
			  uint32_t *out_size)
{
	int result;

	if (in_size % sizeof(struct pollfd))
		return -EINVAL;
	memcpy(out, in, in_size);	/* the structure is everywhere the same */
	result = poll(out, in_size / sizeof(struct pollfd), timeout);
	*out_size = in_size;
	return errno_or(result);
}

static int64_t serve_terminal(const struct popcorn_event *event, const void *in, void *out,
			      uint32_t *out_size)
{
	unsigned char data[POPCORN_TERMINAL_DATA] = { 0 };
	void *argument = data;
	int result;

	if (event->in_size > sizeof(data) || event->out_size > sizeof(data))
		return -EINVAL;
	memcpy(data, in, event->in_size);
	if (!event->in_size && !event->out_size)
		argument = (void *)(uintptr_t)event->args[2];
	result = ioctl(event->args[0], event->args[1], argument);
	if (result < 0)
		return -errno;
	memcpy(out, data, event->out_size);
	*out_size = event->out_size;
	return result;
}

/* All threads of the process wait and wake here, so the private kind of futex serves. */
static int64_t serve_futex_wait(uint64_t address, uint32_t value, int64_t timeout)
{
	struct timespec time = { timeout / 1000000000, timeout % 1000000000 };

	return errno_or(syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, value,
				timeout < 0 ? NULL : &time, NULL, 0));
}

static int64_t serve_open(const struct popcorn_event *event, const char *path)
{
	if (!event->in_size || path[event->in_size - 1])
		return -EINVAL;
	return errno_or(open(path, native_flags(event->args[0]), (mode_t)event->args[1]));
}

int64_t serve_call(const struct popcorn_event *event, const void *in, void *out,
		   uint32_t *out_size)
{
	const int64_t *args = (const int64_t *)event->args;
	int64_t result;

	*out_size = 0;
	switch (event->number) {
	case POPCORN_CALL_READ:
	case POPCORN_CALL_PREAD:
		if (args[1] < 0 || args[1] > POPCORN_CALL_DATA)
			return -EINVAL;
		result = event->number == POPCORN_CALL_READ ? read(args[0], out, args[1]) :
							      pread(args[0], out, args[1], args[2]);
		if (result > 0)
			*out_size = result;
		return errno_or(result);
	case POPCORN_CALL_WRITE:
		return errno_or(write(args[0], in, event->in_size));
	case POPCORN_CALL_PWRITE:
		return errno_or(pwrite(args[0], in, event->in_size, args[1]));
	case POPCORN_CALL_LSEEK:
		return errno_or(lseek(args[0], args[1], args[2]));
	case POPCORN_CALL_FSTAT:
		return serve_fstat(args[0], out, out_size);
	case POPCORN_CALL_FCNTL:
		return serve_fcntl(args[0], args[1], args[2]);
	case POPCORN_CALL_DUP:
		return errno_or(dup(args[0]));
	case POPCORN_CALL_DUP3:
		return errno_or(dup3(args[0], args[1], native_flags(args[2])));
	case POPCORN_CALL_CLOSE:
		return errno_or(close(args[0]));
	case POPCORN_CALL_POLL:
		return serve_poll(args[0], in, event->in_size, out, out_size);
	case POPCORN_CALL_TERMINAL:
		return serve_terminal(event, in, out, out_size);
	case POPCORN_CALL_FUTEX_WAIT:
		return serve_futex_wait(args[0], args[1], args[2]);
	case POPCORN_CALL_FUTEX_WAKE:
		return errno_or(syscall(SYS_futex, args[0], FUTEX_WAKE_PRIVATE, args[1]));
	case POPCORN_CALL_FUTEX_REQUEUE:
		return errno_or(syscall(SYS_futex, args[0], FUTEX_CMP_REQUEUE_PRIVATE, args[1],
					args[2], args[3], args[4]));
	case POPCORN_CALL_OPEN:
		return serve_open(event, in);
	case POPCORN_CALL_FTRUNCATE:
		return errno_or(ftruncate(args[0], args[1]));
	case POPCORN_CALL_KILL:
		return errno_or(kill(args[0], args[1]));
	default:
		return -ENOSYS;
	}
}
