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

/* The module's words of the kernel's command line, NAME.PARAMETER=VALUE, as modprobe takes them. */
static void read_parameters(const char *path, char *parameters, size_t size)
{
	char line[4096] = "", *rest = line, *word;
	FILE *file = fopen("/proc/cmdline", "re");
	size_t used = 0;

	*parameters = 0;
	if (!file)
		return;
	if (fgets(line, sizeof(line), file))
		line[strcspn(line, "\n")] = 0;
	fclose(file);
	while ((word = strsep(&rest, " "))) {
		const char *parameter = parameter_of(path, word);
		size_t length = parameter ? strlen(parameter) : 0;

		if (!parameter || used + length + 2 > size)
			continue;
		used += snprintf(parameters + used, size - used, "%s%s", used ? " " : "", parameter);
	}
}

void modules_load_list(const char *list)
{
	FILE *file = fopen(list, "re");
	char path[256], parameters[512];

	if (!file) {
		report_error(STAGE_MODULES, "%s", list);
		return;
	}
	while (fgets(path, sizeof(path), file)) {
		path[strcspn(path, "\n")] = 0;
		if (!*path || *path == '#')
			continue;
		read_parameters(path, parameters, sizeof(parameters));
		module_load(path, parameters);
	}
	fclose(file);
}
