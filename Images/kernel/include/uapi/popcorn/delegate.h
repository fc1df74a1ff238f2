/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Delegated calls: what a thread away from home asks its shadow to do, so that files, futexes
 * and identity are those of the origin. Numbers, flags and structures here are the same on all
 * instruction sets; shadow and worker translate from and to their own. The kernel carries them
 * and looks at none, except that stand-in descriptors (POPCORN_IOC_STAND_IN) use READ, WRITE,
 * LSEEK and the terminal calls.
 *
 * Results are those of the system call; errors are negative Linux errnos, which are equal on
 * x86-64 and arm64. READ and WRITE carry at most POPCORN_CALL_DATA bytes; who wants more calls
 * again unless the result was short.
 */
#ifndef POPCORN_DELEGATE_H
#define POPCORN_DELEGATE_H

#include <linux/types.h>

enum popcorn_call_number {
	POPCORN_CALL_READ = 1,           /* fd, size; out: data */
	POPCORN_CALL_WRITE = 2,          /* fd; in: data */
	POPCORN_CALL_LSEEK = 5,          /* fd, offset, whence */
	POPCORN_CALL_POLL = 11,          /* timeout in ms or -1; in: struct pollfd []; out: same */
	POPCORN_CALL_TERMINAL = 12,      /* fd, request; in and out: its structure, or args[2]:
					   terminal_list.h */
	POPCORN_CALL_FUTEX_WAIT = 13,    /* address, value, timeout in ns or -1 (relative) */
	POPCORN_CALL_FUTEX_WAKE = 14,    /* address, count */
	POPCORN_CALL_FUTEX_REQUEUE = 18, /* address, count to wake, count to move, to address,
						   expected value */
	/* From here on the worker's runtime may number calls of its own. */
	POPCORN_CALL_PRIVATE = 256,
};

/* The most bytes that a request of terminal_list.h takes or gives, and some more. */
#define POPCORN_TERMINAL_DATA 64

/* What the runtime makes of struct stat on the way, of whichever call. */
struct popcorn_stat {
	__u64 dev;
	__u64 ino;
	__u64 nlink;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 blksize;
	__u64 rdev;
	__s64 size;
	__s64 blocks;
	__s64 atime;
	__s64 atime_ns;
	__s64 mtime;
	__s64 mtime_ns;
	__s64 ctime;
	__s64 ctime_ns;
};

#endif
