/* SPDX-License-Identifier: MIT */
/*
 * Answers every byte on stdin with one line of /proc/popcorn_clock on stdout.
 *
 * The lab relates a guest's clock to its own by the two host times around such a question and answer, so nothing may
 * stand between them: no fork, no open, no buffering.
 */
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
	int clock = open("/proc/popcorn_clock", O_RDONLY | O_CLOEXEC);
	char question, answer[256];

	if (clock < 0)
		return 1;
	while (read(STDIN_FILENO, &question, 1) == 1) {
		ssize_t length = pread(clock, answer, sizeof(answer), 0);

		if (length <= 0 || write(STDOUT_FILENO, answer, length) != length)
			return 1;
	}
	return 0;
}
