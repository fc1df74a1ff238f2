// SPDX-License-Identifier: MIT
/* A worker's side of delegated calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include "delegate.h"
#include "delegate_flags.h"

static int64_t ask(int device, struct popcorn_call *call)
{
	if (ioctl(device, POPCORN_IOC_CALL, call))
		return -errno;
	return call->result;
}

/* Reads on while reads are full; a short one ends it, as it would a single system call. */
ssize_t away_read(int device, int fd, void *buffer, size_t size)
{
	size_t done = 0;
	int64_t got;

	do {
		size_t step = size - done < POPCORN_CALL_DATA ? size - done : POPCORN_CALL_DATA;
		struct popcorn_call call = {
			.number = POPCORN_CALL_READ, .args = { fd, step },
			.out = (uintptr_t)buffer + done, .out_size = step,
		};

		got = ask(device, &call);
		if (got < 0)
			return done ? (ssize_t)done : got;
		done += got;
	} while (got == POPCORN_CALL_DATA && done < size);
	return done;
}

ssize_t away_write(int device, int fd, const void *buffer, size_t size)
{
	size_t done = 0;
	int64_t put;

	do {
		size_t step = size - done < POPCORN_CALL_DATA ? size - done : POPCORN_CALL_DATA;
		struct popcorn_call call = {
			.number = POPCORN_CALL_WRITE, .args = { fd },
			.in = (uintptr_t)buffer + done, .in_size = step,
		};

		put = ask(device, &call);
		if (put < 0)
			return done ? (ssize_t)done : put;
		done += put;
	} while (put == POPCORN_CALL_DATA && done < size);
	return done;
}

static int64_t simple(int device, uint32_t number, int64_t a, int64_t b, int64_t c)
{
	struct popcorn_call call = { .number = number, .args = { a, b, c } };

	return ask(device, &call);
}

off_t away_lseek(int device, int fd, off_t offset, int whence)
{
	return simple(device, POPCORN_CALL_LSEEK, fd, offset, whence);
}

int away_fstat(int device, int fd, struct stat *stat)
{
	struct popcorn_stat from;
	struct popcorn_call call = {
		.number = POPCORN_CALL_FSTAT, .args = { fd },
		.out = (uintptr_t)&from, .out_size = sizeof(from),
	};
	int result = ask(device, &call);

	if (result)
		return result;
	memset(stat, 0, sizeof(*stat));
	stat->st_dev = from.dev;
	stat->st_ino = from.ino;
	stat->st_nlink = from.nlink;
	stat->st_mode = from.mode;
	stat->st_uid = from.uid;
	stat->st_gid = from.gid;
	stat->st_blksize = from.blksize;
	stat->st_rdev = from.rdev;
	stat->st_size = from.size;
	stat->st_blocks = from.blocks;
	stat->st_atim.tv_sec = from.atime;
	stat->st_atim.tv_nsec = from.atime_ns;
	stat->st_mtim.tv_sec = from.mtime;
	stat->st_mtim.tv_nsec = from.mtime_ns;
	stat->st_ctim.tv_sec = from.ctime;
	stat->st_ctim.tv_nsec = from.ctime_ns;
	return 0;
}

int away_fcntl(int device, int fd, int command, long argument)
{
	int64_t result;

	if (command == F_SETFL)
		argument = neutral_flags(argument);
	result = simple(device, POPCORN_CALL_FCNTL, fd, command, argument);
	return command == F_GETFL && result >= 0 ? native_flags(result) : result;
}

int away_dup(int device, int fd)
{
	return simple(device, POPCORN_CALL_DUP, fd, 0, 0);
}

int away_close(int device, int fd)
{
	return simple(device, POPCORN_CALL_CLOSE, fd, 0, 0);
}

int away_open(int device, const char *path, int flags, mode_t mode)
{
	struct popcorn_call call = {
		.number = POPCORN_CALL_OPEN, .args = { neutral_flags(flags), mode },
		.in = (uintptr_t)path, .in_size = strlen(path) + 1,
	};

	return ask(device, &call);
}

int away_poll(int device, struct pollfd *fds, unsigned int count, int timeout)
{
	struct popcorn_call call = {
		.number = POPCORN_CALL_POLL, .args = { timeout },
		.in = (uintptr_t)fds, .in_size = count * sizeof(*fds),
		.out = (uintptr_t)fds, .out_size = count * sizeof(*fds),
	};

	return ask(device, &call);
}

int away_futex_wait(int device, const void *address, uint32_t value, int64_t timeout)
{
	return simple(device, POPCORN_CALL_FUTEX_WAIT, (uintptr_t)address, value, timeout);
}

int away_futex_wake(int device, const void *address, int count)
{
	return simple(device, POPCORN_CALL_FUTEX_WAKE, (uintptr_t)address, count, 0);
}
