/* Frames of unusual shape: variable-length arrays, alloca, large and over-aligned variables. */
#include "torture.h"

NOINLINE static long variable(int n, int depth)
{
	int array[n];
	char *bytes = __builtin_alloca(n * 3 + 1);
	long s = 0;

	for (int i = 0; i < n; i++) {
		array[i] = i * depth;
		bytes[i * 3] = i;
	}
	if (depth)
		s = variable(n / 2 + 1, depth - 1);
	HOP();
	for (int i = 0; i < n; i++) {
		int inner[i + 1];

		inner[i] = array[i] + bytes[i * 3];
		if (i % 7 == 3)
			HOP();
		s += inner[i];
	}
	return s;
}

NOINLINE static long matrix(int rows, int columns, double m[rows][columns])
{
	double copy[columns][rows];
	long s = 0;

	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++)
			copy[j][i] = m[i][j] * 2;
	HOP();
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++)
			s = s * 7 + (long)copy[j][i];
	return s;
}

NOINLINE static uint64_t large(int n)
{
	uint32_t array[4096], x = 12345 + n;
	uint64_t h = 0;

	for (int i = 0; i < 4096; i++)
		array[i] = x = x * 1664525 + 1013904223;
	HOP();
	if (n)
		h = large(n - 1);
	for (int i = 0; i < 4096; i++)
		h = h * 31 + array[i];
	return h;
}

NOINLINE static long aligned(int n)
{
	_Alignas(64) char a[100];
	_Alignas(256) long b[3] = { n, n * 2, n * 3 };

	memset(a, n, sizeof a);
	mix(((uintptr_t)a & 63) == 0);
	mix(((uintptr_t)b & 255) == 0);
	HOP();
	long r = n ? aligned(n - 1) : 0;

	return r + a[7] + a[99] + b[2];
}

void frames(void)
{
	double m[3][4];

	for (int i = 0; i < 12; i++)
		m[i / 4][i % 4] = pick(100) * 1.5;
	mix(variable(10 + pick(20), 4));
	mix(matrix(3, 4, m));
	mix(large(2));
	mix(aligned(pick(6)));
}
