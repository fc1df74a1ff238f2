// SPDX-License-Identifier: MIT
/*
 * What is rare in a process's life, and what no program of popcorn-cc does:
 * `edges fork`		a child, born while a thread is away, has nothing to do with it
 * `edges late`		regions added when there is a worker already
 * `edges discard`	contents given up at home; what other nodes have stays
 * `edges unload`	asks to unload msg_socket and to load it again, and lives on at home meanwhile
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "raw.h"

#define PAGE      4096
#define LATE_BASE (SHARED_BASE + (1ull << 32))

struct shared {
	uint32_t wrong; /* raw.c */
	_Atomic uint32_t flag;
	uint64_t pad[511];
	struct {
		uint64_t word[PAGE / 8];
	} page[4];
};

#define shared ((struct shared *)SHARED_BASE)

enum {
	LEAVE_AND_WAIT,
	WAIT,
	LATE,
	LATE_THERE,
	LATE_HOME,
	DISCARD,
	TAKE,
	GIVE_UP,
	LOOK,
	ALONE,
	TOGETHER
};

/* The flag counts: 1 the thread is away, 2 it shall end. */
static void await_flag(uint32_t value)
{
	while (atomic_load(&shared->flag) < value)
		usleep(1000);
}

static struct next leave_and_wait(uint64_t argument)
{
	return hop(next_node(), WAIT, argument);
}

/* With an argument: also uses a region that came meanwhile. */
static struct next wait_there(uint64_t argument)
{
	check("hop", hop_status, 0);
	atomic_store(&shared->flag, 1);
	await_flag(2);
	if (argument) {
		map_new_regions();
		check("late word", *(uint64_t *)LATE_BASE, argument);
		*(uint64_t *)LATE_BASE = argument + 1;
	}
	return end_thread(9);
}

static void *run_away(void *argument)
{
	return (void *)(uintptr_t)travel(LEAVE_AND_WAIT, (uintptr_t)argument);
}

static pthread_t send_away(uint64_t argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_away, (void *)(uintptr_t)argument))
		exit(71);
	await_flag(1);
	return thread;
}

static void join_away(pthread_t thread)
{
	void *status;

	atomic_store(&shared->flag, 2);
	pthread_join(thread, &status);
	check("thread", (uintptr_t)status, 9);
}

/* Exits with what went wrong. The inherited file and regions are not the child's. */
static void be_child(int pipe_out)
{
	struct popcorn_step step = { .action = POPCORN_STEP_LEAVE, .node = next_node() };
	struct popcorn_create again = { .move_signal = 35 };
	int own = open("/dev/popcorn", O_RDWR | O_CLOEXEC);

	if (!ioctl(device, POPCORN_IOC_STEP, &step) || errno != EINVAL)
		_exit(1);
	if (!ioctl(device, POPCORN_IOC_CREATE, &again) || errno != EBUSY)
		_exit(2);
	if (write(pipe_out, (void *)SHARED_BASE, 1) >= 0 || errno != EFAULT)
		_exit(3);
	if (ioctl(own, POPCORN_IOC_CREATE, &again))
		_exit(4);
	_exit(0);
}

static int test_fork(void)
{
	pthread_t away = send_away(0);
	int ends[2], status;
	pid_t child;

	if (pipe(ends))
		return 71;
	child = fork();
	if (!child)
		be_child(ends[1]);
	waitpid(child, &status, 0);
	check("child", status, 0);
	join_away(away);
	return wrong_checks() != 0;
}

/* A region that comes while a thread is away, and one that comes between hops. */
static int test_late(void)
{
	pthread_t away = send_away(77);

	add_region(LATE_BASE, 1 << 16);
	*(uint64_t *)LATE_BASE = 77;
	join_away(away);
	check("answer", *(uint64_t *)LATE_BASE, 78);
	return travel(LATE, LATE_BASE + (1 << 20));
}

static struct next late(uint64_t argument)
{
	add_region(argument, 1 << 16);
	*(uint64_t *)argument = argument;
	return hop(next_node(), LATE_THERE, argument);
}

