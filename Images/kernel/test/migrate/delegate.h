/* SPDX-License-Identifier: MIT */
/*
 * Delegated calls for user space: at the origin, doing what a shadow is asked to do; at a
 * worker, asking. Depends on libc for system calls only.
 */
#ifndef DELEGATE_H
#define DELEGATE_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <popcorn/delegate.h>
#include <popcorn/popcorn.h>

/*
 * Does the call that @event describes. @in holds event->in_size bytes; the answer's data go to
 * @out, which has room for POPCORN_CALL_DATA bytes, and *out_size is set. Returns what the
 * system call returned, or a negative errno.
 */
int64_t serve_call(const struct popcorn_event *event, const void *in, void *out,
		   uint32_t *out_size);

/*
 * At a worker: as the system calls of the same name, done at the origin, with a negative errno
 * instead of errno. @device is the descriptor of /dev/popcorn.
 */
ssize_t away_read(int device, int fd, void *buffer, size_t size);
ssize_t away_write(int device, int fd, const void *buffer, size_t size);
off_t away_lseek(int device, int fd, off_t offset, int whence);
int away_fstat(int device, int fd, struct stat *stat);
int away_fcntl(int device, int fd, int command, long argument);
int away_dup(int device, int fd);
int away_close(int device, int fd);
int away_open(int device, const char *path, int flags, mode_t mode);
int away_poll(int device, struct pollfd *fds, unsigned int count, int timeout);
/* @timeout in ns, or -1 */
int away_futex_wait(int device, const void *address, uint32_t value, int64_t timeout);
int away_futex_wake(int device, const void *address, int count);

#endif
