// SPDX-License-Identifier: MIT
/*
 * Descriptors at a worker that stand for those of the origin: a terminal, which is descriptor 0, a
 * file and a pipe; and delegated calls that signals interrupt.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "raw.h"

struct shared {
	uint32_t wrong; /* raw.c */
	int file, pipe_in;
};

#define shared ((struct shared *)SHARED_BASE)

enum { OPEN, USE, LOOK };

/* A terminal of its own becomes descriptor 0 and the controlling one; its other end is typed at. */
static int open_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	struct winsize size = { .ws_row = 40, .ws_col = 100 };

	if (master < 0 || grantpt(master) || unlockpt(master) || setsid() < 0)
		return -1;
	slave = open(ptsname(master), O_RDWR);
	if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) || ioctl(slave, TIOCSWINSZ, &size))
		return -1;
	dup2(slave, 0);
	check("typed", write(master, "line\n", 5), 5);
	return 0;
}

static struct next open_all(uint64_t argument)
{
	char name[] = "/tmp/stand-ins-XXXXXX";
	int ends[2];

	shared->file = mkstemp(name);
	if (shared->file < 0 || unlink(name) || pipe(ends) || open_terminal())
		return end_process(71);
	check("write", write(shared->file, "hello world", 11), 11);
	shared->pipe_in = ends[0];
	return hop(next_node(), USE, argument);
}

static void use_terminal(void)
{
	struct winsize size = { 0 };
	struct termios terminal;
	char text[16];
	int count = 0, group = 0, session = 0, unsent = 1;

	check("isatty", isatty(0), 1);
	check("get size", ioctl(0, TIOCGWINSZ, &size), 0);
	check("rows", size.ws_row, 40);
	check("columns", size.ws_col, 100);
	size.ws_row = 25;
	check("set size", ioctl(0, TIOCSWINSZ, &size), 0);
	check("waiting", ioctl(0, FIONREAD, &count), 0);
	check("bytes", count, 5);
	check("unsent", ioctl(0, TIOCOUTQ, &unsent), 0);
	check("unsent bytes", unsent, 0);
	check("group", ioctl(0, TIOCGPGRP, &group), 0);
	check("foreground", group, here.tid);
	check("session", ioctl(0, TIOCGSID, &session), 0);
	check("leader", session, here.tid);
	check("line", read(0, text, sizeof(text)), 5);
	check("get", tcgetattr(0, &terminal), 0);
	check("echo", !!(terminal.c_lflag & ECHO), 1);
	terminal.c_lflag &= ~(ECHO | ICANON);
	check("set", tcsetattr(0, TCSADRAIN, &terminal), 0);
	check("flush", tcflush(0, TCIOFLUSH), 0);
	check("unknown request", ioctl(0, TIOCSTI, "x") ? errno : 0, ENOTTY);
	check("bad address", ioctl(0, TIOCGWINSZ, (void *)8) ? errno : 0, EFAULT);
}

static int stand_in(int fd)
{
	return ioctl(device, POPCORN_IOC_STAND_IN, (unsigned long)fd);
}

static void use_file(void)
{
	int fd = stand_in(shared->file);
	struct termios terminal;
	char text[16];

	check("stand-in", fd >= 0, 1);
	check("seek", lseek(fd, 6, SEEK_SET), 6);
	check("read", read(fd, text, sizeof(text)), 5);
	check("text", memcmp(text, "world", 5), 0);
	check("seek bad", lseek(fd, -1, SEEK_SET) < 0 ? errno : 0, EINVAL);
	check("seek back", lseek(fd, 0, SEEK_SET), 0);
	check("write", write(fd, "stand", 5), 5);
	check("no terminal", tcgetattr(fd, &terminal) < 0 ? errno : 0, ENOTTY);
	close(fd);
	fd = stand_in(99);
	check("bad fd", read(fd, text, 1) < 0 ? errno : 0, EBADF);
	close(fd);
	fd = stand_in(shared->pipe_in);
	check("seek pipe", lseek(fd, 0, SEEK_CUR) < 0 ? errno : 0, ESPIPE);
	close(fd);
}

static volatile sig_atomic_t alarms;

static void note_alarm(int signal)
{
	(void)signal;
	alarms++;
}

/* A signal here ends a call that blocks at the origin. */
static void be_interrupted(void)
{
	struct sigaction action = { .sa_handler = note_alarm };
	struct itimerspec in = { .it_value = { 0, 50000000 } };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	int fd = stand_in(shared->pipe_in);
	char c;
	struct popcorn_call call = {
		.number = POPCORN_CALL_READ,
		.args = { shared->pipe_in, 1 },
		.out = (uintptr_t)&c,
		.out_size = 1,
	};
	timer_t timer;

	event._sigev_un._tid = syscall(SYS_gettid);
	sigaction(SIGALRM, &action, NULL);
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &in, NULL);
	check("interrupted call", ioctl(device, POPCORN_IOC_CALL, &call) ? errno : 0, EINTR);
	check("alarms", alarms, 1);
	timer_settime(timer, 0, &in, NULL);
	check("interrupted read", read(fd, &c, 1) < 0 ? errno : 0, EINTR);
	check("alarms", alarms, 2);
	timer_delete(timer);
	close(fd);
}

static struct next use_all(uint64_t argument)
{
	check("hop", hop_status, 0);
	use_terminal();
	use_file();
	be_interrupted();
	return hop(origin, LOOK, argument);
}

static struct next look(uint64_t argument)
{
	struct winsize size = { 0 };
	struct termios terminal;

	(void)argument;
	check("get size", ioctl(0, TIOCGWINSZ, &size), 0);
	check("rows", size.ws_row, 25);
	check("get", tcgetattr(0, &terminal), 0);
	check("echo", !!(terminal.c_lflag & (ECHO | ICANON)), 0);
	check("position", lseek(shared->file, 0, SEEK_CUR), 5);
	return report();
}

const state_function states[] = { [OPEN] = open_all, [USE] = use_all, [LOOK] = look };

int main(void)
{
	work_if_worker();
	begin(1 << 20);
	return travel(OPEN, 0);
}
