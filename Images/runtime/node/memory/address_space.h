/* How much address space the heap and the shadow stacks take. See address_space.c. */
#ifndef POPCORN_ADDRESS_SPACE_H
#define POPCORN_ADDRESS_SPACE_H

#include "include/popcorn_abi.h"
#include <stdbool.h>

/* A shadow stack, in bytes from its end: handlers of signals have parts of their own, between two gaps that nobody may
 * touch. What is below them is the thread's frames. */
#define POPCORN_LEVEL_SIZE UINT64_C(0x40000)
#define POPCORN_LEVELS     31
#define POPCORN_LAST_GAP   UINT64_C(0x10000)
#define POPCORN_FIRST_GAP  ((POPCORN_LEVELS + 1) * POPCORN_LEVEL_SIZE)

/* More than the largest plan takes, in bytes. */
#define POPCORN_ENOUGH_SPACE (UINT64_C(128) << 30)

/* What is used of a slot: the thread's frames from its start on, and the handlers' parts up to the last gap. */
struct popcorn_stack_plan {
	uint64_t frames; /* bytes, with the control block */
	uint32_t levels; /* of handlers */
};

struct popcorn_plan {
	uint64_t heap;                           /* bytes */
	uint32_t slots;                          /* shadow stacks */
	struct popcorn_stack_plan first, others; /* that of main, and of each other thread */
	bool is_whole; /* all of each slot is mapped, and its gaps are protected when it is used */
};

/* That of this process; equal on all nodes. */
extern struct popcorn_plan popcorn_plan;

/* Sets it, for a heap of so many bytes. The largest heap has the largest stacks. */
void popcorn_plan_for_heap(uint64_t heap);
/* Sets it so that about three quarters of `size` bytes of address space are taken. */
void popcorn_plan_for_space(uint64_t size);
/* Address space that the process may have, or UINT64_MAX; `is_private` if it is for private memory. */
uint64_t popcorn_allowed_space(bool is_private);

/* Maps the stacks; false as soon as one call failed. */
bool popcorn_map_stacks(bool (*map)(uint64_t address, uint64_t size));
/* Unmaps the first `count` pieces of those that popcorn_map_stacks maps. */
void popcorn_unmap_stacks(unsigned count);

static inline const struct popcorn_stack_plan *popcorn_stack_of(uint32_t number)
{
	return number ? &popcorn_plan.others : &popcorn_plan.first;
}

/* From the slot's start. */
static inline uint64_t popcorn_handlers_start(const struct popcorn_stack_plan *stack)
{
	return POPCORN_STACK_SIZE - POPCORN_LAST_GAP - stack->levels * POPCORN_LEVEL_SIZE;
}

#endif
