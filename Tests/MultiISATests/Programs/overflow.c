/* Overflows a stack, on the node it was started on or away from it:
 *
 *   overflow frames|chain|native|send [thread] [away] */
#include <migrate.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const char *how;
static int is_away;
static volatile unsigned sink;

/* Arrays of this size fill the shadow stack long before the native one. */
static unsigned with_arrays(unsigned depth)
{
	volatile unsigned char array[65536];

	array[depth % sizeof array] = depth;
	check_migrate(NULL, NULL);
	return with_arrays(depth + 1) + array[(depth + 1) % sizeof array];
}

/* What is in no loop and moves nothing lies on the native stack. */
static unsigned native(unsigned depth, const unsigned *before)
{
	unsigned own = depth + *before;

	sink = own;
	return depth == UINT32_MAX ? 0 : native(depth + 1, &own) + own;
}

static __attribute__((noinline)) unsigned odd(unsigned n);

static __attribute__((noinline)) unsigned even(unsigned n)
{
	check_migrate(NULL, NULL);
	return odd(n + 1);
}

static __attribute__((noinline)) unsigned odd(unsigned n)
{
	check_migrate(NULL, NULL);
	return even(n + 1);
}

static void *run(void *argument)
{
	unsigned zero = 0;

	if (is_away)
		migrate(!current_nid(), NULL, NULL);
	printf("overflows on node %d\n", current_nid());
	fflush(stdout);
	if (!strcmp(how, "frames"))
		sink = with_arrays(0);
	else if (!strcmp(how, "chain"))
		sink = even(0);
	else if (!strcmp(how, "native"))
		sink = native(0, &zero);
	else
		raise(SIGSEGV);
	printf("did not\n");
	return NULL;
}

int main(int argc, char **argv)
{
	struct rlimit none = {0};
	pthread_t thread;

	setrlimit(RLIMIT_CORE, &none);
	how = argv[1];
	is_away = argc > 2 && !strcmp(argv[argc - 1], "away");
	if (argc < 3 || strcmp(argv[2], "thread"))
		return run(NULL) != NULL;
	pthread_create(&thread, NULL, run, NULL);
	pthread_join(thread, NULL);
	return 0;
}
