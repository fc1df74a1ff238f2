/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The SSH server writes this file right after it has begun to listen. */
#define SSHD_PID_FILE "dropbear.pid"

#ifdef __aarch64__
#define SERIAL_LINE "/dev/ttyAMA0"
#else
#define SERIAL_LINE "/dev/ttyS0"
#endif

/* A server that dies at once is started again after ever longer pauses; one that lived this long has earned none. */
#define FIRST_PAUSE_MS   250
#define LONGEST_PAUSE_MS 30000
#define LONG_LIFE_MS     60000

static pid_t sshd, shell;
static int64_t sshd_started, sshd_due; /* in ms; due 0: it runs */
static int sshd_pause;
static int console = -1, run_watch = -1;

static char *const environment[] = {
	"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/root", "USER=root", "TERM=linux", NULL,
};

/* Only the server itself: it gives its commands an environment of its own making. */
static char *const sshd_environment[] = {
	"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
	"HOME=/root",
	"USER=root",
	"LD_PRELOAD=/usr/lib/popcorn/endings.so",
	NULL,
};

static pid_t spawn(char *const arguments[], char *const variables[], int terminal)
{
	pid_t child = fork();
	sigset_t none;

	if (child)
		return child;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	/* Programs that always lie at the same addresses are translated once by an emulator: else half of the time that a
	 * connection takes is translation (measured). Workers of popcorn.ko are no children of ours, and lie anywhere. */
	personality(ADDR_NO_RANDOMIZE);
	if (terminal >= 0) {
		ioctl(terminal, TIOCSCTTY, 1);
		dup2(terminal, STDIN_FILENO);
		dup2(terminal, STDOUT_FILENO);
		dup2(terminal, STDERR_FILENO);
	}
	if (chdir("/root") == 0)
		execve(arguments[0], arguments, variables);
	_exit(127);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void start_sshd(void)
{
	static char *const arguments[] = {
		"/usr/sbin/dropbear",
		"-F",
		"-s",
		"-r",
		"/etc/dropbear/host_key",
		"-P",
		"/run/" SSHD_PID_FILE,
		/* A large receive window: uploads are 2.5 times as fast as with the usual 24 KiB (measured). */
		"-W",
		"1048576",
		NULL,
	};

	sshd = spawn(arguments, sshd_environment, -1);
	sshd_started = now_ms();
	sshd_due = 0;
}

static void schedule_sshd(int status)
{
	int64_t now = now_ms();

	if (now - sshd_started >= LONG_LIFE_MS)
		sshd_pause = 0;
	errno = 0;
	report_error(STAGE_SSHD, "the SSH server ended with status %#x; starting it again in %d ms", status,
		     sshd_pause);
	sshd = 0;
	sshd_due = now + sshd_pause;
	sshd_pause = !sshd_pause                       ? FIRST_PAUSE_MS :
		     sshd_pause < LONGEST_PAUSE_MS / 2 ? 2 * sshd_pause :
							 LONGEST_PAUSE_MS;
}

int services_patience(void)
{
	int64_t left = sshd_due - now_ms();

	return !sshd_due ? -1 : left > 0 ? (int)left : 0;
}

void services_start_due(void)
{
	if (sshd_due && now_ms() >= sshd_due)
		start_sshd();
}

/* The serial line, wherever a console= of the node's own sends the kernel's messages. */
static int open_console(void)
{
	int file = open(SERIAL_LINE, O_RDWR | O_CLOEXEC | O_NOCTTY);

	return file >= 0 ? file : open("/dev/console", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

void services_start(void)
{
	run_watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (run_watch >= 0)
		inotify_add_watch(run_watch, "/run", IN_CLOSE_WRITE);
	start_sshd();
	console = open_console();
}

int services_sshd_event(void)
{
	return run_watch;
}

void services_sshd_input(void)
{
	char buffer[1024] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t length = read(run_watch, buffer, sizeof(buffer));

	for (char *at = buffer; at < buffer + length;) {
		const struct inotify_event *event = (const struct inotify_event *)at;

		at += sizeof(*event) + event->len;
		if (!event->len || strcmp(event->name, SSHD_PID_FILE))
			continue;
		close(run_watch);
		run_watch = -1;
		report(STAGE_SSHD, "port 22");
		return;
	}
}

int services_console(void)
{
	return shell ? -1 : console;
}

/* A shell starts when somebody types, so a boot does not pay for it; it reads what was typed. */
void services_console_input(void)
{
	static char *const arguments[] = { "/bin/sh", "-l", NULL };

	shell = spawn(arguments, environment, console);
}

void services_reap(void)
{
	int status;
	pid_t child;

	while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
		if (child == sshd) {
			schedule_sshd(status);
		} else if (child == shell) {
			shell = 0;
		} else {
			layer_reap(child);
		}
	}
}

void services_stop(void)
{
	sshd = shell = 0;
	kill(-1, SIGTERM);
	/* A second is enough for anything that saves its data on SIGTERM; the rest is killed. */
	for (struct timespec left = { .tv_sec = 1 }; waitpid(-1, NULL, WNOHANG) >= 0;) {
		sigset_t child;

		sigemptyset(&child);
		sigaddset(&child, SIGCHLD);
		if (sigtimedwait(&child, NULL, &left) < 0 && errno == EAGAIN)
			break;
	}
	kill(-1, SIGKILL);
}
