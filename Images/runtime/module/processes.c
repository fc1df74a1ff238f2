/* Child processes belong to the origin: the thread goes there, makes them, and comes back. */
#define _GNU_SOURCE
#include "atfork.h"
#include <errno.h>
#include <migrate.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* node/threads/processes.c; each refuses, with a message, where it cannot work. */
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

static pid_t duplicate(void)
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

pid_t fork(void)
{
	__popcorn_prepare_fork();
	pid_t child = duplicate();
	int error = errno;

	__popcorn_end_fork(child == 0);
	errno = error;
	return child;
}

/* As POSIX allows; the child has memory of its own. */
pid_t vfork(void)
{
	return duplicate();
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

/* `first` and the arguments after it up to NULL, and behind that one an environment; NULL without memory. */
static char **list_arguments(const char *first, va_list arguments, char ***environment)
{
	va_list counted;
	size_t count = 0;

	va_copy(counted, arguments);
	for (const char *next = first; next; next = va_arg(counted, char *))
		count++;
	va_end(counted);
	char **list = calloc(count + 1, sizeof *list);

	if (!list)
		return NULL;
	for (size_t i = 0; i < count; i++)
		list[i] = i ? va_arg(arguments, char *) : (char *)first;
	/* The NULL at the end. */
	if (count)
		va_arg(arguments, char *);
	if (environment)
		*environment = va_arg(arguments, char **);
	return list;
}

/* A call that succeeds does not come back. */
static int give_up(char **list)
{
	int error = list ? errno : ENOMEM;

	free(list);
	errno = error;
	return -1;
}

int execl(const char *path, const char *first, ...)
{
	va_list arguments;

	va_start(arguments, first);
	char **list = list_arguments(first, arguments, NULL);

	va_end(arguments);
	if (list)
		execv(path, list);
	return give_up(list);
}

int execlp(const char *file, const char *first, ...)
{
	va_list arguments;

	va_start(arguments, first);
	char **list = list_arguments(first, arguments, NULL);

	va_end(arguments);
	if (list)
		execvp(file, list);
	return give_up(list);
}

int execle(const char *path, const char *first, ...)
{
	va_list arguments;
	char **environment = environ;

	va_start(arguments, first);
	char **list = list_arguments(first, arguments, &environment);

	va_end(arguments);
	if (list)
		execve(path, list, environment);
	return give_up(list);
}
