/* Handlers of pthread_atfork: their order, in both processes, on whatever node the thread forks; vfork calls none. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char said[200];
static int length;
static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;

static void say(const char *what, int number)
{
	length += sprintf(said + length, " %s%d", what, number);
}

#define HANDLERS(n)                                                                                                    \
	static void prepare##n(void)                                                                                   \
	{                                                                                                              \
		say("prepare", n);                                                                                     \
	}                                                                                                              \
	static void parent##n(void)                                                                                    \
	{                                                                                                              \
		say("parent", n);                                                                                      \
	}                                                                                                              \
	static void child##n(void)                                                                                     \
	{                                                                                                              \
		say("child", n);                                                                                       \
	}

HANDLERS(1)
HANDLERS(2)

static void lock(void)
{
	pthread_mutex_lock(&state);
}

static void unlock(void)
{
	pthread_mutex_unlock(&state);
}

/* Waits for a child that says how it got on by its exit code. */
static void show(const char *title, pid_t child)
{
	int status;

	waitpid(child, &status, 0);
	printf("%s, parent:%s; child %d\n", title, said, WEXITSTATUS(status));
	length = 0;
	*said = 0;
}

static void in_child(const char *title)
{
	int is_free = pthread_mutex_trylock(&state) == 0;

	printf("%s, child:%s\n", title, said);
	fflush(stdout);
	_exit(is_free ? 3 : 4);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (pthread_atfork(prepare1, parent1, child1) || pthread_atfork(NULL, NULL, NULL) ||
	    pthread_atfork(prepare2, parent2, child2) || pthread_atfork(lock, unlock, unlock))
		return 1;
	for (int i = 0; i < 2; i++) {
		pid_t child = fork();

		if (child == 0)
			in_child("fork");
		show("fork", child);
	}
	pid_t child = vfork();

	if (child == 0)
		_exit(5);
	show("vfork", child);
	return 0;
}
