/* open and stat, for programs compiled with the flags and structures of x86-64. */
#define _GNU_SOURCE
#include "arch/arch.h"
#include "stat.h"
#include <fcntl.h>
#include <stdarg.h>

static int to_program(int result, const struct stat *native, struct popcorn_program_stat *program)
{
	if (result >= 0)
		popcorn_to_program_stat(native, program);
	return result;
}

int __popcorn_stat(const char *path, struct popcorn_program_stat *to)
{
	struct stat native;

	return to_program(stat(path, &native), &native, to);
}

int __popcorn_lstat(const char *path, struct popcorn_program_stat *to)
{
	struct stat native;

	return to_program(lstat(path, &native), &native, to);
}

int __popcorn_fstat(int descriptor, struct popcorn_program_stat *to)
{
	struct stat native;

	return to_program(fstat(descriptor, &native), &native, to);
}

int __popcorn_fstatat(int directory, const char *path, struct popcorn_program_stat *to, int flags)
{
	struct stat native;

	return to_program(fstatat(directory, path, &native, flags), &native, to);
}

/* The third argument exists with O_CREAT or O_TMPFILE only; reading it otherwise gives a number that nobody uses. */
#define MODE(last) \
	({ \
		va_list arguments; \
		va_start(arguments, last); \
		mode_t mode = va_arg(arguments, mode_t); \
		va_end(arguments); \
		mode; \
	})

int __popcorn_open(const char *path, int flags, ...)
{
	mode_t mode = MODE(flags);

	return open(path, popcorn_native_open_flags(flags), mode);
}

int __popcorn_openat(int directory, const char *path, int flags, ...)
{
	mode_t mode = MODE(flags);

	return openat(directory, path, popcorn_native_open_flags(flags), mode);
}

int __popcorn_creat(const char *path, mode_t mode)
{
	return creat(path, mode);
}

int __popcorn_fcntl(int descriptor, int command, ...)
{
	va_list arguments;

	va_start(arguments, command);
	unsigned long argument = va_arg(arguments, unsigned long);

	va_end(arguments);
	if (command == F_SETFL)
		argument = popcorn_native_open_flags(argument);
	int result = fcntl(descriptor, command, argument);

	return command == F_GETFL && result >= 0 ? popcorn_program_open_flags(result) : result;
}

/* Old binaries' names for the same functions. */
#define SAME(name, old) extern __typeof__(name) old __attribute__((alias(#name)))

SAME(__popcorn_stat, __popcorn_stat64);
SAME(__popcorn_lstat, __popcorn_lstat64);
SAME(__popcorn_fstat, __popcorn_fstat64);
SAME(__popcorn_fstatat, __popcorn_fstatat64);
SAME(__popcorn_open, __popcorn_open64);
SAME(__popcorn_openat, __popcorn_openat64);
SAME(__popcorn_creat, __popcorn_creat64);
