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

void modules_load_list(const char *list)
{
	FILE *file = fopen(list, "re");
	char path[256];

	if (!file) {
		report_error(STAGE_MODULES, "%s", list);
		return;
	}
	while (fgets(path, sizeof(path), file)) {
		path[strcspn(path, "\n")] = 0;
		if (*path && *path != '#')
			module_load(path, "");
	}
	fclose(file);
}
