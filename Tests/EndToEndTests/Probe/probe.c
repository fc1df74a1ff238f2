/* SPDX-License-Identifier: MIT */
/*
 * What the end-to-end tests run in guests:
 *
 *   probe await ID STATE SECONDS   wait in poll() until /proc/popcorn_peers says that node ID is up or down
 *   probe report [ARGUMENT...]     print arguments, $PROBE and stdin; exit with 42
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int await(int id, const char *state, int limit_ms)
{
	int peers = open("/proc/popcorn_peers", O_RDONLY);
	int end = now_ms() + limit_ms;
	char table[8192] = "";

	if (peers < 0) {
		perror("/proc/popcorn_peers");
		return 1;
	}
	for (int left = limit_ms; left > 0; left = end - now_ms()) {
		struct pollfd change = { .fd = peers, .events = POLLPRI };
		ssize_t length = pread(peers, table, sizeof(table) - 1, 0);
		char copy[sizeof(table)];

		if (length < 0) {
			perror("/proc/popcorn_peers");
			return 1;
		}
		table[length] = 0;
		strcpy(copy, table);
		for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n")) {
			char found[16];
			int number;

			if (sscanf(line + 1, "%d %*s %*s %15s", &number, found) == 2 && number == id && !strcmp(found, state))
				return 0;
		}
		poll(&change, 1, left);
	}
	fprintf(stderr, "node %d is not %s after %d ms:\n%s", id, state, limit_ms, table);
	return 1;
}

static int report(int count, char **arguments)
{
	const char *variable = getenv("PROBE");
	char buffer[4096];
	ssize_t length;

	for (int i = 0; i < count; i++)
		printf("argument %d: '%s'\n", i, arguments[i]);
	printf("PROBE: '%s'\n", variable ? variable : "");
	fflush(stdout);
	while ((length = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
		if (write(STDOUT_FILENO, buffer, length) != length)
			return 1;
	fputs("to stderr\n", stderr);
	return 42;
}

int main(int count, char **arguments)
{
	if (count == 5 && !strcmp(arguments[1], "await"))
		return await(atoi(arguments[2]), arguments[3], atoi(arguments[4]) * 1000);
	if (count >= 2 && !strcmp(arguments[1], "report"))
		return report(count - 2, arguments + 2);
	fprintf(stderr, "usage: probe await ID STATE SECONDS | probe report [ARGUMENT...]\n");
	return 64;
}
