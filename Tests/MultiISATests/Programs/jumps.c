/* setjmp and longjmp, with hops anywhere between the two: prints what a plain compilation prints. */
#include <alloca.h>
#include <errno.h>
#include <migrate.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static jmp_buf outer;
static sigjmp_buf escape;
static int passed;

struct state {
	char name[24];
	double weights[4];
	jmp_buf *catcher;
};

/* Deep frames between setjmp and longjmp, and hops while they are there. */
__attribute__((noinline)) static int dig(int depth, jmp_buf to)
{
	volatile char ballast[40];

	memset((char *)ballast, depth, sizeof ballast);
	migrate(!current_nid(), NULL, NULL);
	if (depth == 0)
		longjmp(to, 42);
	return dig(depth - 1, to) + ballast[7];
}

static void values_survive(int argc)
{
	jmp_buf here;
	int count = argc * 3, table[6];
	double ratio = argc / 4.0;
	volatile int tries = 0;
	struct state state = {.name = "unchanged", .weights = {1.5, ratio, -2, 8}};

	for (int i = 0; i < 6; i++)
		table[i] = i * count;
	int result = setjmp(here);

	tries = tries + 1;
	migrate(!current_nid(), NULL, NULL);
	printf("setjmp %d, try %d: %d %.3f %s %.2f %d\n", result, tries, count, ratio, state.name,
	       state.weights[1] + state.weights[3], table[4] + table[5]);
	if (tries < 4)
		dig(tries * 5, here);
}

/* Jumps through functions that have a setjmp of their own, with values of their own. */
static int nested(int level)
{
	jmp_buf here, *before = (jmp_buf *)malloc(sizeof(jmp_buf));
	volatile int sum = 0;
	int code;

	memcpy(before, outer, sizeof outer);
	if ((code = setjmp(here)) == 0) {
		memcpy(outer, here, sizeof here);
		if (level < 6)
			sum = nested(level + 1);
		migrate(!current_nid(), NULL, NULL);
		longjmp(outer, 100 + level);
	}
	memcpy(outer, before, sizeof outer);
	free(before);
	printf("level %d caught %d\n", level, code);
	return sum + code;
}

/* A loop that sets the place anew each time, as interpreters do. */
static int interpreter(const char *program)
{
	int total = 0;

	for (const char *p = program; *p; p++) {
		jmp_buf catcher;
		volatile int cost = 1;

		switch (setjmp(catcher)) {
		case 0:
			if (*p == '!')
				dig(p - program, catcher);
			if (*p == '?')
				longjmp(catcher, 0);
			break;
		case 1:
			cost = 10;
			break;
		default:
			cost = 100;
		}
		total += cost;
	}
	return total;
}

/* Frames that grow: what was allocated after setjmp is gone, what was before is not. */
static void growing(int n)
{
	char words[n], *more = alloca(n * 2);
	jmp_buf here;
	volatile int round = 0;

	memset(words, 'w', n - 1);
	words[n - 1] = 0;
	strcpy(more, "more");
	if (setjmp(here) < 3) {
		char lost[round * 100 + 10];

		memset(lost, round, sizeof lost);
		round = round + 1;
		migrate(!current_nid(), NULL, NULL);
		longjmp(here, round);
	}
	printf("%s %s %d\n", words, more, round);
}

static int compare(const void *a, const void *b)
{
	if (++passed == 5)
		longjmp(outer, passed);
	return *(const int *)a - *(const int *)b;
}

static void out_of_a_callback(void)
{
	int numbers[] = {5, 3, 9, 1, 7, 2, 8};
	int code = setjmp(outer);

	if (code == 0)
		qsort(numbers, 7, sizeof *numbers, compare);
	printf("out of a comparison: %d\n", code);
}

static void on_signal(int number)
{
	siglongjmp(escape, number);
}

static int is_blocked(int number)
{
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	return sigismember(&mask, number);
}

static void out_of_a_handler(int saves_mask)
{
	signal(SIGUSR1, on_signal);
	int code = sigsetjmp(escape, saves_mask);

	if (code == 0) {
		migrate(!current_nid(), NULL, NULL);
		raise(SIGUSR1);
	}
	printf("out of a handler: %d, blocked %d\n", code == SIGUSR1, is_blocked(SIGUSR1));
	migrate(!current_nid(), NULL, NULL);
	printf("hops go on\n");
}

/* A child has memory of its own to jump in. */
static void in_a_child(void)
{
	int status = 0, code = setjmp(outer);

	if (code) {
		passed += 1000;
		_exit(code);
	}
	migrate(!current_nid(), NULL, NULL);
	pid_t child = fork();

	if (child == 0)
		dig(7, outer);
	migrate(!current_nid(), NULL, NULL);
	waitpid(child, &status, 0);
	printf("a child jumped: %d, here %d\n", WEXITSTATUS(status), passed);
}

static void errors(void)
{
	jmp_buf here;

	errno = 77;
	if (!setjmp(here))
		longjmp(here, -5);
	printf("errno %d\n", errno);
}

static void mark_from_handler(int number)
{
	if (setjmp(outer))
		exit(3);
}

static void *jump_from_thread(void *unused)
{
	longjmp(outer, 1);
}

/* Undefined in C; here it ends with a message. */
static int impossible(const char *kind)
{
	memset(outer, 0, sizeof outer);
	if (!strcmp(kind, "thread") && !setjmp(outer)) {
		pthread_t thread;

		pthread_create(&thread, NULL, jump_from_thread, NULL);
		pthread_join(thread, NULL);
	}
	if (!strcmp(kind, "callback")) {
		signal(SIGUSR1, mark_from_handler);
		raise(SIGUSR1);
	}
	longjmp(outer, 1);
}

int main(int argc, char **argv)
{
	values_survive(argc);
	printf("sum %d\n", nested(0));
	printf("total %d\n", interpreter("ab!c?d!e!f??"));
	growing(argc * 8);
	out_of_a_callback();
	out_of_a_handler(1);
	fflush(stdout);
	in_a_child();
	errors();
	return argc > 1 ? impossible(argv[1]) : 0;
}
