/* Signals as the program may use them. */
#ifndef POPCORN_SIGNALS_H
#define POPCORN_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

/* A signal mask without the runtime's own signals: to block the one that delegates system calls would be fatal. */
uint64_t popcorn_blockable(uint64_t mask);

/* Whether the calling native thread runs a handler of the program. It is not written in the control block, which in a shadow
 * is that of a thread that runs elsewhere. */
bool popcorn_is_in_handler(void);
/* The same of one that the program wants to run on an alternate stack. */
bool popcorn_is_on_alternate_stack(void);
bool popcorn_has_alternate_stack(void);
/* Around a call of a function of the program whose frames must not be where the thread's frames are. */
char *popcorn_enter_handler(void);
void popcorn_leave_handler(char *before);
/* The handlers that the calling native thread runs will not return: their thread jumps out of them, or has ended. */
void popcorn_leave_handlers(void);

#endif
