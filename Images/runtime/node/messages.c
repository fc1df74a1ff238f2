/* What the runtime says to the user, on stderr. */
#include "runtime.h"
#include "calls/system_calls.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *format, va_list arguments)
{
	char line[1024];
	int length = snprintf(line, sizeof line, "popcorn: ");

	length += vsnprintf(line + length, sizeof line - length - 1, format, arguments);
	if (length > (int)sizeof line - 2)
		length = sizeof line - 2;
	line[length++] = '\n';
	/* Not through stderr's FILE: the message may be about it. */
	popcorn_local_call(SYS_write, STDERR_FILENO, line, length);
}

void popcorn_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void popcorn_die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	/* sysexits.h: EX_SOFTWARE. */
	_exit(70);
}
