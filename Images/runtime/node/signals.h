/* Signals as the program may use them. */
#ifndef POPCORN_SIGNALS_H
#define POPCORN_SIGNALS_H

#include <stdint.h>

/* A signal mask without the runtime's own signals: to block the one that delegates system calls would be fatal. */
uint64_t popcorn_blockable(uint64_t mask);

#endif
