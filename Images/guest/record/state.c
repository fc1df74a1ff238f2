/* SPDX-License-Identifier: MIT */
/* What is left in a node, and bringing it back to a known state. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

#define PROCESSES "/proc/popcorn_ps"
/* What the file ends with on a node that has nothing of any program. */
#define NOTHING "spaces=0 pages=0\n"

static int write_file(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), failed;

	if (fd < 0)
		return -1;
	failed = write(fd, text, length) != (ssize_t)length;
	close(fd);
	return failed ? -1 : 0;
}

/* A line `PID PATH` for each process whose program users have brought: it lies in their home, not in the image. */
static void answer_strays(void)
{
	static const char home[] = "/root/";
	char list[16384], link[300], path[1024];
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	size_t used = 0;

	if (!processes) {
		answer_error("read", "/proc");
		return;
	}
	while ((entry = readdir(processes)) && used < sizeof(list) - sizeof(path)) {
		ssize_t length;

		snprintf(link, sizeof(link), "/proc/%s/exe", entry->d_name);
		length = entry->d_name[0] >= '0' && entry->d_name[0] <= '9' ? readlink(link, path, sizeof(path) - 32) :
									      -1;
		if (length < (ssize_t)sizeof(home) || memcmp(path, home, sizeof(home) - 1))
			continue;
		used += snprintf(list + used, sizeof(list) - used, "%s %.*s\n", entry->d_name, (int)length, path);
	}
	closedir(processes);
	answer("strays", list, used);
}

void answer_state(void)
{
	static const struct {
		const char *path, *name;
	} parts[] = {
		{ PROCESSES, "ps" },
		{ "/proc/popcorn_stat", "stat" },
		{ "/proc/sys/kernel/random/boot_id", "boot" },
		{ "/proc/sys/kernel/tainted", "tainted" },
		{ "/proc/uptime", "uptime" },
		{ "/proc/meminfo", "memory" },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		answer_file(parts[i].path, parts[i].name);
	answer_strays();
	answer("state", NULL, 0);
}

void reset_counters(void)
{
	if (write_file("/proc/popcorn_stat", "0", 1))
		answer_error("reset", "/proc/popcorn_stat");
	else
		answer("reset", NULL, 0);
}

void mark_kernel_log(const char *text)
{
	char line[1024];
	int length = snprintf(line, sizeof(line) - 1, "%s", text);

	/* What has no newline, nobody sees before the next message. */
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length] = '\n';
	if (write_file("/dev/kmsg", line, (size_t)length + 1))
		answer_error("write to", "/dev/kmsg");
	else
		answer("mark", NULL, 0);
}

static int64_t now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

/* 1 if nothing is left, 0 if something is, -1 with errno. */
static int has_rest(int ps)
{
	/* The last line counts, which is also the first of a node without processes and workers. */
	char text[sizeof(NOTHING) + 1];
	ssize_t length = pread(ps, text, sizeof(text), 0);

	if (length < 0)
		return -1;
	return length == sizeof(NOTHING) - 1 && !memcmp(text, NOTHING, sizeof(NOTHING) - 1);
}

void await_rest(const char *limit_ms)
{
	int64_t deadline = now_ms() + strtoll(limit_ms, NULL, 10), left;
	struct pollfd polled = { .fd = open(PROCESSES, O_RDONLY | O_CLOEXEC), .events = POLLPRI };
	int rest = -1;

	while (polled.fd >= 0) {
		rest = has_rest(polled.fd);
		left = deadline - now_ms();
		if (rest || left <= 0 || (poll(&polled, 1, (int)left) < 0 && errno != EINTR))
			break;
	}
	if (rest < 0)
		answer_error("read", PROCESSES);
	else
		answer("rest", rest ? "1" : "0", 1);
	if (polled.fd >= 0)
		close(polled.fd);
}
