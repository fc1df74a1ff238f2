/* libc: what is compiled into the program, and what hides state. */
#include "torture.h"
#include <errno.h>
#include <search.h>
#include <time.h>

static uint64_t visited;

static int by_text(const void *a, const void *b)
{
	HOP();
	return strcmp(a, b);
}

static void visit(const void *node, VISIT order, int depth)
{
	(void)depth;
	if (order == postorder || order == leaf) {
		HOP();
		visited = visited * 31 + **(const char *const *)node;
	}
}

static void leave_alone(void *key)
{
	(void)key;
}

/* Which numbers there are is libc's own; the same seed must give the same ones. */
NOINLINE static void sequences(unsigned seed)
{
	int first[10];

	srand(seed);
	for (int i = 0; i < 10; i++) {
		HOP();
		first[i] = rand();
	}
	srand(seed);
	for (int i = 0; i < 10; i++) {
		HOP();
		mix(rand() == first[i]);
	}
}

void library(void)
{
	char text[] = "one, two;three  four", *word;
	static const char *const words[] = { "pear", "apple", "fig", "plum", "cherry", "date", "apple" };
	void *tree = NULL;

	for (word = strtok(text, " ,;"); word; word = strtok(NULL, " ,;")) {
		HOP();
		mix(strlen(word) * 7 + word[0]);
	}
	sequences(pick(1000));
	srand48(pick(1000));
	mix(lrand48() ^ mrand48());
	for (int i = 0; i < 7; i++)
		mix(**(const char *const *)tsearch(words[i], &tree, by_text));
	mix(!!tfind("fig", &tree, by_text) + 2 * !!tfind("kiwi", &tree, by_text));
	tdelete("plum", &tree, by_text);
	twalk(tree, visit);
	mix(visited);
	tdestroy(tree, leave_alone);
	hcreate(10);
	for (int i = 0; i < 7; i++)
		hsearch((ENTRY){ (char *)words[i], (void *)(intptr_t)i }, ENTER);
	HOP();
	mix((intptr_t)hsearch((ENTRY){ "cherry", NULL }, FIND)->data);
	hdestroy();
	setenv("TORTURE", "before", 1);
	HOP();
	mix(strlen(getenv("TORTURE")));
	unsetenv("TORTURE");
	mix(!getenv("TORTURE"));
	errno = 33;
	HOP();
	mix(errno);
	mix(strtol("12 monkeys", NULL, 10) + errno);
	time_t when = pick(1000000000);
	struct tm *tm = gmtime(&when);

	HOP();
	mix(tm->tm_year * 400 + tm->tm_yday);
	char *date = asctime(tm);

	HOP();
	mix(date[4] + date[8]);
}
