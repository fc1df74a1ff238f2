/* The pseudo-random numbers that the NAS parallel benchmarks specify (RNR-94-007, section 2.3):
 * x' = 5^13 x mod 2^46, as a fraction x' / 2^46 of 1. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

static inline double next_random(uint64_t *x)
{
	/* What a product of 64 bits loses is above bit 45. */
	*x = *x * UINT64_C(1220703125) & ((UINT64_C(1) << 46) - 1);
	return (double)*x * 0x1p-46;
}

#endif
