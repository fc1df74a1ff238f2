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

/* A jump to one of libc's functions, at an address that is the same in both binaries: popcorn.ld collects these, in the
 * order of the one source file that defines them. */
#define POPCORN_JUMP(name, target) \
	__asm__(".pushsection .popcorn.jumps, \"ax\", %progbits\n" \
		".balign 16\n" \
		".globl " #name "\n" #name ":\n" \
		"\t" POPCORN_JUMP_INSTRUCTION " " #target "\n" \
		".balign 16\n" \
		".popsection\n")

#endif
