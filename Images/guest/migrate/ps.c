/* SPDX-License-Identifier: MIT */
/* Reading /proc/popcorn_ps, and asking for moves. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../../kernel/include/uapi/popcorn/popcorn.h"
#include "migrate.h"

void fail(const char *what)
{
	fprintf(stderr, "popcorn-migrate: %s: %s\n", what, strerror(errno));
	exit(1);
}

int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

int ps_open(void)
{
	int ps = open("/proc/popcorn_ps", O_RDONLY | O_CLOEXEC);

	if (ps < 0)
		fail("/proc/popcorn_ps");
	return ps;
}

static char *read_all(int ps)
{
	size_t size = 0, room = 0;
	char *text = NULL;

	for (;;) {
		if (room - size < 4096) {
			room += 65536;
			text = realloc(text, room);
			if (!text)
				fail("memory");
		}
		ssize_t got = pread(ps, text + size, room - size - 1, size);

		if (got < 0)
			fail("/proc/popcorn_ps");
		if (!got)
			break;
		size += got;
	}
	text[size] = '\0';
	return text;
}

/* The number after " KEY=", or 0. */
static long value(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at ? strtol(at + strlen(key), NULL, 0) : 0;
}

static void add(struct snapshot *snapshot, int pid, const char *line)
{
	struct thread thread = { .pid = pid };

	if (sscanf(line, "L: %d %d", &thread.tid, &thread.node) != 2)
		return;
	thread.hops = value(line, " hops=");
	thread.refused = value(line, " refused=");
	thread.error = value(line, " error=");
	thread.arrived = value(line, " arrived=");
	if (snapshot->count == snapshot->room) {
		snapshot->room = snapshot->room ? 2 * snapshot->room : 16;
		snapshot->threads = realloc(snapshot->threads, snapshot->room * sizeof(thread));
		if (!snapshot->threads)
			fail("memory");
	}
	snapshot->threads[snapshot->count++] = thread;
}

void ps_read(int ps, struct snapshot *snapshot)
{
	char *text = read_all(ps), *rest = text, *line;
	int pid = 0;

	snapshot->count = 0;
	snapshot->hops = 0;
	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "P: ", 3)) {
			pid = atoi(line + 3);
			snapshot->hops += value(line, " hops=");
		} else if (!strncmp(line, "L: ", 3)) {
			add(snapshot, pid, line);
		}
	}
	free(text);
}

const struct thread *ps_find(const struct snapshot *snapshot, int pid, int tid)
{
	for (size_t i = 0; i < snapshot->count; i++)
		if (snapshot->threads[i].pid == pid && snapshot->threads[i].tid == tid)
			return &snapshot->threads[i];
	return NULL;
}

static int device(void)
{
	static int device = -1;

	if (device < 0)
		device = open("/dev/popcorn", O_RDWR | O_CLOEXEC);
	if (device < 0)
		fail("/dev/popcorn");
	return device;
}

int propose(int pid, int tid, int node)
{
	struct popcorn_proposal proposal = { .pid = pid, .tid = tid, .node = node };

	return ioctl(device(), POPCORN_IOC_PROPOSE, &proposal) ? -errno : 0;
}

int next_node(int node)
{
	struct popcorn_info info;

	if (ioctl(device(), POPCORN_IOC_INFO, &info))
		fail("POPCORN_IOC_INFO");
	for (unsigned int i = 1; i < info.nodes; i++) {
		unsigned int next = (node + i) % info.nodes;

		if (info.up >> next & 1)
			return next;
	}
	return -1;
}

int other_node(int node, uint64_t random)
{
	unsigned int others[64], count = 0;
	struct popcorn_info info;

	if (ioctl(device(), POPCORN_IOC_INFO, &info))
		fail("POPCORN_IOC_INFO");
	for (unsigned int next = 0; next < info.nodes && next < sizeof(others) / sizeof(others[0]); next++)
		if (next != (unsigned int)node && info.up >> next & 1)
			others[count++] = next;
	return count ? (int)others[random % count] : -1;
}

int open_process(int pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}
