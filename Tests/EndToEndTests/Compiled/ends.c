/* ends HOW: goes to another node and ends there. */
#include <migrate.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void on_signal(int number)
{
	handled++;
}

/* One signal to itself where it is, one by the process's id, which is the origin's. */
static void signals(void)
{
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	kill(getpid(), SIGUSR1);
	while (handled < 2)
		check_migrate(NULL, NULL);
	printf("handled %d\n", (int)handled);
}

static void *leave_and_end(void *unused)
{
	migrate(!current_nid(), NULL, NULL);
	pthread_exit("ended away");
}

int main(int argc, char **argv)
{
	const char *how = argv[argc - 1];
	pthread_t thread;
	void *result;

	if (!strcmp(how, "thread")) {
		pthread_create(&thread, NULL, leave_and_end, NULL);
		pthread_join(thread, &result);
		puts(result);
		return 0;
	}
	migrate(!current_nid(), NULL, NULL);
	printf("on the other node\n");
	if (!strcmp(how, "spin"))
		fflush(stdout);
	while (!strcmp(how, "spin"))
		check_migrate(NULL, NULL);
	if (!strcmp(how, "exit"))
		exit(7);
	if (!strcmp(how, "_exit"))
		_exit(8);
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "segv"))
		*(volatile int *)0 = 1;
	if (!strcmp(how, "signals"))
		signals();
	return 0;
}
