// SPDX-License-Identifier: MIT
/*
 * Descriptors of the origin, used from another node: offsets, errors, duplicates, poll, large
 * transfers, stand-ins, signals that interrupt.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "traveller.h"

#define LARGE 300000

struct shared {
	int file, pipe_in, pipe_out, wrong, checks;
	int slow_in, slow_out;
	uint32_t word;
	unsigned char data[LARGE];
};

#define shared ((struct shared *)SHARED_BASE)

enum { LEAVE, WORK, VERIFY };

static void check(const char *what, int64_t is, int64_t want)
{
	shared->checks++;
	if (is == want)
		return;
	shared->wrong++;
	say("%s: %lld, expected %lld: WRONG\n", what, (long long)is, (long long)want);
}

static struct next leave(uint64_t argument)
{
	if (hop_status)
		return end_process(2);
	return hop((self + 1) % node_count, WORK, argument);
}

static void check_offsets(void)
{
	struct stat stat;
	char text[16] = "";

	check("write", away_write(device, shared->file, "hello world", 11), 11);
	check("lseek", away_lseek(device, shared->file, 6, SEEK_SET), 6);
	check("read", away_read(device, shared->file, text, 16), 5);
	check("text", memcmp(text, "world", 5), 0);
	check("lseek end", away_lseek(device, shared->file, 0, SEEK_CUR), 11);
	check("lseek bad", away_lseek(device, shared->file, -1, SEEK_SET), -EINVAL);
	check("lseek pipe", away_lseek(device, shared->pipe_in, 0, SEEK_SET), -ESPIPE);
	check("fstat", away_fstat(device, shared->file, &stat), 0);
	check("size", stat.st_size, 11);
	check("regular", S_ISREG(stat.st_mode), 1);
	check("bad fd", away_read(device, 99, text, 1), -EBADF);
}

static void check_duplicates(void)
{
	int copy = away_dup(device, shared->file);
	int flags = away_fcntl(device, shared->pipe_in, F_GETFL, 0);

	check("dup", copy > 2, 1);
	check("shared offset", away_lseek(device, copy, 0, SEEK_CUR), 11);
	check("close", away_close(device, copy), 0);
	check("closed", away_close(device, copy), -EBADF);
	check("getfl", flags & O_ACCMODE, O_RDONLY);
	check("setfl", away_fcntl(device, shared->pipe_in, F_SETFL, flags | O_NONBLOCK), 0);
	check("again", away_read(device, shared->pipe_in, &copy, 1), -EAGAIN);
	check("setfl back", away_fcntl(device, shared->pipe_in, F_SETFL, flags), 0);
	copy = away_open(device, "/tmp/files-test", O_RDONLY | O_DIRECTORY, 0);
	check("open directory", copy, -ENOTDIR);
	copy = away_open(device, "/tmp", O_RDONLY | O_DIRECTORY, 0);
	check("open", copy > 2, 1);
	away_close(device, copy);
}

static void check_poll(void)
{
	struct pollfd fd = { .fd = shared->pipe_in, .events = POLLIN };
	char c;

	check("poll empty", away_poll(device, &fd, 1, 20), 0);
	check("write pipe", away_write(device, shared->pipe_out, "x", 1), 1);
	check("poll full", away_poll(device, &fd, 1, -1), 1);
	check("revents", fd.revents, POLLIN);
	check("read pipe", away_read(device, shared->pipe_in, &c, 1), 1);
}

static void check_large(void)
{
	size_t i;
	int bad = 0;

	for (i = 0; i < LARGE; i++)
		shared->data[i] = i * 7 + (i >> 8);
	away_lseek(device, shared->file, 0, SEEK_SET);
	check("large write", away_write(device, shared->file, shared->data, LARGE), LARGE);
	memset(shared->data, 0, LARGE);
	away_lseek(device, shared->file, 0, SEEK_SET);
	check("large read", away_read(device, shared->file, shared->data, LARGE), LARGE);
	for (i = 0; i < LARGE; i++)
		bad += shared->data[i] != (unsigned char)(i * 7 + (i >> 8));
	check("large data", bad, 0);
}

static void check_stand_in(void)
{
	int fd = ioctl(device, POPCORN_IOC_STAND_IN, (unsigned long)shared->file);
	struct termios terminal;
	char text[8];

	check("stand-in", fd >= 0, 1);
	check("stand-in seek", lseek(fd, 0, SEEK_SET), 0);
	check("stand-in write", write(fd, "stand", 5), 5);
	check("shared position", away_lseek(device, shared->file, 0, SEEK_CUR), 5);
	check("stand-in seek back", lseek(fd, 0, SEEK_SET), 0);
	check("stand-in read", read(fd, text, 5), 5);
	check("stand-in text", memcmp(text, "stand", 5), 0);
	check("no terminal", tcgetattr(fd, &terminal) < 0 ? errno : 0, ENOTTY);
	close(fd);
}

static volatile sig_atomic_t alarms;

static void note_alarm(int signal)
{
	(void)signal;
	alarms++;
}

/* A signal here ends a call that blocks at the origin. */
static void check_interruption(void)
{
	struct sigaction action = { .sa_handler = note_alarm };
	struct itimerspec in = { .it_value = { 0, 50000000 } };
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGALRM,
	};
	char c;
	timer_t timer;
	int64_t result;

	event._sigev_un._tid = syscall(SYS_gettid);
	sigaction(SIGALRM, &action, NULL);
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &in, NULL);
	result = away_read(device, shared->pipe_in, &c, 1);
	check("interrupted read", result, -EINTR);
	check("alarms", alarms, 1);
	in.it_value.tv_nsec = 80000000;
	timer_settime(timer, 0, &in, NULL);
	check("interrupted futex", away_futex_wait(device, &shared->word, 0, -1), -EINTR);
	check("alarms", alarms, 2);
	timer_delete(timer);
	check("futex value", away_futex_wait(device, &shared->word, 1, -1), -EAGAIN);
	check("futex timeout", away_futex_wait(device, &shared->word, 0, 10000000), -ETIMEDOUT);
	check("futex wake", away_futex_wake(device, &shared->word, 1), 0);
}

static struct next work(uint64_t argument)
{
	if (hop_status)
		return end_process(2);
	check_offsets();
	check_duplicates();
	check_poll();
	check_large();
	check_stand_in();
	check_interruption();
	return hop(origin, VERIFY, argument);
}

static struct next verify(uint64_t argument)
{
	(void)argument;
	check("position at home", lseek(shared->file, 0, SEEK_CUR), 5);
	say("%d checks, %d wrong\n", shared->checks, shared->wrong);
	return end_process(shared->wrong != 0);
}

const state_function states[] = { [LEAVE] = leave, [WORK] = work, [VERIFY] = verify };

int main(void)
{
	int ends[2];

	work_if_worker();
	begin(1 << 20);
	shared->file = open("/tmp/files-test", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (shared->file < 0 || pipe(ends))
		return 71;
	shared->pipe_in = ends[0];
	shared->pipe_out = ends[1];
	return travel(LEAVE, 0);
}
