/* Signals as the program may use them. */
#ifndef POPCORN_SIGNALS_H
#define POPCORN_SIGNALS_H

#include <stdint.h>

/* A signal mask without the runtime's own signals: to block the one that delegates system calls would be fatal. */
uint64_t popcorn_blockable(uint64_t mask);

/* The thread jumps out of all signal handlers that run in it. */
void popcorn_leave_handlers(void);

#endif
