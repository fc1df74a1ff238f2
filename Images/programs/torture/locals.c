/* Thread-local variables, statics of functions, bit-fields and pointers between globals. */
#include "torture.h"

static _Thread_local int counter = 5;
_Thread_local long array[4] = { 1, 2, 3, 4 };
static _Thread_local _Alignas(64) char aligned[64];
static struct {
	unsigned a : 3, b : 13, c : 16;
} bits = { 1, 2, 3 };
static const char *const names[] = { "alpha", "beta", "gamma", "delta" };
static const char *const *name = &names[1];
static struct ring {
	struct ring *next;
	int value;
} rings[3] = { { &rings[1], 1 }, { &rings[2], 2 }, { &rings[0], 3 } };
static int uninitialised[1000];

NOINLINE static int bump(int n)
{
	static int calls;

	counter += n;
	HOP();
	array[n & 3] = counter + ++calls;
	aligned[n & 63]++;
	return counter + array[(n + 1) & 3];
}

NOINLINE static int *address(void)
{
	HOP();
	return &counter;
}

void locals(void)
{
	for (int i = 0; i < 6; i++)
		mix(bump(pick(9)));
	int *p = address();

	HOP();
	*p += 3;
	mix(counter == *p);
	mix((uintptr_t)aligned % 64);
	bits.b += bump(1);
	bits.c ^= bits.b;
	mix(bits.a + bits.b + bits.c);
	mix(strlen(*name));
	name = name == &names[1] ? &names[2] : &names[1];
	struct ring *r = rings;

	for (int i = 0; i < 10; i++) {
		r = r->next;
		r->value += i;
		uninitialised[i * 37] += r->value;
	}
	for (int i = 0; i < 1000; i++)
		mix(uninitialised[i]);
}
