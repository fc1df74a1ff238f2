/* Threads that are cancelled at each kind of cancellation point, named, bound to processors, and signalled. With an argument,
 * each goes to that node first. */
#define _GNU_SOURCE
#include "migrate.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_key_t key;
static pthread_t sleeper;
static sem_t ready, never;
static int ends[2], target = -1;
static atomic_int is_disabled, may_go_on, signalled, has_signalled;

static void say(void *what)
{
	printf("%s ", (char *)what);
}

static void unlock(void *unused)
{
	printf("holds %d ", pthread_mutex_trylock(&mutex) == EBUSY);
	pthread_mutex_unlock(&mutex);
}

static void at_condition(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, NULL);
	for (;;)
		pthread_cond_wait(&condition, &mutex);
	pthread_cleanup_pop(1);
}

static void at_semaphore(void)
{
	sem_wait(&never);
}

static void at_read(void)
{
	char byte;

	read(ends[0], &byte, 1);
}

static void at_poll(void)
{
	struct pollfd one = {ends[0], POLLIN, 0};

	poll(&one, 1, -1);
}

static void at_sleep(void)
{
	sleep(1000000);
}

static void at_join(void)
{
	pthread_join(sleeper, NULL);
}

static void in_loop(void)
{
	for (;;)
		pthread_testcancel();
}

/* Not before it is enabled again. */
static void disabled(void)
{
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	printf("was %s ", before == PTHREAD_CANCEL_ENABLE ? "enabled" : "disabled");
	is_disabled = 1;
	while (!may_go_on)
		sched_yield();
	pthread_testcancel();
	printf("went on ");
	pthread_setcancelstate(before, NULL);
	pthread_testcancel();
}

static void *run(void *body)
{
	if (target >= 0)
		migrate(target, NULL, NULL);
	if (target >= 0 && current_nid() != target)
		printf("has not moved ");
	pthread_setspecific(key, "value ");
	pthread_cleanup_push(say, "outer");
	pthread_cleanup_push(say, "inner");
	sem_post(&ready);
	((void (*)(void))body)();
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(1);
	return NULL;
}

static void cancel(const char *name, void (*body)(void), int is_late)
{
	struct timespec moment = {0, 30000000};
	pthread_t thread;
	void *result;

	printf("%s: ", name);
	fflush(stdout);
	may_go_on = is_disabled = 0;
	pthread_create(&thread, NULL, run, (void *)body);
	sem_wait(&ready);
	if (is_late)
		nanosleep(&moment, NULL);
	if (body == disabled)
		while (!is_disabled)
			sched_yield();
	pthread_cancel(thread);
	may_go_on = 1;
	pthread_join(thread, &result);
	printf("%s\n", result == PTHREAD_CANCELED ? "cancelled" : "ended");
}

static void handle(int number)
{
	signalled = number;
}

/* As the kernel knows it, on the node where the thread is. */
static void prctl_name(char *name)
{
	prctl(PR_GET_NAME, name);
}

static void *be_named(void *unused)
{
	char name[16], line[64] = "";
	cpu_set_t set;

	if (target >= 0)
		migrate(target, NULL, NULL);
	pthread_setname_np(pthread_self(), "worker-7");
	pthread_getname_np(pthread_self(), name, sizeof name);
	prctl_name(line);
	printf("name: %s, %s", name, line);
	migrate(!current_nid(), NULL, NULL);
	prctl_name(line);
	printf(", %s", line);
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	printf(", affinity %d", pthread_setaffinity_np(pthread_self(), sizeof set, &set));
	migrate(!current_nid(), NULL, NULL);
	CPU_ZERO(&set);
	pthread_getaffinity_np(pthread_self(), sizeof set, &set);
	printf(" %d", CPU_COUNT(&set));
	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof set, &set);
	printf(" %d\n", CPU_COUNT(&set));
	CPU_ZERO(&set);
	printf("errors: %d", pthread_setaffinity_np(pthread_self(), sizeof set, &set) == EINVAL);
	printf(" %d", pthread_setname_np(pthread_self(), "a name of more than 15") == ERANGE);
	printf(" %d\n", pthread_getname_np(pthread_self(), name, 8) == ERANGE);
	sem_post(&ready);
	while (!has_signalled)
		sched_yield();
	return NULL;
}

static void test_alternate_stack(void)
{
	static char memory[8192];
	stack_t one = {.ss_sp = memory, .ss_size = sizeof memory}, other;

	printf("stack: %d", sigaltstack(NULL, &other) == 0 && other.ss_flags == SS_DISABLE);
	printf(" %d", sigaltstack(&one, NULL));
	printf(" %d", sigaltstack(NULL, &other) == 0 && other.ss_sp == memory && other.ss_size == sizeof memory &&
			      !other.ss_flags);
	one.ss_size = 100;
	printf(" %d", sigaltstack(&one, NULL) < 0 && errno == ENOMEM);
	one.ss_flags = 77;
	printf(" %d", sigaltstack(&one, NULL) < 0 && errno == EINVAL);
	one.ss_flags = SS_DISABLE;
	printf(" %d\n", sigaltstack(&one, &other) == 0 && other.ss_sp == memory);
}

int main(int argc, char **argv)
{
	pthread_t named;

	if (argc > 1)
		target = atoi(argv[1]);
	setvbuf(stdout, NULL, _IOLBF, 4096);
	sem_init(&ready, 0, 0);
	sem_init(&never, 0, 0);
	pipe(ends);
	pthread_key_create(&key, say);
	pthread_create(&sleeper, NULL, run, (void *)at_sleep);
	sem_wait(&ready);
	for (int is_late = 0; is_late < 2; is_late++) {
		cancel("condition", at_condition, is_late);
		cancel("semaphore", at_semaphore, is_late);
		cancel("read", at_read, is_late);
		cancel("poll", at_poll, is_late);
		cancel("sleep", at_sleep, is_late);
		cancel("join", at_join, is_late);
		cancel("loop", in_loop, is_late);
		cancel("disabled", disabled, is_late);
	}
	signal(SIGUSR1, handle);
	pthread_create(&named, NULL, be_named, NULL);
	sem_wait(&ready);
	printf("kill: %d", pthread_kill(named, SIGUSR1));
	while (!signalled)
		sched_yield();
	has_signalled = 1;
	pthread_join(named, NULL);
	printf(" %d\n", signalled == SIGUSR1);
	test_alternate_stack();
	return 0;
}
