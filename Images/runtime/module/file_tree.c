/* nftw and ftw, as part of the program: what they call may move, and gets the program's own struct stat, from which libc's
 * differs on some ISAs. As in musl, ftw does not follow links; other than there, FTW_CHDIR is obeyed. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int visit_function(const char *, const struct stat *, int, struct FTW *);

/* A directory on the way from the root to what is visited. */
struct above {
	const struct above *above;
	dev_t device;
	ino_t inode;
};

struct walk {
	visit_function *visit;
	int flags;
	dev_t device;
	char *path;
	size_t room;
};

static int is_loop(const struct above *above, const struct stat *status)
{
	for (; above; above = above->above)
		if (above->device == status->st_dev && above->inode == status->st_ino)
			return 1;
	return 0;
}

/* FTW_D, FTW_F, ..., or -1 with errno. */
static int type_of(struct walk *w, struct stat *status)
{
	if (w->flags & FTW_PHYS ? lstat(w->path, status) : stat(w->path, status)) {
		if (!(w->flags & FTW_PHYS) && errno == ENOENT && !lstat(w->path, status))
			return FTW_SLN;
		return errno == EACCES ? FTW_NS : -1;
	}
	if (S_ISDIR(status->st_mode))
		return FTW_D;
	return S_ISLNK(status->st_mode) ? FTW_SL : FTW_F;
}

/* Puts a name behind the first `length` characters of the path. */
static int append(struct walk *w, size_t length, const char *name)
{
	size_t needed = length + strlen(name) + 2;

	if (needed > w->room) {
		char *larger = realloc(w->path, 2 * needed);

		if (!larger)
			return -1;
		w->path = larger;
		w->room = 2 * needed;
	}
	if (length && w->path[length - 1] != '/')
		w->path[length++] = '/';
	strcpy(w->path + length, name);
	return 0;
}

static int walk_from(struct walk *w, const struct above *above, struct FTW place);

static int walk_entries(struct walk *w, DIR *directory, const struct above *above, int level)
{
	size_t length = strlen(w->path);
	struct dirent *entry;
	int result = 0;

	while (!result && (errno = 0, entry = readdir(directory))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (append(w, length, entry->d_name))
			return -1;
		size_t base = strlen(w->path) - strlen(entry->d_name);

		result = walk_from(w, above, (struct FTW){ base, level });
		w->path[length] = 0;
	}
	return !result && errno ? -1 : result;
}

/* Where a callback finds itself: in the directory of what it visits. */
static int enter(struct walk *w, size_t base)
{
	char *parent;
	int result;

	if (!(w->flags & FTW_CHDIR) || !base)
		return 0;
	parent = strndup(w->path, base);
	result = parent ? chdir(parent) : -1;
	free(parent);
	return result;
}

static int call(struct walk *w, const struct stat *status, int type, struct FTW *place)
{
	int home = -1, result;

	if (w->flags & FTW_CHDIR && (home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return -1;
	result = enter(w, place->base);
	if (!result)
		result = w->visit(w->path, status, type, place);
	if (home >= 0) {
		if (fchdir(home))
			result = -1;
		close(home);
	}
	return result;
}

static int walk_from(struct walk *w, const struct above *above, struct FTW place)
{
	struct stat status;
	int type = type_of(w, &status), result;
	DIR *directory = NULL;

	if (type < 0)
		return -1;
	if (!above)
		w->device = status.st_dev;
	if (w->flags & FTW_MOUNT && type != FTW_NS && status.st_dev != w->device)
		return 0;
	if (type != FTW_D)
		return call(w, &status, type, &place);
	/* It is reported, but not walked again. */
	if (is_loop(above, &status))
		return w->flags & FTW_DEPTH ? 0 : call(w, &status, FTW_D, &place);
	directory = opendir(w->path);
	if (!directory && errno != EACCES)
		return -1;
	if (!directory)
		return call(w, &status, FTW_DNR, &place);
	struct above here = { above, status.st_dev, status.st_ino };

	result = w->flags & FTW_DEPTH ? 0 : call(w, &status, FTW_D, &place);
	if (!result)
		result = walk_entries(w, directory, &here, place.level + 1);
	closedir(directory);
	return result || !(w->flags & FTW_DEPTH) ? result : call(w, &status, FTW_DP, &place);
}

/* So many descriptors as there are levels; a limit on them is a hint. */
int nftw(const char *path, visit_function *visit, int descriptors, int flags)
{
	struct walk w = { .visit = visit, .flags = flags };
	int result = -1;

	if (append(&w, 0, path) == 0) {
		const char *slash = strrchr(w.path, '/');

		result = walk_from(&w, NULL, (struct FTW){ slash && slash[1] ? slash + 1 - w.path : 0, 0 });
	}
	free(w.path);
	return result;
}

typedef int simple_function(const char *, const struct stat *, int);

static _Thread_local simple_function *simple;

static int visit_simply(const char *path, const struct stat *status, int type, struct FTW *place)
{
	return simple(path, status, type);
}

int ftw(const char *path, simple_function *visit, int descriptors)
{
	simple_function *before = simple;

	simple = visit;
	int result = nftw(path, visit_simply, descriptors, FTW_PHYS);

	simple = before;
	return result;
}
