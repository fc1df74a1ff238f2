/* SPDX-License-Identifier: MIT */
/*
 * popcorn-migrate drive INTERVAL_MS LIMIT [SEED]: makes all threads of one process move, each from node to node in the list.
 *
 * With a seed, the targets and the times are drawn: another connected node, each as likely, and from 0 to twice INTERVAL_MS.
 * What is drawn depends on the seed, on the place of the thread in the order in which they were first seen, and on the
 * number of the move alone.
 *
 * A thread is asked again when it has moved, INTERVAL_MS after it was last asked at the earliest, until LIMIT moves
 * of it have happened or were refused (0: no limit). Prints `ready NAME`, waits for `popcorn-migrate start NAME`, and
 * when that process has ended prints `migratable=0|1 threads=N asked=N moves=N refused=N error=ERRNO`. More is asked than
 * has moved or was refused if requests had to be repeated, or were under way when the process ended.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "migrate.h"

/* A request that was overtaken by a hop of the program's own is made again after this time. */
#define AGAIN_NS INT64_C(1000000000)

struct driven {
	int tid;
	unsigned int proposals;
	unsigned int moves;
	unsigned int refused;
	bool asked;
	int target;
	struct thread before;
	int64_t asked_at; /* ns; when the program was first seen, before it is asked */
	int64_t next_at;  /* ns; when something has to be done if nothing happens */
	uint64_t random;  /* the state of its generator */
};

static struct driven *all;
static size_t known;
static int64_t interval; /* ns */
static unsigned int limit;
static int last_error;
static bool is_random;
static uint64_t seed;

/* The finalizer of MurmurHash3 over a Weyl sequence, known as SplitMix64. */
static uint64_t draw(uint64_t *state)
{
	uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);

	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

/* The time from a request to the next. */
static int64_t draw_pause(struct driven *one)
{
	return is_random && interval ? (int64_t)(draw(&one->random) % (2 * (uint64_t)interval + 1)) : interval;
}

static int listen_for_program(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(address);
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* Without a path, the kernel chooses an abstract name that is free. */
	if (server < 0 || bind(server, (struct sockaddr *)&address, sizeof(sa_family_t)) || listen(server, 1) ||
	    getsockname(server, (struct sockaddr *)&address, &size))
		fail("socket");
	printf("ready %.*s\n", (int)(size - offsetof(struct sockaddr_un, sun_path) - 1), address.sun_path + 1);
	fflush(stdout);
	return server;
}

/* Returns its pidfd. The program goes on when the connection is closed. */
static int await_program(int *pid)
{
	int server = listen_for_program(), connection, process;
	struct ucred credentials;
	socklen_t size = sizeof(credentials);

	do
		connection = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	while (connection < 0 && errno == EINTR);
	if (connection < 0 || getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &size))
		fail("the program's id");
	*pid = credentials.pid;
	process = open_process(*pid);
	if (process < 0)
		fail("the program");
	close(connection);
	close(server);
	return process;
}

static struct driven *driven(int tid)
{
	for (size_t i = 0; i < known; i++)
		if (all[i].tid == tid)
			return &all[i];
	all = realloc(all, (known + 1) * sizeof(*all));
	if (!all)
		fail("memory");
	struct driven *one = &all[known];

	*one = (struct driven){ .tid = tid, .asked_at = now(), .random = seed + ((uint64_t)known << 32) };
	one->next_at = one->asked_at + draw_pause(one);
	known++;
	return one;
}

static bool is_done(const struct driven *one)
{
	return limit && one->moves + one->refused >= limit;
}

static void finish(struct driven *one)
{
	one->asked = false;
	one->next_at = one->asked_at + draw_pause(one);
}

static void refuse(struct driven *one, int error)
{
	one->refused++;
	last_error = error;
	finish(one);
	/* Whatever refused it may take a while to go away. */
	if (one->next_at < now() + AGAIN_NS / 10)
		one->next_at = now() + AGAIN_NS / 10;
}

static void ask(struct driven *one, const struct thread *thread)
{
	int error;

	/* A request that is repeated goes where it went, for each draw belongs to one move. */
	if (!is_random)
		one->target = next_node(thread->node);
	else if (!one->asked)
		one->target = other_node(thread->node, draw(&one->random));
	one->next_at = now() + AGAIN_NS;
	if (one->target < 0)
		return;
	if (!one->asked) {
		one->before = *thread;
		one->asked_at = now();
	}
	one->asked = true;
	one->proposals++;
	error = propose(thread->pid, thread->tid, one->target);
	if (error && error != -ESRCH)
		refuse(one, error);
}

static void advance(const struct thread *thread)
{
	struct driven *one = driven(thread->tid);

	if (one->asked && thread->refused != one->before.refused)
		refuse(one, thread->error);
	else if (one->asked && thread->arrived && thread->node == one->target && thread->hops != one->before.hops) {
		one->moves++;
		finish(one);
	}
	if (!is_done(one) && thread->arrived && now() >= one->next_at)
		ask(one, thread);
}

/* How long nothing has to be done if nothing happens, for poll(). */
static int patience(const struct snapshot *snapshot, int pid)
{
	int64_t earliest = INT64_MAX;

	for (size_t i = 0; i < snapshot->count; i++) {
		const struct driven *one;

		/* The arrival of one that is under way wakes us. */
		if (snapshot->threads[i].pid != pid || !snapshot->threads[i].arrived)
			continue;
		one = driven(snapshot->threads[i].tid);
		if (!is_done(one) && one->next_at < earliest)
			earliest = one->next_at;
	}
	if (earliest == INT64_MAX)
		return -1;
	return earliest <= now() ? 0 : (earliest - now() + 999999) / 1000000;
}

static void report(bool migratable)
{
	unsigned int proposals = 0, moves = 0, refused = 0;

	for (size_t i = 0; i < known; i++) {
		proposals += all[i].proposals;
		moves += all[i].moves;
		refused += all[i].refused;
	}
	printf("migratable=%d threads=%zu asked=%u moves=%u refused=%u error=%d\n", migratable, known, proposals, moves,
	       refused, last_error);
}

int drive(int count, char **arguments)
{
	struct snapshot snapshot = {};
	bool migratable = false;
	int pid;

	if (count != 2 && count != 3)
		return 64;
	interval = atoll(arguments[0]) * INT64_C(1000000);
	limit = strtoul(arguments[1], NULL, 10);
	is_random = count == 3;
	if (is_random)
		seed = strtoull(arguments[2], NULL, 10);
	int process = await_program(&pid);
	struct pollfd polled[] = { { .fd = ps_open(), .events = POLLPRI }, { .fd = process, .events = POLLIN } };

	do {
		ps_read(polled[0].fd, &snapshot);
		for (size_t i = 0; i < snapshot.count; i++) {
			if (snapshot.threads[i].pid != pid)
				continue;
			migratable = true;
			advance(&snapshot.threads[i]);
		}
		if (poll(polled, 2, patience(&snapshot, pid)) < 0 && errno != EINTR)
			fail("poll");
	} while (!(polled[1].revents & POLLIN));
	report(migratable);
	return 0;
}
