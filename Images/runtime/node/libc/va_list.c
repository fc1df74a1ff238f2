/* libc's functions with a va_list, for the program's va_list and its long double, which is double. */
#define _GNU_SOURCE
#include "arch/arch.h"
#include "formats.h"
#include <alloca.h>
#include <err.h>
#include <stdio.h>
#include <syslog.h>
#include <wchar.h>

#define WITH_NATIVE(list) \
	va_list native; \
	popcorn_native_va_list(&native, list)

/* In the function's own stack, since libc reads the format until the function ends. */
#define WITH_DOUBLE(format, scans) \
	size_t copy_size = popcorn_format_size(format, sizeof *(format), scans); \
	if (copy_size) \
	format = popcorn_copy_format(alloca(copy_size), format, sizeof *(format), scans)

int __popcorn_vprintf(const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	return vprintf(format, native);
}

int __popcorn_vfprintf(FILE *file, const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	return vfprintf(file, format, native);
}

int __popcorn_vsprintf(char *to, const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	return vsprintf(to, format, native);
}

int __popcorn_vsnprintf(char *to, size_t size, const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	return vsnprintf(to, size, format, native);
}

int __popcorn_vdprintf(int descriptor, const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	return vdprintf(descriptor, format, native);
}

int __popcorn_vasprintf(char **to, const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	return vasprintf(to, format, native);
}

int __popcorn_vscanf(const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, true);
	return vscanf(format, native);
}

int __popcorn_vfscanf(FILE *file, const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, true);
	return vfscanf(file, format, native);
}

int __popcorn_vsscanf(const char *from, const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, true);
	return vsscanf(from, format, native);
}

int __popcorn_vwprintf(const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	return vwprintf(format, native);
}

int __popcorn_vfwprintf(FILE *file, const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	return vfwprintf(file, format, native);
}

int __popcorn_vswprintf(wchar_t *to, size_t size, const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	return vswprintf(to, size, format, native);
}

int __popcorn_vwscanf(const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, true);
	return vwscanf(format, native);
}

int __popcorn_vfwscanf(FILE *file, const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, true);
	return vfwscanf(file, format, native);
}

int __popcorn_vswscanf(const wchar_t *from, const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, true);
	return vswscanf(from, format, native);
}

void __popcorn_verr(int status, const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	verr(status, format, native);
}

void __popcorn_verrx(int status, const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	verrx(status, format, native);
}

void __popcorn_vwarn(const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	vwarn(format, native);
}

void __popcorn_vwarnx(const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	vwarnx(format, native);
}

void __popcorn_vsyslog(int priority, const char *format, void *list)
{
	WITH_NATIVE(list);
	WITH_DOUBLE(format, false);
	vsyslog(priority, format, native);
}
