/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
	[STAGE_BOOTED] = "booted", [STAGE_FABRIC] = "fabric", [STAGE_MODULES] = "modules", [STAGE_SSHD] = "sshd",
	[STAGE_JOINED] = "joined", [STAGE_PEERS] = "peers",   [STAGE_READY] = "ready",     [STAGE_DOWN] = "down",
};

/* /dev/kmsg puts a line on the console and in dmesg, with the kernel's time stamp, in one write. */
static int kmsg = -1;

/* The lab's port; what is reported before it is there waits for it. */
static int port = -1;
static char early[4096];
static size_t early_length;

void report_open(void)
{
	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
}

static bool is_port(const char *device)
{
	char path[300], name[64] = "";
	int file;

	snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", device);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	if (read(file, name, sizeof(name) - 1) < 0)
		*name = 0;
	close(file);
	name[strcspn(name, "\n")] = 0;
	return !strcmp(name, REPORT_PORT);
}

void report_connect(void)
{
	DIR *ports = opendir("/sys/class/virtio-ports");
	struct dirent *entry;
	char path[300];

	while (ports && port < 0 && (entry = readdir(ports))) {
		if (!is_port(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		port = open(path, O_WRONLY | O_CLOEXEC);
	}
	if (ports)
		closedir(ports);
	if (port >= 0 && write(port, early, early_length) < 0)
		close(port), port = -1;
}

static void tell_lab(const char *line, size_t length)
{
	if (port >= 0) {
		if (write(port, line, length) < 0)
			return; /* the console has it too */
	} else if (early_length + length <= sizeof(early)) {
		memcpy(early + early_length, line, length);
		early_length += length;
	}
}

static void emit(const char *line, size_t length)
{
	if (write(kmsg >= 0 ? kmsg : STDERR_FILENO, line, length) < 0)
		return; /* there is nobody left to tell */
}

/* KERN_WARNING: the least urgent level that a quiet boot still prints. */
#define LEVEL "<4>"

static void emit_line(const char *kind, enum stage stage, const char *separator, const char *text, int error)
{
	char line[512];
	int length;

	length = snprintf(line, sizeof(line), LEVEL "popcorn-init: %s%s%s%s%s%s\n", kind, names[stage], separator, text,
			  error ? ": " : "", error ? strerror(error) : "");
	if (length < 0)
		return;
	if ((size_t)length >= sizeof(line)) {
		length = sizeof(line) - 1;
		line[length - 1] = '\n';
	}
	/* The port first: a flooded console would make the lab wait. */
	tell_lab(line + strlen(LEVEL), length - strlen(LEVEL));
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