static struct next late_there(uint64_t argument)
{
	check("hop", hop_status, 0);
	check("late", *(uint64_t *)argument, argument);
	*(uint64_t *)(argument + PAGE) = 5;
	return hop(origin, LATE_HOME, argument);
}

static struct next late_home(uint64_t argument)
{
	check("late page", *(uint64_t *)(argument + PAGE), 5);
	return report();
}

static int discard(uint64_t address, uint64_t size)
{
	return ioctl(device, POPCORN_IOC_DISCARD, &(struct popcorn_range){ address, size }) ?
		       -errno :
		       0;
}

static struct next start_discard(uint64_t argument)
{
	int i;

	for (i = 0; i < 4; i++)
		shared->page[i].word[0] = i + 1;
	return hop(next_node(), TAKE, argument);
}

/* This node gets a copy of page 2 and becomes owner of page 3. */
static struct next take(uint64_t argument)
{
	check("hop", hop_status, 0);
	check("elsewhere", discard((uintptr_t)shared->page, PAGE), -EINVAL);
	check("copy", shared->page[2].word[0], 3);
	shared->page[3].word[0] = 40;
	return hop(origin, GIVE_UP, argument);
}

static struct next give_up(uint64_t argument)
{
	uint64_t first = (uintptr_t)shared->page;

	check("unaligned", discard(first + 8, PAGE), -EINVAL);
	check("no region", discard(SHARED_BASE - PAGE, PAGE), -EINVAL);
	check("beyond", discard(SHARED_BASE, 1ull << 30), -EINVAL);
	check("discard", discard(first, 4 * PAGE), 0);
	check("given up", shared->page[0].word[0], 0);
	check("copy stays", shared->page[2].word[0], 3);
	check("owned stays", shared->page[3].word[0], 40);
	return hop(next_node(), LOOK, argument);
}

static struct next look(uint64_t argument)
{
	(void)argument;
	check("given up", shared->page[0].word[0], 0);
	check("given up untouched", shared->page[1].word[0], 0);
	check("copy", shared->page[2].word[0], 3);
	check("owned", shared->page[3].word[0], 40);
	return report();
}

/* Until the next node is connected, or there is no message layer. */
static void await_message_layer(bool loaded)
{
	struct pollfd peers = { open("/proc/popcorn_peers", O_RDONLY | O_CLOEXEC), POLLPRI, 0 };
	struct popcorn_info info;

	while (!ioctl(device, POPCORN_IOC_INFO, &info) &&
	       (loaded ? !(info.up >> next_node() & 1) : info.self >= 0))
		poll(&peers, 1, -1);
}

static struct next alone(uint64_t tried)
{
	if (!tried) {
		say("unload\n");
		await_message_layer(false);
		shared->page[0].word[0] = 11;
		return hop(next_node(), ALONE, 1);
	}
	check("hop", hop_status, -EINVAL);
	say("load\n");
	await_message_layer(true);
	shared->page[1].word[0] = shared->page[0].word[0] + 1;
	return hop(next_node(), TOGETHER, 0);
}

static struct next together(uint64_t argument)
{
	check("hop", hop_status, 0);
	check("page", shared->page[0].word[0], 11);
	check("later page", shared->page[1].word[0], 12);
	return argument ? report() : hop(origin, TOGETHER, 1);
}

const state_function states[] = {
	[LEAVE_AND_WAIT] = leave_and_wait,
	[WAIT] = wait_there,
	[LATE] = late,
	[LATE_THERE] = late_there,
	[LATE_HOME] = late_home,
	[DISCARD] = start_discard,
	[TAKE] = take,
	[GIVE_UP] = give_up,
	[LOOK] = look,
	[ALONE] = alone,
	[TOGETHER] = together,
};

int main(int argc, char **argv)
{
	const char *test = argc > 1 ? argv[1] : "";

	work_if_worker();
	begin(1 << 20);
	if (!strcmp(test, "fork"))
		return test_fork();
	if (!strcmp(test, "late"))
		return test_late();
	if (!strcmp(test, "discard"))
		return travel(DISCARD, 0);
	if (!strcmp(test, "unload"))
		return travel(ALONE, 0);
	return 64;
}
