/* What differs by ISA about system calls; arch/<isa>/system_calls.h answers. */
#ifndef POPCORN_ARCH_SYSTEM_CALLS_H
#define POPCORN_ARCH_SYSTEM_CALLS_H

#if defined(__x86_64__)
#include "x86-64/system_calls.h"
#elif defined(__aarch64__)
#include "aarch64/system_calls.h"
#else
#error "no runtime for this ISA"
#endif

#endif
