/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool module_insert(const char *path, const char *parameters)
{
	int file = open(path, O_RDONLY | O_CLOEXEC), error;
	bool loaded;

	if (file < 0)
		return false;
	/* The parameters never are a command line, so the lab's secret shows in no process list. */
	loaded = !syscall(SYS_finit_module, file, parameters, 0) || errno == EEXIST;
	error = errno;
	close(file);
	errno = error;
	return loaded;
}

bool module_load(const char *path, const char *parameters)
{
	if (module_insert(path, parameters))
		return true;
	report_error(STAGE_MODULES, "insmod %s", path);
	return false;
}

/* The kernel takes '-' and '_' in names of modules for the same. */
static bool same_letter(char a, char b)
{
	return (a == '-' ? '_' : a) == (b == '-' ? '_' : b);
}

/* What follows "NAME." in @word, if that is the module at @path; else NULL. */
static const char *parameter_of(const char *path, const char *word)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (; *name && *name != '.'; name++, word++)
		if (!same_letter(*name, *word))
			return NULL;
	return *word == '.' ? word + 1 : NULL;
}

static void read_command_line(char *line, size_t size)
{
	FILE *file = fopen("/proc/cmdline", "re");

	*line = 0;
	if (!file)
		return;
	if (fgets(line, (int)size, file))
		line[strcspn(line, "\n")] = 0;
	fclose(file);
}

/* The module's words of the kernel's command line, NAME.PARAMETER=VALUE, as modprobe takes them. */
static void find_parameters(const char *path, const char *line, char *parameters, size_t size)
{
	size_t used = 0, length;

	*parameters = 0;
	for (const char *word = line; *word; word += length + (word[length] == ' ')) {
		const char *parameter = parameter_of(path, word);

		length = strcspn(word, " ");
		if (!parameter || used + length + 2 > size)
			continue;
		used += snprintf(parameters + used, size - used, "%s%.*s", used ? " " : "",
				 (int)(word + length - parameter), parameter);
	}
}

void modules_load_list(const char *list)
{
	FILE *file = fopen(list, "re");
	char path[256], parameters[512], line[4096];

	if (!file) {
		report_error(STAGE_MODULES, "%s", list);
		return;
	}
	read_command_line(line, sizeof(line));
	while (fgets(path, sizeof(path), file)) {
		path[strcspn(path, "\n")] = 0;
		if (!*path || *path == '#')
			continue;
		find_parameters(path, line, parameters, sizeof(parameters));
		module_load(path, parameters);
	}
	fclose(file);
}
