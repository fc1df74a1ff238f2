/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
	[STAGE_BOOTED] = "booted",
	[STAGE_FABRIC] = "fabric",
	[STAGE_MODULES] = "modules",
	[STAGE_SSHD] = "sshd",
	[STAGE_PEERS] = "peers",
	[STAGE_READY] = "ready",
	[STAGE_DOWN] = "down",
};

/* /dev/kmsg puts a line on the console and in dmesg, with the kernel's time stamp, in one write. */
static int kmsg = -1;

void report_open(void)
{
	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
}

static void emit(const char *line, size_t length)
{
	if (write(kmsg >= 0 ? kmsg : STDERR_FILENO, line, length) < 0)
		return;		/* there is nobody left to tell */
}

/* "<4>" is KERN_WARNING: the least urgent level that a quiet boot still prints. */
static void emit_line(const char *kind, enum stage stage, const char *separator, const char *text, int error)
{
	char line[512];
	int length;

	length = snprintf(line, sizeof(line), "<4>popcorn-init: %s%s%s%s%s%s\n", kind, names[stage], separator, text,
			  error ? ": " : "", error ? strerror(error) : "");
	if (length < 0)
		return;
	if ((size_t)length >= sizeof(line)) {
		length = sizeof(line) - 1;
		line[length - 1] = '\n';
	}
	emit(line, length);
}

void report(enum stage stage, const char *format, ...)
{
	char text[384];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	emit_line("", stage, *text ? " " : "", text, 0);
}

void report_error(enum stage stage, const char *format, ...)
{
	int error = errno;
	char text[384];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	emit_line("error ", stage, ": ", text, error);
}

void report_everything(void)
{
	int file = open("/proc/sys/kernel/printk", O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return;
	if (write(file, "7\n", 2) < 0)
		report_error(STAGE_READY, "cannot raise the console's log level");
	close(file);
}
