/* SPDX-License-Identifier: MIT */
/*
 * Processes whose program users have brought: it lies in their home, not in the image. Every kernel tells that, whatever its message
 * layer is; the part of a process that another node started runs the same file.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record.h"

/* The number is the same on all ISAs (Linux 5.3); older kernels say ENOSYS. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
/* How often an older kernel is asked, in ms: it tells nobody but its parent that a process has ended. */
#define ASK_AGAIN_MS 50

static const char home[] = "/root/";

/* The process's program if it is a user's, with its length, which is 0 for others. */
static size_t program_of(const char *pid, char *path, size_t size)
{
	char link[300];
	ssize_t length;

	if (pid[0] < '0' || pid[0] > '9')
		return 0;
	snprintf(link, sizeof(link), "/proc/%s/exe", pid);
	length = readlink(link, path, size);
	return length > (ssize_t)sizeof(home) - 1 && !memcmp(path, home, sizeof(home) - 1) ? (size_t)length : 0;
}

/* A line `PID PATH` for each. */
void answer_strays(void)
{
	char list[16384], path[1024];
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	size_t used = 0;

	if (!processes) {
		answer_error("read", "/proc");
		return;
	}
	while ((entry = readdir(processes)) && used < sizeof(list) - sizeof(path)) {
		size_t length = program_of(entry->d_name, path, sizeof(path) - 32);

		if (length)
			used += snprintf(list + used, sizeof(list) - used, "%s %.*s\n", entry->d_name, (int)length,
					 path);
	}
	closedir(processes);
	answer("strays", list, used);
}

static int is_listed(long pid, const char *list)
{
	char *end;

	for (;; list = end) {
		long listed = strtol(list, &end, 10);

		if (end == list)
			return 0;
		if (listed == pid)
			return 1;
	}
}

/* One of them; 0 if there is none, -1 with errno. */
static long any_stray(const char *known)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	char path[1024];
	long found = 0;

	if (!processes)
		return -1;
	while (!found && (entry = readdir(processes))) {
		if (program_of(entry->d_name, path, sizeof(path)) && !is_listed(atol(entry->d_name), known))
			found = atol(entry->d_name);
	}
	closedir(processes);
	return found;
}

/* Returns when the process has ended, or after so many ms at the latest. */
static void await_process(long pid, int64_t ms)
{
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };

	if (end.fd < 0 && errno == ESRCH)
		return;
	poll(&end, end.fd >= 0, (int)(end.fd >= 0 || ms < ASK_AGAIN_MS ? ms : ASK_AGAIN_MS));
	if (end.fd >= 0)
		close(end.fd);
}

void await_end(const char *argument)
{
	char *known;
	int64_t deadline = now_ms() + strtoll(argument, &known, 10), left;
	long stray;

	while ((stray = any_stray(known)) > 0 && (left = deadline - now_ms()) > 0)
		await_process(stray, left);
	if (stray < 0)
		answer_error("read", "/proc");
	else
		answer("rest", stray ? "0" : "1", 1);
}
