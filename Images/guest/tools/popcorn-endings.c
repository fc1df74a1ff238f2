/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into the SSH server, to keep what it cannot pass on: dropbear tells its client of the thirteen signals that
 * RFC 4254 names, and of a command that another one ended it says nothing at all.
 *
 * The signal's number goes, a line each, to /run/popcorn-endings.PID, where PID is that of the server's process for the
 * connection: the parent of every command in it. The client reads it there when a channel closes without a word
 * (GuestSession+Endings.swift). A second number is 1 if the command dumped core.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const int named[] = {
	SIGABRT, SIGALRM, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGKILL, SIGPIPE, SIGQUIT, SIGSEGV, SIGTERM, SIGUSR1, SIGUSR2,
};

static char *path(void)
{
	static char text[48];

	snprintf(text, sizeof(text), "/run/popcorn-endings.%d", (int)getpid());
	return text;
}

/* A process that had this one's number may have left its own. */
__attribute__((constructor)) static void begin(void)
{
	unlink(path());
}

__attribute__((destructor)) static void end(void)
{
	unlink(path());
}

/* Called in the server's handler of SIGCHLD: nothing but system calls, apart from the two snprintf of integers. */
static void note(int status)
{
	int saved = errno, file, length;
	char line[16];

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (named[i] == WTERMSIG(status))
			return;
	length = snprintf(line, sizeof(line), "%d %d\n", WTERMSIG(status), !!WCOREDUMP(status));
	file = open(path(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (file >= 0 && write(file, line, length) != length)
		unlink(path());
	close(file);
	errno = saved;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	int ending = 0;
	pid_t child = wait4(pid, &ending, options, NULL);

	if (child > 0 && WIFSIGNALED(ending))
		note(ending);
	if (child > 0 && status)
		*status = ending;
	return child;
}
