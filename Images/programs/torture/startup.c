/* What happened before main: constructors in order, initialised data, and functions that are called once. */
#include "torture.h"

static char order[8];
static int constructed;
static int *heap_before_main;
static _Thread_local int local_before_main = 3;

__attribute__((constructor(201))) static void first(void)
{
	order[constructed++] = '1';
	heap_before_main = malloc(4 * sizeof *heap_before_main);
	for (int i = 0; i < 4; i++)
		heap_before_main[i] = i * i;
}

__attribute__((constructor(202))) static void second(void)
{
	order[constructed++] = '2';
	local_before_main += heap_before_main[3];
}

__attribute__((constructor)) static void last(void)
{
	order[constructed++] = '3';
}

struct registry {
	const char *name;
	long (*run)(long);
	const struct registry *next;
};

NOINLINE static long twice(long n)
{
	HOP();
	return n * 2;
}
NOINLINE static long square(long n)
{
	HOP();
	return n * n;
}
NOINLINE static long decrease(long n)
{
	HOP();
	return n - 1;
}

/* Relocated data: functions and constants know each other by address. */
static const struct registry third_entry = { "decrease", decrease, NULL };
static const struct registry second_entry = { "square", square, &third_entry };
static const struct registry first_entry = { "twice", twice, &second_entry };

void startup(void)
{
	long value = pick(100);

	HOP();
	mix_text(order);
	mix(constructed);
	for (int i = 0; i < 4; i++)
		mix(heap_before_main[i]++);
	HOP();
	mix(local_before_main++);
	for (const struct registry *entry = &first_entry; entry; entry = entry->next) {
		mix_text(entry->name);
		value = entry->run(value);
	}
	mix(value);
}
