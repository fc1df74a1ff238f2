/* Structs by value: in registers, in memory, of floats, nested, returned. */
#include "torture.h"
#include <complex.h>

struct small {
	int a;
	float b;
};
struct pair {
	double x;
	long y;
};
struct floats {
	float x, y;
};
struct doubles {
	double a, b, c;
};
struct big {
	long values[9];
	char last;
};
struct bits {
	unsigned a : 3, b : 13, c : 16;
	signed d : 5;
};
struct nested {
	struct small small;
	struct floats floats[2];
	struct bits bits;
};
union either {
	double number;
	struct small small;
};

NOINLINE static struct small change_small(struct small s, int k)
{
	HOP();
	s.a += k;
	s.b *= 1.5f;
	return s;
}

NOINLINE static struct pair change_pair(struct pair p, struct big b)
{
	HOP();
	p.x += b.values[3];
	p.y += b.last;
	return p;
}

NOINLINE static struct big change_big(struct big b, int n)
{
	b.values[n % 9] += n;
	b.last ^= n;
	HOP();
	return n > 0 ? change_big(b, n - 1) : b;
}

NOINLINE static struct floats change_floats(struct floats f, struct doubles d, union either e)
{
	HOP();
	f.x += d.a + e.small.a;
	f.y -= d.c;
	return f;
}

NOINLINE static struct nested change_nested(struct nested n, int depth)
{
	n.bits.b += depth;
	n.bits.d -= 1;
	n.floats[depth & 1].x += depth;
	n.small = change_small(n.small, depth);
	return depth ? change_nested(n, depth - 1) : n;
}

NOINLINE static double _Complex square(double _Complex z, int n)
{
	if (!n) {
		HOP();
		return z;
	}
	return square(z * z + 0.25 * I, n - 1);
}

void structs(void)
{
	struct small small = { pick(100), 2.5f };
	struct pair pair = { 1.5, pick(1000) };
	struct big big = { { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, 'x' };
	struct floats floats = { 1.25f, -3 };
	struct doubles doubles = { .5, .25, .125 };
	struct nested nested = { { 1, 2 }, { { 3, 4 }, { 5, 6 } }, { 1, 2, 3, -4 } };

	for (int i = 0; i < 4; i++) {
		small = change_small(small, i);
		pair = change_pair(pair, big);
		big = change_big(big, i + 3);
		floats = change_floats(floats, doubles, (union either){ .small = small });
		nested = change_nested(nested, i);
	}
	mix(small.a);
	mix_double(small.b);
	mix_double(pair.x);
	mix(pair.y);
	for (int i = 0; i < 9; i++)
		mix(big.values[i]);
	mix(big.last);
	mix_double(floats.x + floats.y);
	mix(nested.bits.b ^ nested.bits.d);
	mix_double(nested.floats[0].x * nested.floats[1].x + nested.small.b);
	double _Complex z = square(0.1 + pick(100) * 0.002 * I, 9);

	mix_double(creal(z));
	mix_double(cimag(z));
}
