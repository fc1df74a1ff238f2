/* SPDX-License-Identifier: MIT */
/*
 * popcorn-migrate move NODE TIMEOUT_MS PID/TID...: asks threads to move, and waits until they have, or cannot.
 *
 * A line per thread, as soon as its fate is known: `PID/TID RESULT KEY=VALUE...`, where RESULT is
 *	moved	from=NODE us=N		N µs after it was asked, the origin's kernel had sent it on and its worker ran
 *	there				it was there already
 *	refused	error=ERRNO node=NODE
 *	exited
 *	late	node=NODE hops=N	it has not gone there in time, but made N other hops meanwhile
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "migrate.h"

/* A thread that ends at home makes no kernel wake us, so we look now and then too. */
#define LOOK_MS 200

struct request {
	int pid;
	int tid;
	int process; /* pidfd */
	struct thread before;
	int64_t asked_at; /* ns */
	bool settled;
};

static void settle(struct request *request, const char *result)
{
	request->settled = true;
	printf("%d/%d %s", request->pid, request->tid, result);
}

static void refuse(struct request *request, int error, int node)
{
	settle(request, "refused");
	printf(" error=%d node=%d\n", error, node);
}

static void ask(struct request *request, const struct thread *thread, int node)
{
	int error;

	if (!thread) {
		settle(request, "exited\n");
		return;
	}
	request->before = *thread;
	request->asked_at = now();
	if (thread->node == node) {
		/* One that is on its way there may be refused yet. */
		if (thread->arrived)
			settle(request, "there\n");
		else
			request->before.hops--;
		return;
	}
	error = propose(request->pid, request->tid, node);
	if (error == -ESRCH)
		settle(request, "exited\n");
	else if (error)
		refuse(request, error, thread->node);
}

static void look(struct request *request, const struct thread *thread, int node)
{
	if (!thread) {
		settle(request, "exited\n");
	} else if (thread->refused != request->before.refused) {
		refuse(request, thread->error, thread->node);
	} else if (thread->node == node && thread->arrived && thread->hops != request->before.hops) {
		settle(request, "moved");
		printf(" from=%d us=%lld\n", request->before.node, (long long)(now() - request->asked_at) / 1000);
	}
}

static void give_up(struct request *request, const struct thread *thread)
{
	if (!thread) {
		settle(request, "exited\n");
		return;
	}
	settle(request, "late");
	printf(" node=%d hops=%u\n", thread->node, thread->hops - request->before.hops);
}

static void parse(struct request *request, const char *text)
{
	if (sscanf(text, "%d/%d", &request->pid, &request->tid) != 2) {
		errno = EINVAL;
		fail(text);
	}
	request->process = open_process(request->pid);
}

/* Until /proc/popcorn_ps changes, a process that matters ends, or it is time to look. */
static void await_news(struct pollfd *polled, const struct request *requests, int count, int64_t deadline)
{
	int64_t left_ms = (deadline - now() + 999999) / 1000000;

	for (int i = 0; i < count; i++)
		polled[i + 1] =
			(struct pollfd){ .fd = requests[i].settled ? -1 : requests[i].process, .events = POLLIN };
	if (poll(polled, count + 1, left_ms < LOOK_MS ? (left_ms > 0 ? left_ms : 0) : LOOK_MS) < 0 && errno != EINTR)
		fail("poll");
}

static int unsettled(const struct request *requests, int count)
{
	int result = 0;

	for (int i = 0; i < count; i++)
		result += !requests[i].settled;
	return result;
}

int move_threads(int count, char **arguments)
{
	struct snapshot snapshot = {};
	int ps = ps_open();

	if (count < 3)
		return 64;
	int node = atoi(arguments[0]);
	int64_t deadline = now() + atoll(arguments[1]) * INT64_C(1000000);

	count -= 2;
	struct request *requests = calloc(count, sizeof(*requests));
	struct pollfd *polled = calloc(count + 1, sizeof(*polled));

	if (!requests || !polled)
		fail("memory");
	polled[0] = (struct pollfd){ .fd = ps, .events = POLLPRI };
	for (int i = 0; i < count; i++)
		parse(&requests[i], arguments[2 + i]);
	ps_read(ps, &snapshot);
	for (int i = 0; i < count; i++)
		ask(&requests[i], ps_find(&snapshot, requests[i].pid, requests[i].tid), node);
	while (unsettled(requests, count) && now() < deadline) {
		await_news(polled, requests, count, deadline);
		ps_read(ps, &snapshot);
		for (int i = 0; i < count; i++)
			if (!requests[i].settled)
				look(&requests[i], ps_find(&snapshot, requests[i].pid, requests[i].tid), node);
		fflush(stdout);
	}
	for (int i = 0; i < count; i++)
		if (!requests[i].settled)
			give_up(&requests[i], ps_find(&snapshot, requests[i].pid, requests[i].tid));
	return 0;
}
