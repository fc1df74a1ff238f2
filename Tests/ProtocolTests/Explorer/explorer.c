/* SPDX-License-Identifier: MIT */
#include "explorer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACTION_SIZE 64
#define NO_PARENT   UINT32_MAX

/* What is kept of a state beside its bytes: how it was reached first, so by the shortest way. */
struct origin {
	uint32_t parent;
	char action[ACTION_SIZE];
};

static const struct model *model;
static unsigned char *states; /* by number, in the order in which they were found */
static struct origin *origins;
static uint32_t count, capacity, current;
static uint32_t *table; /* of numbers + 1, open addressing */
static uint32_t table_size;
static bool violated, exhausted;
static char violation[256];

static uint64_t hash_of(const unsigned char *state)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

	for (size_t i = 0; i < model->size; i++)
		hash = (hash ^ state[i]) * 0x100000001b3;
	return hash ^ hash >> 29;
}

static unsigned char *state_at(uint32_t number)
{
	return states + (size_t)number * model->size;
}

/* The place of an equal state in the table, or the free one where it belongs. */
static uint32_t *place_of(const unsigned char *state)
{
	uint32_t at = hash_of(state) & (table_size - 1);

	while (table[at] && memcmp(state_at(table[at] - 1), state, model->size))
		at = (at + 1) & (table_size - 1);
	return &table[at];
}

static bool grow(void)
{
	uint32_t larger = capacity ? 2 * capacity : 1 << 16;
	void *more_states = realloc(states, (size_t)larger * model->size);
	void *more_origins = realloc(origins, (size_t)larger * sizeof(*origins));

	states = more_states ? more_states : states;
	origins = more_origins ? more_origins : origins;
	free(table);
	table_size = 4 * larger;
	table = calloc(table_size, sizeof(*table));
	if (!more_states || !more_origins || !table)
		return false;
	capacity = larger;
	for (uint32_t i = 0; i < count; i++)
		*place_of(state_at(i)) = i + 1;
	return true;
}

static void add(const void *state, uint32_t parent, const char *action)
{
	uint32_t *place;

	if (exhausted || (count == capacity && !grow())) {
		exhausted = true;
		return;
	}
	place = place_of(state);
	if (*place)
		return;
	memcpy(state_at(count), state, model->size);
	origins[count].parent = parent;
	snprintf(origins[count].action, ACTION_SIZE, "%s", action);
	*place = ++count;
}

void explore_next(const void *state, const char *format, ...)
{
	char action[ACTION_SIZE];
	va_list list;

	va_start(list, format);
	vsnprintf(action, sizeof(action), format, list);
	va_end(list);
	if (!violated)
		add(state, current, action);
}

void explore_violation(const char *format, ...)
{
	va_list list;

	if (violated)
		return;
	va_start(list, format);
	vsnprintf(violation, sizeof(violation), format, list);
	va_end(list);
	violated = true;
}

/* From the begin to state @number. */
static void show_way(uint32_t number)
{
	if (origins[number].parent != NO_PARENT)
		show_way(origins[number].parent);
	printf("  %-40s", origins[number].action);
	model->show(state_at(number));
	putchar('\n');
}

int explore(const struct model *which, const void *initial)
{
	unsigned char *state = malloc(which->size); /* a copy: the array moves as it grows */

	model = which;
	exhausted = !state;
	add(initial, NO_PARENT, "begin");
	for (current = 0; current < count && !violated && !exhausted; current++) {
		memcpy(state, state_at(current), model->size);
		model->step(state);
	}
	free(state);
	if (violated) {
		printf("violation: %s\n", violation);
		show_way(current - 1);
		return 1;
	}
	if (exhausted) {
		printf("no memory after %u states\n", count);
		return 2;
	}
	printf("%u states\n", count);
	return 0;
}
