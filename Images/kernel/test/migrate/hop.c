// SPDX-License-Identifier: MIT
/*
 * One thread that hops: `hop loop ROUNDS`, `hop print ROUNDS`, `hop route ROUNDS` (through all
 * nodes), `hop exit`, `hop thread-exit`, `hop crash`, `hop spin`, `hop who`, `hop cat`,
 * `hop moved TICKS` (moves when asked to). HOP_UID=N: as this user.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "traveller.h"

#define MAX_ROUNDS 20000

struct state {
	uint64_t rounds, done, sum;
	uint64_t began;
	uint64_t target;
	uint32_t times[MAX_ROUNDS];	/* us */
};

#define state ((volatile struct state *)SHARED_BASE)

enum { LOOP, PRINT, ROUTE, EXIT, CRASH, SPIN, WHO, CAT, REPORT, THREAD_EXIT, MOVED };

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static int next_node(void)
{
	return (self + 1) % node_count;
}

static void require_hop(void)
{
	if (!hop_status)
		return;
	say("hop failed on %s: %s\n", isa, strerror(-hop_status));
	exit(hop_status == -EHOSTDOWN ? 3 : 2);
}

/* At home: one round trip per visit. */
static struct next loop(uint64_t argument)
{
	require_hop();
	if (!is_home()) {
		state->sum += 1000 * argument;
		return hop(origin, LOOP, argument);
	}
	if (argument)
		state->times[state->done++] = (now() - state->began) / 1000;
	if (state->done == state->rounds)
		return go_on(REPORT, 0);
	state->sum += argument + 1;
	state->began = now();
	return hop(state->target, LOOP, argument + 1);
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static struct next report(uint64_t argument)
{
	static uint32_t times[MAX_ROUNDS];
	uint64_t n = state->done, i, want = 0;

	(void)argument;
	for (i = 0; i < n; i++) {
		times[i] = state->times[i];
		want += 1001 * (i + 1);
	}
	say("first round trip %u us\n", times[0]);
	if (n > 1) {
		qsort(times + 1, n - 1, sizeof(*times), compare);
		say("round trips n=%llu us: min %u median %u p90 %u p99 %u max %u\n",
		    (unsigned long long)n - 1, times[1], times[1 + (n - 1) / 2],
		    times[1 + (n - 1) * 9 / 10], times[1 + (n - 1) * 99 / 100], times[n - 1]);
	}
	say("sum %llu expected %llu %s\n", (unsigned long long)state->sum,
	    (unsigned long long)want, state->sum == want ? "ok" : "WRONG");
	return end_process(state->sum != want);
}

static struct next print(uint64_t argument)
{
	require_hop();
	say("hello, world (node %d, %s)\n", self, isa);
	if (argument == 2 * state->rounds)
		return end_process(0);
	return hop(is_home() ? (int)state->target : origin, PRINT, argument + 1);
}

/* Onward through all nodes, without coming home between. */
static struct next route(uint64_t argument)
{
	require_hop();
	state->sum += self + 1;
	if (argument == state->rounds * node_count) {
		uint64_t want = state->rounds * node_count * (node_count + 1) / 2 + origin + 1;

		say("route of %llu hops ends on node %d: sum %llu expected %llu %s\n",
		    (unsigned long long)argument, self, (unsigned long long)state->sum,
		    (unsigned long long)want, state->sum == want ? "ok" : "WRONG");
		return end_process(state->sum != want);
	}
	return hop(next_node(), ROUTE, argument + 1);
}

static struct next leave_and_exit(uint64_t argument)
{
	require_hop();
	if (!argument)
		return hop(state->target, EXIT, 1);
	say("exiting with 42 on %s\n", isa);
	return end_process(42);
}

static struct next leave_and_end_thread(uint64_t argument)
{
	require_hop();
	if (!argument)
		return hop(state->target, THREAD_EXIT, 1);
	return end_thread(7);
}

static void raise_fault(void)
{
	volatile int *volatile nowhere = (volatile int *)8;

	*nowhere = 1;
}

static struct next leave_and_crash(uint64_t argument)
{
	require_hop();
	if (!argument)
		return hop(state->target, CRASH, 1);
	say("crashing on %s\n", isa);
	raise_fault();
	return end_process(1);
}

/* Until it is asked to move; then it comes home. */
static struct next leave_and_spin(uint64_t argument)
{
	struct timespec ms = { 0, 1000000 };

