/* Stacks that overflow. See overflow.c. */
#ifndef POPCORN_OVERFLOW_H
#define POPCORN_OVERFLOW_H

#include "memory/address_space.h"
#include "runtime.h"

/* The calling native thread runs `thread`: an overflow of either stack is noticed. */
void popcorn_guard_stacks(struct popcorn_thread *thread);
/* The stacks were mapped anew. */
void popcorn_forget_guards(void);
/* What a SIGSEGV or SIGBUS does that the program does not handle. Returns a negative errno. */
int popcorn_expect_fault(int number);

#endif
