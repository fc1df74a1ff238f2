/* Streams and directories that cannot move: while one is open, the process stays. */
#define _GNU_SOURCE
#include "runtime.h"
#include <dirent.h>
#include <stdio.h>

static void *pinned(void *opened)
{
	if (opened)
		popcorn_pin();
	return opened;
}

/* Its child process is this node's. */
FILE *__popcorn_popen(const char *command, const char *mode)
{
	return pinned(popen(command, mode));
}

int __popcorn_pclose(FILE *stream)
{
	popcorn_unpin();
	return pclose(stream);
}

DIR *__popcorn_opendir(const char *path)
{
	return pinned(opendir(path));
}

DIR *__popcorn_fdopendir(int descriptor)
{
	return pinned(fdopendir(descriptor));
}

int __popcorn_closedir(DIR *directory)
{
	popcorn_unpin();
	return closedir(directory);
}
