/* exit and its handlers, as part of the program: handlers lie in memory that moves, may move themselves, and run once. */
#include <stdlib.h>

void __popcorn_destructors(void);
_Noreturn void __popcorn_finish(int status);

struct handlers {
	struct handlers *older;
	int count;
	void (*functions[32])(void);
};

static struct handlers first, *newest = &first;
static void (*quick[32])(void);
static int quick_count;

int atexit(void (*function)(void))
{
	if (newest->count == 32) {
		struct handlers *more = calloc(1, sizeof *more);

		if (!more)
			return -1;
		more->older = newest;
		newest = more;
	}
	newest->functions[newest->count++] = function;
	return 0;
}

_Noreturn void exit(int status)
{
	/* A handler may register more. */
	while (newest) {
		while (newest->count)
			newest->functions[--newest->count]();
		if (newest == &first)
			break;
		newest = newest->older;
	}
	__popcorn_destructors();
	__popcorn_finish(status);
}

int at_quick_exit(void (*function)(void))
{
	if (quick_count == 32)
		return -1;
	quick[quick_count++] = function;
	return 0;
}

_Noreturn void quick_exit(int status)
{
	while (quick_count)
		quick[--quick_count]();
	_Exit(status);
}
