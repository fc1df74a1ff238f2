/* Deep, double, mutual and nested recursion. */
#include "torture.h"

NOINLINE static int fibonacci(int n)
{
	if (n < 2) {
		HOP();
		return n;
	}
	return fibonacci(n - 1) + fibonacci(n - 2);
}

NOINLINE static int ackermann(int m, int n)
{
	if (!m)
		return n + 1;
	return ackermann(m - 1, n ? ackermann(m, n - 1) : 1);
}

static int is_odd(int n);

NOINLINE static int is_even(int n)
{
	HOP();
	return n ? is_odd(n - 1) : 1;
}

NOINLINE static int is_odd(int n)
{
	return n ? is_even(n - 1) : 0;
}

/* Each frame holds a pointer into the frame above, and the caller one into the frame below. */
NOINLINE static void chain(int *above, int depth, int **below)
{
	int mine = depth;

	*below = &mine;
	if (depth) {
		int *deeper;

		chain(&mine, depth - 1, &deeper);
		*above += mine;
	} else {
		HOP();
	}
	*above += 1;
}

NOINLINE static uint64_t deep(int n, uint64_t a, uint64_t b)
{
	if (!n) {
		HOP();
		return a ^ b;
	}
	uint64_t r = deep(n - 1, a * 3 + n, b ^ a);

	return r * 31 + a - b;
}

void recursion(void)
{
	int top = 0, *below;

	mix(fibonacci(9 + pick(4)));
	mix(ackermann(2, 2 + pick(4)));
	mix(is_odd(20 + pick(20)) * 2 + is_even(18));
	chain(&top, 12, &below);
	mix(top);
	mix(deep(2000 + pick(1000), 1, 2));
}
