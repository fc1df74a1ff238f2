/* SPDX-License-Identifier: MIT */
/*
 * Visits every state that a model can reach, breadth first, and prints the shortest way to one that must not be.
 *
 * A state is an array of bytes: equal states have equal bytes, so a model's structures are zeroed first and have no holes
 * that are written. A model tells all next states by explore_next(); what must not be by explore_violation().
 */
#ifndef EXPLORER_H
#define EXPLORER_H

#include <stdbool.h>
#include <stddef.h>

struct model {
	size_t size; /* bytes of a state */
	/* Calls explore_next() for each state that may follow @state. */
	void (*step)(const void *state);
	/* Writes @state as one line. */
	void (*show)(const void *state);
};

/* A state that may follow the one being looked at, by the action that the format names. */
void explore_next(const void *state, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The step being made breaks a rule: @format says which. The first call ends the exploration. */
void explore_violation(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Explores from @initial. Prints "N states" and returns 0; or prints the violation and the actions that lead to it, one a line,
 * and returns 1; or returns 2 if memory does not suffice.
 */
int explore(const struct model *model, const void *initial);

#endif
