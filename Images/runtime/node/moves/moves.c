/* Requests to move, which a thread looks at when the flag is set.
 *
 * They come by signal (place.h) from the kernel, which knows the node, or from a user's `kill -35`: then it is the next node,
 * and the kernel is told, for the thread itself may be elsewhere. So the kernel alone knows what a thread was asked and has
 * not seen, and gives it up when the thread moves; the signal only says that it is worth asking. One that comes while the
 * thread arrives is therefore kept, and one for what has happened already finds nothing.
 * The flag counts the threads of this node that have been asked, so that it is 0 when nobody has. For tests and
 * demonstrations, the environment can ask as well:
 *
 *   POPCORN_MIGRATE_EVERY=N          each thread moves on at every N-th migration point that it passes
 *   POPCORN_MIGRATE_AT=SITE,SITE[:N] a thread moves on when it passes one of these call sites for the N-th time (1)
 *   POPCORN_STAY=1                   the program's own calls of migrate() do nothing: the same binary, unmigrated */
#define _GNU_SOURCE
#include "moves.h"
#include "calls/system_calls.h"
#include "place.h"
#include "threads/cancel.h"
#include "transport.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Thread_local volatile sig_atomic_t is_asked;

static void ask_thread(void)
{
	if (is_asked)
		return;
	is_asked = 1;
	__atomic_fetch_add(&__popcorn_flag, 1, __ATOMIC_RELAXED);
}

static bool take(void)
{
	if (!is_asked)
		return false;
	is_asked = 0;
	__atomic_fetch_sub(&__popcorn_flag, 1, __ATOMIC_RELAXED);
	return true;
}

/* For the calling thread, wherever it is. If it has ended meanwhile, nobody needs to know. */
static void propose_next(void)
{
	struct popcorn_proposal proposal = {
		.pid = popcorn_local_call(SYS_getpid),
		.tid = popcorn_local_call(SYS_gettid),
		.node = -1,
	};

	popcorn_local_call(SYS_ioctl, popcorn_place.device, POPCORN_IOC_PROPOSE, &proposal);
}

static void on_move_signal(int signal, siginfo_t *information, void *context)
{
	int saved = errno;

	if (popcorn_transport == &popcorn_transport_popcorn) {
		if (information->si_code == SI_KERNEL)
			ask_thread();
		else
			propose_next();
	}
	popcorn_refresh_state();
	popcorn_cancel_waiting();
	errno = saved;
}

static void on_kick_signal(int signal)
{
}

void popcorn_expect_signals(void)
{
	struct sigaction move = { .sa_sigaction = on_move_signal, .sa_flags = SA_RESTART | SA_NODEFER | SA_SIGINFO };
	struct sigaction kick = { .sa_handler = on_kick_signal };

	sigaction(POPCORN_MOVE_SIGNAL, &move, NULL);
	sigaction(POPCORN_KICK_SIGNAL, &kick, NULL);
}

void popcorn_start_schedule(void)
{
	/* A schedule is looked at at every migration point. */
	if (popcorn_shared()->schedule.every || popcorn_shared()->schedule.site_count)
		__atomic_fetch_add(&__popcorn_flag, 1, __ATOMIC_RELAXED);
}

void popcorn_expect_request(int proposed)
{
	if (proposed != -1)
		ask_thread();
}

void popcorn_forget_request(void)
{
	take();
}

void popcorn_recall_request(void)
{
	ask_thread();
}

/* A schedule asks again and again: a node where the program's file is of no use is left alone for a while. In ms. */
#define UNFIT_FOR 1000
static int64_t unfit_until[POPCORN_NODES];

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

void popcorn_note_unfit(int node)
{
	if (node >= 0 && node < POPCORN_NODES)
		__atomic_store_n(&unfit_until[node], milliseconds() + UNFIT_FOR, __ATOMIC_RELAXED);
}

static bool is_unfit(int node)
{
	int64_t until = node >= 0 ? __atomic_load_n(&unfit_until[node], __ATOMIC_RELAXED) : 0;

	return until && milliseconds() < until;
}

static int next_node(void)
{
	int count = popcorn_transport->node_count();

	for (int i = 1; i < count; i++) {
		int node = (popcorn_place.self + i) % count;

		if (popcorn_transport->is_available(node))
			return node;
	}
	return -1;
}

static bool is_scheduled(struct popcorn_thread *thread, const char *top)
{
	const struct popcorn_schedule *schedule = &popcorn_shared()->schedule;

	if (schedule->every && ++thread->checks % schedule->every == 0)
		return true;
	if (!schedule->site_count)
		return false;
	uint32_t site = popcorn_innermost_site(thread, top);

	for (uint32_t i = 0; i < schedule->site_count; i++)
		if (schedule->sites[i] == site)
			return ++thread->passages == schedule->passage;
	return false;
}

int popcorn_take_request(struct popcorn_thread *thread, const char *top)
{
	struct popcorn_whereabouts here;

	if (!take()) {
		int next = is_scheduled(thread, top) ? next_node() : -1;

		return is_unfit(next) ? -1 : next;
	}
	if (popcorn_local_call(SYS_ioctl, popcorn_place.device, POPCORN_IOC_WHEREABOUTS, &here) < 0)
		return -1;
	if (here.proposed == POPCORN_NODE_NEXT)
		return next_node();
	return here.proposed >= 0 ? here.proposed : -1;
}

static void read_sites(struct popcorn_schedule *schedule, const char *text)
{
	char *end;

	do {
		if (schedule->site_count == POPCORN_SCHEDULE_SITES)
			popcorn_die("POPCORN_MIGRATE_AT: more than %d sites", POPCORN_SCHEDULE_SITES);
		schedule->sites[schedule->site_count++] = strtoul(text, &end, 10);
		if (end == text)
			popcorn_die("POPCORN_MIGRATE_AT: '%s' is no list of call sites", text);
		text = end + 1;
	} while (*end == ',');
	schedule->passage = *end == ':' ? strtoul(text, &end, 10) : 1;
	if (*end || !schedule->passage)
		popcorn_die("POPCORN_MIGRATE_AT: '%s' is not understood", end);
}

void popcorn_read_schedule(void)
{
	struct popcorn_schedule *schedule = &popcorn_shared()->schedule;
	const char *every = getenv("POPCORN_MIGRATE_EVERY"), *at = getenv("POPCORN_MIGRATE_AT");
	const char *stay = getenv("POPCORN_STAY");
	char *end;

	if (every) {
		schedule->every = strtoull(every, &end, 10);
		if (*end || !schedule->every)
			popcorn_die("POPCORN_MIGRATE_EVERY: '%s' is no count of migration points", every);
	}
	if (at)
		read_sites(schedule, at);
	if (stay) {
		if (strcmp(stay, "0") && strcmp(stay, "1"))
			popcorn_die("POPCORN_STAY: '%s' is neither 0 nor 1", stay);
		schedule->stays = *stay == '1';
	}
}
