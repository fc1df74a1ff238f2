/* SPDX-License-Identifier: MIT */
/*
 * Where the threads of all migratable processes are in this kernel: for each, a line `T: PID/TID HERE`, where HERE is
 * `origin` or `worker`, then for each of the files wchan, syscall, stack and status of /proc/PID/task/TID a line `F: NAME`
 * and its lines, each behind a blank. At the origin, the shadow of a thread that is away has its id.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_file(const char *path, const char *name)
{
	char bytes[8192];
	FILE *file = fopen(path, "re");
	size_t count = file ? fread(bytes, 1, sizeof(bytes) - 1, file) : 0;
	char *rest = bytes, *line;

	printf("F: %s\n", name);
	bytes[count] = '\0';
	while (count && (line = strsep(&rest, "\n")))
		if (*line)
			printf(" %s\n", line);
	if (!file || (!count && ferror(file)))
		printf(" (%s)\n", strerror(errno));
	if (file)
		fclose(file);
}

static void print_thread(int pid, int tid, const char *here)
{
	static const char *const names[] = { "wchan", "syscall", "stack", "status" };
	char path[64];

	printf("T: %d/%d %s\n", pid, tid, here);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, names[i]);
		print_file(path, names[i]);
	}
	/* Who reads may lose patience with the next one. */
	fflush(stdout);
}

static void print_process(int pid, const char *here)
{
	char path[64];
	DIR *directory;
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	directory = opendir(path);
	while (directory && (entry = readdir(directory)))
		if (atoi(entry->d_name) > 0)
			print_thread(pid, atoi(entry->d_name), here);
	if (directory)
		closedir(directory);
}

int main(void)
{
	FILE *ps = fopen("/proc/popcorn_ps", "re");
	char line[1024];
	int pid;

	if (!ps) {
		fprintf(stderr, "popcorn-threads: /proc/popcorn_ps: %s\n", strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), ps)) {
		if (sscanf(line, "P: %d", &pid) == 1)
			print_process(pid, "origin");
		else if (sscanf(line, "W: %d", &pid) == 1 && pid > 0)
			print_process(pid, "worker");
	}
	return 0;
}
