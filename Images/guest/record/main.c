/* SPDX-License-Identifier: MIT */
/*
 * Answers commands on stdin, a line each, with frames on stdout:
 *
 *	clock			frame `clock`: `local=NS`, and `grain=NS` if the clock goes by steps of that
 *	digest PATH		frame `digest`: the SHA-256 of the file in hex; empty if it cannot be read
 *	begin KIB		frame `begin`: the name of a trace instance, which records now
 *	end INSTANCE		frames `dmesg`, `types` and `trace`, several each, then frame `end`
 *	state [FILE=NAME …]	frames NAME with the contents of those files, `boot`, `tainted`, `uptime`, `memory` and `strays`, then frame
 *				`state`
 *	reset FILE		frame `reset`: the message layer's counters are zero
 *	mark TEXT		frame `mark`: the kernel's log has the line
 *	rest MS FILE		frame `rest`: 1 as soon as no program has left anything in the node, 0 after so long; FILE tells, and POLLPRI
 *				on it says when that has changed
 *	ended MS [PID …]	frame `rest`: 1 as soon as no process of users' programs is left but these, 0 after so long
 *	quit			no answer; the program ends
 *	spare KIB		no answer; a trace instance is made for a later `begin`
 *
 * To start a process takes an emulated guest fifty milliseconds and more, so a run is recorded by this one, which waits while
 * the program runs. The lab relates a guest's clock to its own by the two host times around the question and the answer:
 * nothing may stand between them, no fork, no open, no buffering.
 *
 * Without an `end` at the end of stdin the connection broke. Another one may come to collect; after that recording stops,
 * since events that nobody reads cost time.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record.h"

#define KEEP_SECONDS 60

static int has_begun;

static void obey(char *line)
{
	char *argument = strchr(line, ' ');
	char hex[64];
	int failed;

	if (argument)
		*argument++ = '\0';
	if (!strcmp(line, "clock")) {
		answer_clock();
	} else if (!strcmp(line, "digest") && argument) {
		failed = file_digest(argument, hex);
		answer("digest", hex, failed ? 0 : sizeof(hex));
	} else if (!strcmp(line, "begin") && argument) {
		has_begun |= !begin_trace(argument);
	} else if (!strcmp(line, "end") && argument) {
		collect(argument);
		answer("end", NULL, 0);
		/* After the answer, for which somebody waits. */
		if (strcmp(argument, "-"))
			recycle_trace(argument);
		has_begun = 0;
	} else if (!strcmp(line, "state")) {
		answer_state(argument);
	} else if (!strcmp(line, "reset") && argument) {
		reset_counters(argument);
	} else if (!strcmp(line, "mark") && argument) {
		mark_kernel_log(argument);
	} else if (!strcmp(line, "rest") && argument) {
		await_rest(argument);
	} else if (!strcmp(line, "ended") && argument) {
		await_end(argument);
	} else if (!strcmp(line, "quit")) {
		exit(0);
	} else if (!strcmp(line, "spare") && argument) {
		make_spare_trace(argument);
	} else {
		errno = EINVAL;
		answer_error("obey", line);
	}
}

int main(void)
{
	static char commands[8192];
	size_t held = 0;
	ssize_t count;

	open_clock();
	while ((count = read(STDIN_FILENO, commands + held, sizeof(commands) - held)) != 0) {
		char *line = commands, *end;

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			break;
		held += (size_t)count;
		while ((end = memchr(line, '\n', held - (size_t)(line - commands)))) {
			*end = '\0';
			obey(line);
			line = end + 1;
		}
		held -= (size_t)(line - commands);
		memmove(commands, line, held);
		if (held == sizeof(commands))
			return 1;
	}
	if (!has_begun)
		return 0;
	signal(SIGHUP, SIG_IGN);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	sleep(KEEP_SECONDS);
	recycle_trace(own_trace());
	return 0;
}
