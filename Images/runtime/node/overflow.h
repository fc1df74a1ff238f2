/* Stacks that overflow. See overflow.c. */
#ifndef POPCORN_OVERFLOW_H
#define POPCORN_OVERFLOW_H

#include "runtime.h"

/* A shadow stack, in bytes from its end: handlers of signals have parts of their own, between two gaps that nobody may
 * touch. What is below them is the thread's frames. */
#define POPCORN_LEVEL_SIZE UINT64_C(0x40000)
#define POPCORN_LEVELS 31
#define POPCORN_LAST_GAP UINT64_C(0x10000)
#define POPCORN_HANDLERS (POPCORN_LAST_GAP + POPCORN_LEVELS * POPCORN_LEVEL_SIZE)
#define POPCORN_FIRST_GAP ((POPCORN_LEVELS + 1) * POPCORN_LEVEL_SIZE)

_Static_assert(POPCORN_FIRST_GAP > POPCORN_HANDLERS, "there is a gap below the handlers' parts");

/* The calling native thread runs `thread`: an overflow of either stack is noticed. */
void popcorn_guard_stacks(struct popcorn_thread *thread);
/* The stacks were mapped anew. */
void popcorn_forget_guards(void);
/* What a SIGSEGV does that the program does not handle. Returns a negative errno. */
int popcorn_expect_overflow(void);

#endif
