/* SPDX-License-Identifier: MIT */
/*
 * Prints the kernel's log in its raw form, which has levels, facilities, sequence numbers and microseconds
 * (Documentation/ABI/testing/dev-kmsg). `-f` goes on with what comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	int follow = count > 1 && !strcmp(arguments[1], "-f");
	int log = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | (follow ? 0 : O_NONBLOCK));
	char record[8192];

	if (log < 0)
		return 1;
	for (;;) {
		/* One read, one record; EPIPE says that records were overwritten before we came to them. */
		ssize_t length = read(log, record, sizeof(record));

		if (length < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (length < 0)
			return errno != EAGAIN;
		if (write(STDOUT_FILENO, record, length) != length)
			return 1;
	}
}
