/* SPDX-License-Identifier: MIT */
/*
 * Recording and collecting: tracefs (Documentation/trace/ftrace.rst), /dev/kmsg and /proc.
 *
 * To make an instance takes an emulated guest 100 ms, since every event of the kernel gets its files; to remove it as long,
 * and to change its clock or buffer, or to empty it, 50 ms each, since the kernel waits for all its readers. So the instance
 * `popcorn-0` is kept as it is needed; more are made, `popcorn-1` and on, while others are in use. Each belongs to whoever
 * has the lock on its file in /run. In that stands the size of its buffer while it is empty and ready, else nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record.h"

#define TRACEFS   "/sys/kernel/tracing"
#define INSTANCES TRACEFS "/instances/"

static int set(const char *instance, const char *file, const char *value)
{
	char path[256];
	size_t length = strlen(value);
	int fd, result;

	snprintf(path, sizeof(path), INSTANCES "%s/%s", instance, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	result = write(fd, value, length) == (ssize_t)length ? 0 : -1;
	close(fd);
	return result;
}

#define MOST_INSTANCES 64
#define KEPT           "popcorn-0"

static char own[32];
/* Its file in /run. */
static int state = -1;

const char *own_trace(void)
{
	return own;
}

/* The lock is held until this process ends, however it does. */
static int take_instance(void)
{
	char path[256];
	int i;

	for (i = 0; i < MOST_INSTANCES; i++) {
		snprintf(own, sizeof(own), "popcorn-%d", i);
		snprintf(path, sizeof(path), "/run/%s.trace", own);
		state = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (state < 0)
			return -1;
		if (flock(state, LOCK_EX | LOCK_NB)) {
			close(state);
			continue;
		}
		snprintf(path, sizeof(path), INSTANCES "%s", own);
		return mkdir(path, 0700) && errno != EEXIST ? -1 : 0;
	}
	errno = EBUSY;
	return -1;
}

static int is_ready(const char *kib)
{
	char text[32] = "";

	return pread(state, text, sizeof(text) - 1, 0) > 0 && !strcmp(text, kib);
}

/* Opening a trace for writing with O_TRUNC empties it. */
static int empty(const char *instance)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), INSTANCES "%s/trace", instance);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/* All but that it records. */
static int prepare(const char *kib)
{
	/* "local" is dmesg's clock in name only: on x86-64 it is milliseconds off (measured, Linux 6.1). */
	return set(own, "tracing_on", "0") || set(own, "events/popcorn/enable", "0") ||
	       set(own, "trace_clock", "perf") || set(own, "buffer_size_kb", kib) || empty(own);
}

/* A file that has one word, without its newline. */
static int get(const char *instance, const char *file, char *text, size_t size)
{
	char path[256];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), INSTANCES "%s/%s", instance, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	length = read(fd, text, size - 1);
	close(fd);
	if (length <= 0)
		return -1;
	text[length] = '\0';
	text[strcspn(text, "\n ")] = '\0';
	return 0;
}

int begin_trace(const char *kib)
{
	int is_taken = state >= 0 || !take_instance();

	if (!is_taken || (!is_ready(kib) && prepare(kib)) || ftruncate(state, 0) ||
	    set(own, "events/popcorn/enable", "1") || set(own, "tracing_on", "1")) {
		answer_error("start the trace", own);
		return -1;
	}
	answer("begin", own, strlen(own));
	return 0;
}

static void remove_trace(const char *instance)
{
	char path[256];

	snprintf(path, sizeof(path), INSTANCES "%s", instance);
	rmdir(path);
}

static void keep_trace(const char *kib)
{
	size_t length = strlen(kib);

	if (prepare(kib) || pwrite(state, kib, length, 0) != (ssize_t)length)
		remove_trace(own);
}

void recycle_trace(const char *instance)
{
	char kib[32];

	if (strcmp(instance, KEPT) || strcmp(instance, own)) {
		/* Another's, whose connection broke, goes with its events. */
		remove_trace(instance);
		return;
	}
	if (get(own, "buffer_size_kb", kib, sizeof(kib)))
		remove_trace(own);
	else
		keep_trace(kib);
}

void make_spare_trace(const char *kib)
{
	if (state >= 0 || take_instance() || is_ready(kib))
		return;
	if (strcmp(own, KEPT))
		remove_trace(own);
	else
		keep_trace(kib);
}

/* Copies a file in frames. Of the kernel's log a read gives one record, and EPIPE says that some were overwritten. */
void answer_file(const char *path, const char *name)
{
	static char bytes[65536];
	size_t held = 0;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t count = -1;

	while (fd >= 0) {
		/* What a record of the kernel's log needs at most. */
		if (sizeof(bytes) - held < 8192) {
			answer(name, bytes, held);
			held = 0;
		}
		count = read(fd, bytes + held, sizeof(bytes) - held);
		if (count < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (count <= 0)
			break;
		held += (size_t)count;
	}
	if (held)
		answer(name, bytes, held);
	if (count < 0 && errno != EAGAIN)
		answer_error("read", path);
	if (fd >= 0)
		close(fd);
}

void collect(const char *instance)
{
	char path[256];

	answer_file("/dev/kmsg", "dmesg");
	/* A kernel of the user's own has neither our types nor, perhaps, tracefs. */
	if (!access("/proc/popcorn_types", F_OK))
		answer_file("/proc/popcorn_types", "types");
	if (!strcmp(instance, "-")) {
		snprintf(path, sizeof(path), TRACEFS "/trace");
	} else {
		/* Nothing may be added while it is read. */
		set(instance, "tracing_on", "0");
		snprintf(path, sizeof(path), INSTANCES "%s/trace", instance);
	}
	if (!access(path, F_OK))
		answer_file(path, "trace");
}
