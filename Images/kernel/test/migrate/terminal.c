// SPDX-License-Identifier: MIT
/*
 * `terminal use`	terminal requests from elsewhere
 * `terminal stop`	SIGSTOP and SIGCONT at the origin, of `./hop cat`, as job control does it
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "traveller.h"

#define wrong (*(uint32_t *)SHARED_BASE)

enum { OPEN, USE, LOOK };

static void check(const char *what, int64_t is, int64_t want)
{
	if (is == want)
		return;
	wrong++;
	say("%s on %s: %lld, expected %lld: WRONG\n", what, isa, (long long)is, (long long)want);
}

/* A terminal of its own becomes descriptor 0 and the controlling one; its other end is typed at. */
static struct next open_terminal(uint64_t argument)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	struct winsize size = { .ws_row = 40, .ws_col = 100 };

	if (master < 0 || grantpt(master) || unlockpt(master) || setsid() < 0)
		return end_process(71);
	slave = open(ptsname(master), O_RDWR);
	if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) || ioctl(slave, TIOCSWINSZ, &size))
		return end_process(72);
	dup2(slave, 0);
	check("typed", write(master, "line\n", 5), 5);
	return hop((self + 1) % node_count, USE, argument);
}

static struct next use_terminal(uint64_t argument)
{
	struct winsize size = { 0 };
	struct termios terminal;
	char text[16];
	int count = 0, group = 0;

	check("hop", hop_status, 0);
	check("isatty", isatty(0), 1);
	check("get size", ioctl(0, TIOCGWINSZ, &size), 0);
	check("rows", size.ws_row, 40);
	check("columns", size.ws_col, 100);
	size.ws_row = 25;
	check("set size", ioctl(0, TIOCSWINSZ, &size), 0);
	check("waiting", ioctl(0, FIONREAD, &count), 0);
	check("bytes", count, 5);
	check("group", ioctl(0, TIOCGPGRP, &group), 0);
	check("foreground", group, here.tid);
	check("line", read(0, text, sizeof(text)), 5);
	check("get", tcgetattr(0, &terminal), 0);
	check("echo", !!(terminal.c_lflag & ECHO), 1);
	terminal.c_lflag &= ~(ECHO | ICANON);
	check("set", tcsetattr(0, TCSADRAIN, &terminal), 0);
	check("flush", tcflush(0, TCIOFLUSH), 0);
	check("unknown request", ioctl(0, TIOCSTI, "x") ? errno : 0, ENOTTY);
	check("bad address", ioctl(0, TIOCGWINSZ, (void *)8) ? errno : 0, EFAULT);
	return hop(origin, LOOK, argument);
}

static struct next look_at_terminal(uint64_t argument)
{
	struct winsize size = { 0 };
	struct termios terminal;

	(void)argument;
	check("get size", ioctl(0, TIOCGWINSZ, &size), 0);
	check("rows", size.ws_row, 25);
	check("get", tcgetattr(0, &terminal), 0);
	check("echo", !!(terminal.c_lflag & (ECHO | ICANON)), 0);
	say("%u wrong\n", wrong);
	return end_process(wrong != 0);
}

#define ANSWER "got: x"	/* of `./hop cat` to an x */

/* Whether the answer comes, in two parts, each within the limit. */
static int answers(int from, int limit_ms)
{
	struct pollfd input = { .fd = from, .events = POLLIN };
	char text[sizeof(ANSWER)];
	size_t have = 0;
	ssize_t got;

	while (have < strlen(ANSWER)) {
		if (poll(&input, 1, limit_ms) != 1)
			return 0;
		got = read(from, text + have, strlen(ANSWER) - have);
		if (got <= 0)
			return 0;
		have += got;
	}
	return !memcmp(text, ANSWER, have);
}

static int test_stop(void)
{
	int to[2], from[2], status;
	pid_t child;

	if (pipe(to) || pipe(from))
		return 71;
	child = fork();
	if (!child) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		close(to[1]);
		close(from[0]);
		execl("./hop", "./hop", "cat", NULL);
		_exit(72);
	}
	close(to[0]);
	close(from[1]);
	if (write(to[1], "x", 1) != 1 || !answers(from[0], 10000))
		return 1;
	kill(child, SIGSTOP);
	if (waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status))
		return 2;
	if (write(to[1], "x", 1) != 1 || answers(from[0], 500))
		return 3;
	kill(child, SIGCONT);
	if (!answers(from[0], 10000))
		return 4;
	close(to[1]);
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3 ? 0 : 5;
}

const state_function states[] = { [OPEN] = open_terminal, [USE] = use_terminal, [LOOK] = look_at_terminal };

int main(int argc, char **argv)
{
	work_if_worker();
	if (argc < 2)
		return 64;
	if (!strcmp(argv[1], "stop"))
		return test_stop();
	begin(1 << 20);
	return strcmp(argv[1], "use") ? 64 : travel(OPEN, 0);
}
