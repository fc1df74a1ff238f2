#include "hop.h"

static uint64_t asked, made;
static uint32_t places;

static _Thread_local uint64_t left;
static _Thread_local uint32_t every, wait, random;
static _Thread_local int from;

/* On average `every`, at least 1, at most twice as much. */
static uint32_t next_wait(void)
{
	random = random * 1664525 + 1013904223;
	return 1 + (random >> 8) % (2 * every - 1);
}

void hop_begin(const struct hop_schedule *schedule)
{
	left = schedule->hops;
	every = schedule->every;
	random = schedule->seed;
	wait = next_wait();
}

bool hop_is_due(bool *reached)
{
	if (!left || --wait)
		return false;
	left--;
	wait = next_wait();
	if (!__atomic_exchange_n(reached, true, __ATOMIC_RELAXED))
		__atomic_fetch_add(&places, 1, __ATOMIC_RELAXED);
	return true;
}

int hop_leaves(void)
{
	__atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
	from = current_nid();
	return next_node();
}

void hop_arrived(void)
{
	if (current_nid() != from)
		__atomic_fetch_add(&made, 1, __ATOMIC_RELAXED);
}

uint64_t hop_count(void)
{
	return __atomic_load_n(&asked, __ATOMIC_RELAXED);
}

void hop_report(void)
{
	fprintf(stderr, "hops: %llu asked for, %llu made, at %u places\n", (unsigned long long)asked,
		(unsigned long long)made, places);
}
