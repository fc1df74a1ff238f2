/* ends HOW: goes to another node and ends there. */
#include <dirent.h>
#include <migrate.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

static int filter(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The origin handles signals while the thread is away, in callbacks of libc and out of them. */
static void storm(void)
{
	int away = current_nid(), astray = 0;

	signal(SIGUSR1, on_signal);
	pid_t child = fork();

	while (!child) {
		kill(getppid(), SIGUSR1);
		usleep(1000);
	}
	for (int round = 1; round <= 30; round++) {
		struct dirent **list;
		int count;

		migrate(away, NULL, NULL);
		astray += current_nid() != away;
		count = scandir("/", &list, filter, alphasort);
		while (count > 0)
			free(list[--count]);
		free(list);
		if (round % 4 == 0)
			migrate(!away, NULL, NULL);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	printf("%s, %d astray\n", handled > 10 ? "handled" : "unhandled", astray);
}

/* Back to a frame from the other node, out of deeper ones, out of a handler there. */
static sigjmp_buf place;

__attribute__((noinline)) static int deeper(int depth)
{
	if (depth == 0) {
		migrate(!current_nid(), NULL, NULL);
		siglongjmp(place, 5);
	}
	return deeper(depth - 1) + 1;
}

static void jump_out(int number)
{
	siglongjmp(place, 6);
}

static void jumps(void)
{
	volatile int here = current_nid(), code = sigsetjmp(place, 1);

	if (code == 0)
		deeper(20);
	printf("jumped %d, %s\n", code, here == current_nid() ? "on the same node" : "on another node");
	if (code == 5) {
		signal(SIGUSR1, jump_out);
		raise(SIGUSR1);
	}
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
	if (!strcmp(how, "storm"))
		storm();
	if (!strcmp(how, "jumps"))
		jumps();
	return 0;
}
