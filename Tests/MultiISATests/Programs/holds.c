/* Where a thread stays although it was asked to move, each place by another reason. InspectTests knows the lines. */
#include <dirent.h>
#include <migrate.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile int caught;

__attribute__((noinline)) static int brief(int x)
{
	return x * 3 + 1;
}

__attribute__((noinline)) static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void handler(int signal)
{
	caught = signal;
}

__attribute__((noinline)) static int list(const char *path)
{
	struct dirent **names;

	return scandir(path, &names, visible, NULL);
}

__attribute__((noinline)) static int look(void)
{
	return uselocale(NULL) != NULL;
}

__attribute__((noinline)) static unsigned spin(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		caught += i;
	return caught;
}

int main(int argc, char **argv)
{
	signal(SIGUSR1, handler);
	migrate(0, NULL, NULL);
	printf("%d %d %d %u\n", brief(argc), list(argv[argc - 1]), look(), spin(argc));
	qsort(argv, 0, sizeof *argv, (int (*)(const void *, const void *))brief);
	return 0;
}
