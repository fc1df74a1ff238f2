/* Child processes belong to the origin: the thread goes there, makes them, and comes back. */
#define _GNU_SOURCE
#include <migrate.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* node/processes.c; each refuses, with a message, where it cannot work. */
int __popcorn_origin(void);
int __popcorn_run_command(const char *command);
FILE *__popcorn_open_pipe(const char *command, const char *mode);
pid_t __popcorn_duplicate(const void *top);
int __popcorn_execute(const char *path, char *const argv[], char *const envp[], int searches);

extern char **environ;

int system(const char *command)
{
	int here = current_nid();

	migrate(__popcorn_origin(), NULL, NULL);
	int status = __popcorn_run_command(command);

	migrate(here, NULL, NULL);
	return status;
}

FILE *popen(const char *command, const char *mode)
{
	int here = current_nid();

	migrate(__popcorn_origin(), NULL, NULL);
	FILE *stream = __popcorn_open_pipe(command, mode);

	migrate(here, NULL, NULL);
	return stream;
}

pid_t fork(void)
{
	int here = current_nid();

	migrate(__popcorn_origin(), NULL, NULL);
	/* In this function's frame, above which nothing is in use. */
	volatile char top = 0;
	pid_t child = __popcorn_duplicate((const void *)&top);

	if (child)
		migrate(here, NULL, NULL);
	return child;
}

/* As POSIX allows; the child has memory of its own. */
pid_t vfork(void)
{
	return fork();
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	int here = current_nid();

	migrate(__popcorn_origin(), NULL, NULL);
	int error = __popcorn_execute(path, argv, envp, 0);

	migrate(here, NULL, NULL);
	return error;
}

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	int here = current_nid();

	migrate(__popcorn_origin(), NULL, NULL);
	int error = __popcorn_execute(file, argv, envp, 1);

	migrate(here, NULL, NULL);
	return error;
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}
