/* How much address space the heap and the shadow stacks take. See address_space.c. */
#ifndef POPCORN_ADDRESS_SPACE_H
#define POPCORN_ADDRESS_SPACE_H

#include <stdbool.h>
#include <stdint.h>

/* Of a slot, what is used: the frames from its start on, and parts for handlers before its end. What lies between is not
 * mapped, or is protected. */
struct popcorn_stack_plan {
	uint64_t frames, handlers; /* bytes */
};

struct popcorn_plan {
	uint64_t heap;   /* bytes */
	uint32_t slots;  /* of shadow stacks */
	struct popcorn_stack_plan first, others; /* main's stack, and those of other threads */
};

/* What this process has, at whatever node. */
extern struct popcorn_plan popcorn_plan;

static inline bool popcorn_is_whole(void)
{
	return popcorn_plan.first.frames == popcorn_plan.others.frames;
}

#endif
