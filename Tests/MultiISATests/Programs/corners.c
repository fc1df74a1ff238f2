/* Corners of libc's contract that programs rarely come to. Prints the same as any libc's. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;

/* In another thread: the mutex and the lock are the main thread's. */
static void *wait_for(void *argument)
{
	const struct timespec *until = argument;
	int locked = pthread_mutex_timedlock(&mutex, until), read = pthread_rwlock_timedrdlock(&rwlock, until);
	int waited = sem_timedwait(&semaphore, until) ? errno : 0;

	printf("until %ld.%09ld: %s, %s, %s\n", (long)until->tv_sec, until->tv_nsec, strerror(locked), strerror(read),
	       strerror(waited));
	return NULL;
}

static void times(void)
{
	static struct timespec times[] = {{-5, 0}, {0, 1000000000}, {0, -1}, {1, 0}};
	pthread_t thread;

	sem_init(&semaphore, 0, 0);
	pthread_mutex_lock(&mutex);
	pthread_rwlock_wrlock(&rwlock);
	for (int i = 0; i < 4; i++) {
		pthread_create(&thread, NULL, wait_for, &times[i]);
		pthread_join(thread, NULL);
		printf("condition: %s\n", strerror(pthread_cond_timedwait(&condition, &mutex, &times[i])));
	}
	pthread_rwlock_unlock(&rwlock);
	pthread_mutex_unlock(&mutex);
}

static pthread_barrier_t barrier;
static _Atomic int left = 200000, serial;

static void *meet(void *argument)
{
	while (left-- > 0)
		serial += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
	return NULL;
}

/* Twice as many threads as the barrier waits for. */
static void crowd(void)
{
	pthread_t threads[4];

	pthread_barrier_init(&barrier, NULL, 2);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, meet, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&barrier);
	printf("serial: %d\n", serial);
}

static _Atomic int is_over;

static void *churn(void *argument)
{
	while (!is_over) {
		FILE *file = fopen("/dev/null", "r");

		free(malloc(100000));
		fclose(file);
	}
	return NULL;
}

static void *nothing(void *argument)
{
	return argument;
}

/* Children that use what another thread may have held when they were made. */
static void forks(void)
{
	pthread_t threads[3], own;
	int good = 0;

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, churn, NULL);
	for (int i = 0; i < 300; i++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			alarm(20);
			free(malloc(200000));
			fclose(fopen("/dev/null", "r"));
			pthread_create(&own, NULL, nothing, NULL);
			pthread_join(own, NULL);
			_exit(0);
		}
		waitpid(child, &status, 0);
		good += status == 0;
		if (status)
			break;
	}
	is_over = 1;
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("children: %d\n", good);
}

static void keep_errno(void)
{
	char *locked = malloc(300000);

	memset(locked, 1, 300000);
	mlock(locked, 4096);
	errno = ENOTTY;
	free(locked);
	printf("after free: %s\n", strerror(errno));
}

static void on_signal(int number)
{
}

static void once(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND}, now;

	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &now);
	printf("after a handler of one signal: %s\n", now.sa_handler == SIG_DFL ? "default" : "still there");
}

/* Generators side by side, one of them in memory that is aligned to nothing. */
static void generators(void)
{
	static char room[129];
	long first[3], second[3];

	srandom(7);
	for (int i = 0; i < 3; i++)
		first[i] = random();
	char *before = initstate(7, room + 1, 128);

	for (int i = 0; i < 2; i++)
		second[i] = random();
	int is_ours = setstate(before) == room + 1, goes_on = random() != second[0];

	setstate(room + 1);
	second[2] = random();
	printf("generators: %d %d %d %d\n", is_ours, goes_on, !memcmp(first, second, sizeof first),
	       initstate(1, room, 1) == NULL);
}

static pthread_key_t key;

static void on_end(void *value)
{
	printf("value of main: %s\n", (const char *)value);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1 && !strcmp(argv[1], "crowd"))
		crowd();
	else if (argc > 1)
		forks();
	else
		times();
	keep_errno();
	once();
	generators();
	pthread_key_create(&key, on_end);
	pthread_setspecific(key, "set");
	pthread_create(&thread, NULL, nothing, NULL);
	pthread_join(thread, NULL);
	fflush(stdout);
	pthread_exit(NULL);
}
