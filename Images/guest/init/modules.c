/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool module_load(const char *path, const char *parameters)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	bool loaded;

	if (file < 0) {
		report_error(STAGE_MODULES, "%s", path);
		return false;
	}
	/* The parameters never are a command line, so the lab's secret shows in no process list. */
	loaded = !syscall(SYS_finit_module, file, parameters, 0) || errno == EEXIST;
	if (!loaded)
		report_error(STAGE_MODULES, "insmod %s", path);
	close(file);
	return loaded;
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
