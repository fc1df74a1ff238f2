/* Searches and numeric loops: backtracking, elimination, an integral by a function pointer, a sieve, an automaton. */
#include "torture.h"
#include <math.h>

struct board {
	int size;
	uint8_t columns[12];
	uint32_t taken, up, down;
};

NOINLINE static int queens(struct board board, int row)
{
	int found = 0;

	if (row == board.size) {
		HOP();
		return 1;
	}
	for (int column = 0; column < board.size; column++) {
		uint32_t c = 1u << column, u = 1u << (row + column), d = 1u << (row - column + board.size);

		if (board.taken & c || board.up & u || board.down & d)
			continue;
		/* By value: each level has a board of its own. */
		struct board next = board;

		next.columns[row] = column;
		next.taken |= c;
		next.up |= u;
		next.down |= d;
		found += queens(next, row + 1);
		if (row == 1)
			HOP();
	}
	return found;
}

NOINLINE static double eliminate(int n, double m[n][n + 1])
{
	double sum = 0;

	for (int i = 0; i < n; i++) {
		int pivot = i;

		for (int r = i + 1; r < n; r++)
			if (fabs(m[r][i]) > fabs(m[pivot][i]))
				pivot = r;
		HOP();
		for (int c = 0; c <= n; c++) {
			double swapped = m[i][c];

			m[i][c] = m[pivot][c];
			m[pivot][c] = swapped;
		}
		for (int r = 0; r < n; r++) {
			double factor = r == i ? 0 : m[r][i] / m[i][i];

			for (int c = i; c <= n; c++)
				m[r][c] -= factor * m[i][c];
		}
		HOP();
	}
	for (int i = 0; i < n; i++)
		sum += m[i][n] / m[i][i];
	return sum;
}

static double curve(double x)
{
	HOP();
	return x * x * x - 2 * x + 1;
}

NOINLINE static double integrate(double (*f)(double), double a, double b, int depth)
{
	double middle = (a + b) / 2;

	if (!depth)
		return (b - a) * f(middle);

	double left = integrate(f, a, middle, depth - 1);

	return left + integrate(f, middle, b, depth - 1);
}

NOINLINE static uint64_t sieve(int limit)
{
	bool composite[limit];
	uint64_t sum = 0;

	memset(composite, 0, sizeof composite);
	for (int p = 2; p < limit; p++) {
		if (composite[p])
			continue;
		sum += p;
		if (p % 10 == 3)
			HOP();
		for (int multiple = p * p; multiple < limit; multiple += p)
			composite[multiple] = true;
	}
	return sum;
}

/* Rule 110 on a ring of 64 cells. */
NOINLINE static uint64_t automaton(uint64_t cells, int generations)
{
	while (generations--) {
		uint64_t left = cells << 1 | cells >> 63, right = cells >> 1 | cells << 63;

		HOP();
		cells = (cells | right) & ~(left & cells & right);
	}
	return cells;
}

static void permute(char *letters, int n, uint64_t *hash)
{
	if (n == 1) {
		for (char *l = letters; *l; l++)
			*hash = *hash * 131 + *l;
		return;
	}
	for (int i = 0; i < n; i++) {
		permute(letters, n - 1, hash);
		HOP();
		int other = n % 2 ? 0 : i;
		char swapped = letters[other];

		letters[other] = letters[n - 1];
		letters[n - 1] = swapped;
	}
}

void solving(void)
{
	struct board board = { .size = 5 + pick(2) };
	double m[4][5];
	char letters[] = "hops";
	uint64_t hash = 0;

	mix(queens(board, 0));
	for (int i = 0; i < 20; i++)
		m[i / 5][i % 5] = (i % 6 == 0) * 50 + pick(30);
	mix_double(eliminate(4, m));
	mix_double(integrate(curve, 0, 1 + pick(3), 4));
	mix(sieve(500 + pick(500)));
	mix(automaton(1ull << pick(64), 20));
	permute(letters, 4, &hash);
	mix(hash);
}
