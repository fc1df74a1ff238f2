/* SPDX-License-Identifier: MIT */
/*
 * Prints the kernel's log in its raw form, which has levels, facilities, sequence numbers and microseconds
 * (Documentation/ABI/testing/dev-kmsg). `-f` goes on with what comes. `-q KEYS` prints only what the kernel says to these
 * keys of SysRq (Documentation/admin-guide/sysrq), such as `w`: the tasks that are blocked.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* Processors answer to `l` one after the other. */
#define QUIET_MS 200

static int press(const char *keys)
{
	int trigger = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (trigger < 0)
		return -1;
	for (; *keys; keys++)
		if (write(trigger, keys, 1) != 1)
			return -1;
	return close(trigger);
}

int main(int count, char **arguments)
{
	int follow = count > 1 && !strcmp(arguments[1], "-f");
	const char *keys = count > 2 && !strcmp(arguments[1], "-q") ? arguments[2] : NULL;
	int log = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | (follow ? 0 : O_NONBLOCK));
	struct pollfd polled = { .fd = log, .events = POLLIN };
	char record[8192];

	if (log < 0 || (keys && (lseek(log, 0, SEEK_END) < 0 || press(keys))))
		return 1;
	for (;;) {
		/* One read, one record; EPIPE says that records were overwritten before we came to them. */
		ssize_t length = read(log, record, sizeof(record));

		if (length < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (length < 0 && errno == EAGAIN && keys && poll(&polled, 1, QUIET_MS) > 0)
			continue;
		if (length < 0)
			return errno != EAGAIN;
		if (write(STDOUT_FILENO, record, length) != length)
			return 1;
	}
}
