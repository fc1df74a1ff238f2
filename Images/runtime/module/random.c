/* Random number generators, whose state moves with the program. rand gives the numbers that musl's gives. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

void srand(unsigned seed)
{
	state = seed - 1;
}

int rand(void)
{
	state = UINT64_C(6364136223846793005) * state + 1;
	return state >> 33;
}

static uint64_t first_state = 1;
/* Or the program's own memory, which may be aligned in any way. */
static char *long_state = (char *)&first_state;

void srandom(unsigned seed)
{
	uint64_t state = seed;

	memcpy(long_state, &state, sizeof state);
}

/* SplitMix64, upper half. */
long random(void)
{
	uint64_t z;

	memcpy(&z, long_state, sizeof z);
	z += UINT64_C(0x9e3779b97f4a7c15);
	memcpy(long_state, &z, sizeof z);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) >> 33;
}

char *setstate(char *state)
{
	char *before = long_state;

	long_state = state;
	return before;
}

char *initstate(unsigned seed, char *state, size_t size)
{
	/* The smallest that POSIX has. */
	if (size < sizeof(uint64_t))
		return NULL;
	char *before = setstate(state);

	srandom(seed);
	return before;
}

/* The 48-bit generators of POSIX. */
static uint64_t multiplier = UINT64_C(0x5deece66d), increment = 0xb, number;
static unsigned short previous[3];

static uint64_t step(uint64_t x)
{
	return (x * multiplier + increment) & UINT64_C(0xffffffffffff);
}

static uint64_t step_of(unsigned short x[3])
{
	uint64_t next = step(x[0] | (uint64_t)x[1] << 16 | (uint64_t)x[2] << 32);

	x[0] = next;
	x[1] = next >> 16;
	x[2] = next >> 32;
	return next;
}

double erand48(unsigned short x[3])
{
	return step_of(x) * 0x1p-48;
}

double drand48(void)
{
	return (number = step(number)) * 0x1p-48;
}

long nrand48(unsigned short x[3])
{
	return step_of(x) >> 17;
}

long lrand48(void)
{
	return (number = step(number)) >> 17;
}

long jrand48(unsigned short x[3])
{
	return (int32_t)(step_of(x) >> 16);
}

long mrand48(void)
{
	return (int32_t)((number = step(number)) >> 16);
}

void srand48(long seed)
{
	number = (uint64_t)(uint32_t)seed << 16 | 0x330e;
	multiplier = UINT64_C(0x5deece66d);
	increment = 0xb;
}

unsigned short *seed48(unsigned short x[3])
{
	previous[0] = number;
	previous[1] = number >> 16;
	previous[2] = number >> 32;
	number = x[0] | (uint64_t)x[1] << 16 | (uint64_t)x[2] << 32;
	multiplier = UINT64_C(0x5deece66d);
	increment = 0xb;
	return previous;
}

void lcong48(unsigned short p[7])
{
	number = p[0] | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 32;
	multiplier = p[3] | (uint64_t)p[4] << 16 | (uint64_t)p[5] << 32;
	increment = p[6];
}
