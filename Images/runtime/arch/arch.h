/* What differs by ISA; arch/<isa>/arch.h answers. */
#ifndef POPCORN_ARCH_H
#define POPCORN_ARCH_H

#if defined(__x86_64__)
#include "x86-64/arch.h"
#elif defined(__aarch64__)
#include "aarch64/arch.h"
#else
#error "no runtime for this ISA"
#endif

#endif