	require_hop();
	if (!argument)
		return hop(state->target, SPIN, 1);
	if (is_home()) {
		say("back on %s\n", isa);
		return end_process(0);
	}
	say("spinning on %s\n", isa);
	while (!asked_to_move) {
		state->sum++;
		nanosleep(&ms, NULL);
	}
	return hop(origin, SPIN, 2);
}

static struct next who(uint64_t argument)
{
	struct popcorn_whereabouts where;
	char cwd[256], line[256];
	FILE *status;
	gid_t groups[64];
	int i, count;

	require_hop();
	getcwd(cwd, sizeof(cwd));
	count = getgroups(64, groups);
	ioctl(device, POPCORN_IOC_WHEREABOUTS, &where);
	say("%s: uid %d euid %d gid %d groups", isa, getuid(), geteuid(), getgid());
	for (i = 0; i < count; i++)
		say(" %d", groups[i]);
	say(" cwd %s tid %d thread %u hop %u\n", cwd, where.tid, where.thread, where.hop);
	status = fopen("/proc/self/status", "r");
	while (status && fgets(line, sizeof(line), status))
		if (!strncmp(line, "CapEff", 6) || !strncmp(line, "NoNewPrivs", 10))
			say("  %s", line);
	if (!argument)
		return hop(state->target, WHO, 1);
	return end_process(0);
}

static struct next cat(uint64_t argument)
{
	char data[4096];
	ssize_t got;

	require_hop();
	if (!argument)
		return hop(state->target, CAT, 1);
	while ((got = read(0, data, sizeof(data))) > 0) {
		if (write(1, "got: ", 5) != 5 || write(1, data, got) != got)
			return end_process(5);
	}
	say("end of file on %s (%d)\n", isa, got < 0 ? errno : 0);
	dprintf(2, "to stderr from %s\n", isa);
	return end_process(3);
}

/* Moved from outside: works for a while wherever it is, goes where it is asked to. */
static struct next moved(uint64_t argument)
{
	struct popcorn_whereabouts where;
	struct timespec tick = { 0, 20000000 };

	require_hop();
	for (; argument < state->rounds; argument++) {
		nanosleep(&tick, NULL);
		if (!asked_to_move && here.proposed < 0)
			continue;
		asked_to_move = 0;
		ioctl(device, POPCORN_IOC_WHEREABOUTS, &where);
		if (here.proposed >= 0)
			where.proposed = here.proposed;
		here.proposed = -1;
		say("asked to move from node %d to %d\n", self, where.proposed);
		return hop(where.proposed < 0 ? next_node() : where.proposed, MOVED, argument + 1);
	}
	say("ends on node %d\n", self);
	return end_process(0);
}

const state_function states[] = {
	[LOOP] = loop, [PRINT] = print, [ROUTE] = route, [EXIT] = leave_and_exit,
	[CRASH] = leave_and_crash, [SPIN] = leave_and_spin, [WHO] = who, [CAT] = cat,
	[REPORT] = report, [THREAD_EXIT] = leave_and_end_thread, [MOVED] = moved,
};

static const char *const names[] = {
	[LOOP] = "loop", [PRINT] = "print", [ROUTE] = "route", [EXIT] = "exit",
	[CRASH] = "crash", [SPIN] = "spin", [WHO] = "who", [CAT] = "cat",
	[REPORT] = "", [THREAD_EXIT] = "thread-exit", [MOVED] = "moved",
};

int main(int argc, char **argv)
{
	unsigned int i;

	work_if_worker();
	if (argc < 2)
		return 64;
	if (getenv("HOP_UID")) {
		id_t id = atoi(getenv("HOP_UID"));
		gid_t groups[] = { id, id + 1 };

		if (setgroups(2, groups) || setresgid(id, id, id) || setresuid(id, id, id))
			return 71;
	}
	begin(1 << 20);
	state->rounds = argc > 2 ? atoi(argv[2]) : 1;
	if (state->rounds > MAX_ROUNDS)
		return 64;
	state->target = argc > 3 ? atoi(argv[3]) : next_node();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(argv[1], names[i]))
			return travel(i, 0);
	return 64;
}
