/* File trees, walked by callbacks that move; then another program takes over. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <migrate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *stop = "none";

static int visit(const char *path, const struct stat *status, int type, struct FTW *place)
{
	migrate(!current_nid(), NULL, NULL);
	printf("%s type %d mode %o size %ld links %d, %s at level %d\n", path, type, status->st_mode,
	       S_ISREG(status->st_mode) ? (long)status->st_size : 0L, S_ISREG(status->st_mode) ? (int)status->st_nlink : 0,
	       path + place->base, place->level);
	return strstr(path, stop) ? 42 : 0;
}

/* With FTW_CHDIR: what is visited is in the working directory. */
static int visit_there(const char *path, const struct stat *status, int type, struct FTW *place)
{
	struct stat again;

	printf("%s %d\n", path, lstat(path + place->base, &again) == 0 && again.st_ino == status->st_ino);
	return 0;
}

static int visit_simply(const char *path, const struct stat *status, int type)
{
	migrate(!current_nid(), NULL, NULL);
	printf("%s %d %o\n", path, type, status->st_mode);
	return 0;
}

static void make_tree(void)
{
	char root[] = "/tmp/tree-XXXXXX";

	umask(022);
	if (!mkdtemp(root) || chdir(root))
		exit(1);
	mkdir("t", 0755);
	mkdir("t/a", 0755);
	mkdir("t/a/b", 0700);
	mkdir("t/a/b/c", 0755);
	dprintf(open("t/a/file", O_WRONLY | O_CREAT, 0644), "some words");
	link("t/a/file", "t/a/b/linked");
	symlink("../a", "t/other");
	symlink("nowhere", "t/dangling");
	symlink(".", "t/self");
}

static int remove_it(const char *path, const struct stat *status, int type, struct FTW *place)
{
	return remove(path);
}

int main(int argc, char **argv)
{
	static const int flags[] = {0, FTW_PHYS, FTW_DEPTH, FTW_MOUNT | FTW_PHYS | FTW_DEPTH};

	make_tree();
	for (int i = 0; i < 4; i++)
		printf("flags %d: %d\n", flags[i], nftw("t", visit, 20, flags[i]));
	if (argc > 1)
		printf("chdir: %d\n", nftw("t/a", visit_there, 20, FTW_CHDIR | FTW_PHYS));
	stop = "linked";
	printf("stopped: %d\n", nftw("t//", visit, 20, FTW_PHYS));
	printf("ftw: %d\n", ftw("t", visit_simply, 5));
	printf("nowhere: %d\n", nftw("nowhere", visit, 5, 0));
	printf("removed: %d, gone: %d\n", nftw("t", remove_it, 5, FTW_DEPTH | FTW_PHYS), access("t", F_OK));
	char root[100];

	if (getcwd(root, sizeof root))
		rmdir(root);
	fflush(stdout);
	migrate(!current_nid(), NULL, NULL);
	printf("no program: %d %d\n", execl("/none", "none", NULL), execle("/none", NULL, NULL, (char *[]){NULL}));
	fflush(stdout);
	char *environment[] = {"VARIABLE=of the new program", NULL};

	if (argc > 1)
		execle("/bin/sh", "sh", "-c", "echo $VARIABLE", NULL, environment);
	execlp("echo", "echo", "another", "program", NULL);
	return 1;
}
