/* libc's functions with a va_list, for the program's va_list. */
#define _GNU_SOURCE
#include "../arch/arch.h"
#include <err.h>
#include <stdio.h>
#include <syslog.h>
#include <wchar.h>

#define WITH_NATIVE(list) \
	va_list native; \
	popcorn_native_va_list(&native, list)

int __popcorn_vprintf(const char *format, void *list)
{
	WITH_NATIVE(list);
	return vprintf(format, native);
}

int __popcorn_vfprintf(FILE *file, const char *format, void *list)
{
	WITH_NATIVE(list);
	return vfprintf(file, format, native);
}

int __popcorn_vsprintf(char *to, const char *format, void *list)
{
	WITH_NATIVE(list);
	return vsprintf(to, format, native);
}

int __popcorn_vsnprintf(char *to, size_t size, const char *format, void *list)
{
	WITH_NATIVE(list);
	return vsnprintf(to, size, format, native);
}

int __popcorn_vdprintf(int descriptor, const char *format, void *list)
{
	WITH_NATIVE(list);
	return vdprintf(descriptor, format, native);
}

int __popcorn_vasprintf(char **to, const char *format, void *list)
{
	WITH_NATIVE(list);
	return vasprintf(to, format, native);
}

int __popcorn_vscanf(const char *format, void *list)
{
	WITH_NATIVE(list);
	return vscanf(format, native);
}

int __popcorn_vfscanf(FILE *file, const char *format, void *list)
{
	WITH_NATIVE(list);
	return vfscanf(file, format, native);
}

int __popcorn_vsscanf(const char *from, const char *format, void *list)
{
	WITH_NATIVE(list);
	return vsscanf(from, format, native);
}

int __popcorn_vwprintf(const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	return vwprintf(format, native);
}

int __popcorn_vfwprintf(FILE *file, const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	return vfwprintf(file, format, native);
}

int __popcorn_vswprintf(wchar_t *to, size_t size, const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	return vswprintf(to, size, format, native);
}

int __popcorn_vwscanf(const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	return vwscanf(format, native);
}

int __popcorn_vfwscanf(FILE *file, const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	return vfwscanf(file, format, native);
}

int __popcorn_vswscanf(const wchar_t *from, const wchar_t *format, void *list)
{
	WITH_NATIVE(list);
	return vswscanf(from, format, native);
}

void __popcorn_verr(int status, const char *format, void *list)
{
	WITH_NATIVE(list);
	verr(status, format, native);
}

void __popcorn_verrx(int status, const char *format, void *list)
{
	WITH_NATIVE(list);
	verrx(status, format, native);
}

void __popcorn_vwarn(const char *format, void *list)
{
	WITH_NATIVE(list);
	vwarn(format, native);
}

void __popcorn_vwarnx(const char *format, void *list)
{
	WITH_NATIVE(list);
	vwarnx(format, native);
}

void __popcorn_vsyslog(int priority, const char *format, void *list)
{
	WITH_NATIVE(list);
	vsyslog(priority, format, native);
}
