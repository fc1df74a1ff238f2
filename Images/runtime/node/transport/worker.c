/* A process of the program at a node that is not its origin: its native threads wait for threads of the program to arrive,
 * run them while they are here, and wait again. */
#define _GNU_SOURCE
#include "arch/arch.h"
#include "place.h"
#include "moves/moves.h"
#include "transport_popcorn.h"
#include "runtime.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

/* Deep recursion needs native stack as well, which costs nothing until it is used. */
#define STACK_SIZE (UINT64_C(8) << 20)

static int own_id(void)
{
	return popcorn_local_call(SYS_gettid);
}

/* libc's idea of the calling thread's id (struct pthread of musl 1.2, pthread_impl.h). It marks the owner of a stream's
 * lock, and is what gettid returns, so it must be the one that the thread has at the origin. */
static int *libc_id(void)
{
	return (int *)((char *)pthread_self() + POPCORN_LIBC_ID);
}

/* Held while a spare thread is started. */
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;

static void *host(void *unused)
{
	/* Whoever starts it may have hidden the streams. */
	pthread_mutex_lock(&starting);
	pthread_mutex_unlock(&starting);
	struct popcorn_thread *thread = popcorn_wait_for_arrival();

	for (;;) {
		void *result = popcorn_run(thread, true);

		/* Not `thread`: that one may have left, and another have come in its place. */
		popcorn_finish_thread(__popcorn_thread, result);
		thread = popcorn_end_hosted_thread();
	}
	return NULL;
}

/* Only threads that wait for arrivals come here, one at a time: at first main, then the one that took the last spare's
 * place. */
static void start_spare_thread(bool is_first)
{
	pthread_attr_t attributes;
	pthread_t ignored;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_mutex_lock(&starting);
	popcorn_hide_streams(is_first);
	int error = pthread_create(&ignored, &attributes, host, NULL);

	popcorn_hide_streams(false);
	pthread_mutex_unlock(&starting);
	if (error)
		popcorn_die("cannot start a thread for arrivals: %s", strerror(error));
	pthread_attr_destroy(&attributes);
}

/* While it waits, requests to move are for others. */
static void block_move_signal(int how)
{
	uint64_t set = UINT64_C(1) << (POPCORN_MOVE_SIGNAL - 1);

	popcorn_local_call(SYS_rt_sigprocmask, how, &set, NULL, sizeof set);
}

/* Takes a step and becomes the thread that arrives then; NULL if the step itself failed. */
static struct popcorn_thread *step_until_arrival(struct popcorn_step *step, long *error)
{
	block_move_signal(SIG_BLOCK);
	popcorn_forget_request();
	*libc_id() = own_id();
	do
		*error = popcorn_local_call(SYS_ioctl, popcorn_place.device, POPCORN_IOC_STEP, step);
	while (*error == -EINTR);
	if (*error) {
		popcorn_recall_request();
		block_move_signal(SIG_UNBLOCK);
		return NULL;
	}
	if (!step->event.spare)
		start_spare_thread(false);
	struct popcorn_thread *thread = (struct popcorn_thread *)step->event.argument;

	*libc_id() = step->event.tid;
	popcorn_expect_request(step->event.proposed);
	block_move_signal(SIG_UNBLOCK);
	thread->hop_error = step->event.status;
	popcorn_begin_here();
	popcorn_refresh_handlers();
	return thread;
}

static struct popcorn_thread *must_arrive(struct popcorn_step step)
{
	long error;
	struct popcorn_thread *thread = step_until_arrival(&step, &error);

	if (!thread)
		popcorn_die("the kernel refused a step of a worker: %s", strerror(-error));
	return thread;
}

/* libc's first pthread_create gives all open streams a lock. That is for the program's threads, and was done at the origin,
 * where they are created; here it would bring pages that nobody needs, while a thread waits to go on. */
void popcorn_start_worker(void)
{
	start_spare_thread(true);
}

struct popcorn_thread *popcorn_wait_for_arrival(void)
{
	return must_arrive((struct popcorn_step){ .action = POPCORN_STEP_WAIT });
}

struct popcorn_thread *popcorn_end_hosted_thread(void)
{
	return must_arrive((struct popcorn_step){ .action = POPCORN_STEP_EXIT_THREAD });
}

void popcorn_end_from_afar(int status)
{
	must_arrive((struct popcorn_step){ .action = POPCORN_STEP_EXIT_PROCESS, .status = status & 0xff });
}

struct popcorn_thread *popcorn_leave_worker(struct popcorn_thread *thread, int node, int *error)
{
	struct popcorn_step step = {
		.action = POPCORN_STEP_LEAVE,
		.node = node,
		.argument = (uintptr_t)thread,
	};
	long failure;
	int id = *libc_id();
	struct popcorn_thread *next = step_until_arrival(&step, &failure);

	if (!next) {
		*libc_id() = id;
		*error = failure;
	}
	return next;
}

void popcorn_check_libc(void)
{
	if (*libc_id() != own_id())
		popcorn_die("this libc's thread descriptor is not that of musl 1.2");
}
