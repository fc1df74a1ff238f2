/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int proc = -1;

/* popcorn.ko wakes poll() on this file with POLLPRI whenever a peer's state changes. */
int peers_open(void)
{
	proc = open("/proc/popcorn_peers", O_RDONLY | O_CLOEXEC);
	if (proc < 0)
		report_error(STAGE_PEERS, "/proc/popcorn_peers");
	return proc;
}

/* A line is "MARK ID ADDRESS ARCH STATE ...", where MARK is '*' for this node. */
static void count(char *text, int *up, int *total)
{
	*up = *total = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char state[16];

		if (line[0] == '*')
			continue;
		if (sscanf(line, " %*d %*s %*s %15s", state) != 1)
			continue;
		++*total;
		/* One that is silent is no less there: nothing is lost. */
		*up += !strcmp(state, "up") || !strcmp(state, "silent");
	}
}

void peers_update(void)
{
	static int last_up = -1;
	static bool ready;
	char text[8192];
	ssize_t length = pread(proc, text, sizeof(text) - 1, 0);
	int up, total;

	if (length < 0)
		return;
	text[length] = 0;
	count(text, &up, &total);
	if (up == last_up)
		return;
	last_up = up;
	report(STAGE_PEERS, "%d of %d", up, total);
	if (up < total || ready)
		return;
	ready = true;
	report(STAGE_READY, "all peers seen");
	report_everything();
}
