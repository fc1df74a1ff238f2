/* SPDX-License-Identifier: MIT */
/* What is left in a node, and bringing it back to a known state. */
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

/* What the file of a kernel's processes ends with on a node that has nothing of any program. */
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

void answer_state(char *files)
{
	static const struct {
		const char *path, *name;
	} parts[] = {
		{ "/proc/sys/kernel/random/boot_id", "boot" },
		{ "/proc/sys/kernel/tainted", "tainted" },
		{ "/proc/uptime", "uptime" },
		{ "/proc/meminfo", "memory" },
	};

	for (char *file = files ? strtok(files, " ") : NULL; file; file = strtok(NULL, " ")) {
		char *name = strrchr(file, '=');

		if (name) {
			*name++ = '\0';
			answer_file(file, name);
		}
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		answer_file(parts[i].path, parts[i].name);
	answer_strays();
	answer("state", NULL, 0);
}

void reset_counters(const char *file)
{
	if (write_file(file, "0", 1))
		answer_error("reset", file);
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

int64_t now_ms(void)
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

void await_rest(const char *argument)
{
	char *file;
	int64_t deadline = now_ms() + strtoll(argument, &file, 10), left;
	struct pollfd polled = { .fd = -1, .events = POLLPRI };
	int rest = -1;

	file += strspn(file, " ");
	polled.fd = open(file, O_RDONLY | O_CLOEXEC);
	while (polled.fd >= 0) {
		rest = has_rest(polled.fd);
		left = deadline - now_ms();
		if (rest || left <= 0 || (poll(&polled, 1, (int)left) < 0 && errno != EINTR))
			break;
	}
	if (rest < 0)
		answer_error("read", file);
	else
		answer("rest", rest ? "1" : "0", 1);
	if (polled.fd >= 0)
		close(polled.fd);
}
