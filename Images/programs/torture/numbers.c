/* 128-bit integers, floating point, and vectors that live across hops. */
#include "torture.h"
#include <math.h>

typedef float vec4f __attribute__((vector_size(16)));
typedef double vec2d __attribute__((vector_size(16)));
typedef int vec8i __attribute__((vector_size(32)));

NOINLINE static __int128 wide(__int128 a, int n)
{
	HOP();
	return n ? wide(a * 3 + n, n - 1) ^ a : a / 1000003;
}

NOINLINE static double mixed(double a, double b, float c, int n)
{
	double s = 0;

	for (int i = 0; i < n; i++) {
		double t = a * i + b;
		float u = c / (i + 1);

		s += t;
		HOP();
		s += u * t;
		a = a * 0.99 + 0.01 * c;
	}
	return s + a + b + c;
}

NOINLINE static vec4f vector(vec4f a, int n)
{
	vec4f b = a * a;

	if (n)
		b += vector(a + b, n - 1);
	else
		HOP();
	return a - b;
}

NOINLINE static vec2d vector2(vec2d a, int n)
{
	vec2d b = a / (a + 1.0);

	HOP();
	return n ? vector2(a + b, n - 1) - a : b;
}

NOINLINE static void vector8(vec8i *a, int n)
{
	vec8i b = *a * 3;

	HOP();
	if (n)
		vector8(&b, n - 1);
	*a = b ^ (*a >> 1);
}

NOINLINE static uint64_t narrow(int8_t a, uint8_t b, int16_t c, uint16_t d, _Bool e, char f)
{
	HOP();
	return a + b * 3 + c * 5 + d * 7 + e * 11 + f * 13;
}

void numbers(void)
{
	__int128 q = wide(((__int128)1 << 90) + pick(1000), 12);

	mix(q);
	mix(q >> 64);
	mix_double(mixed(1.1 + pick(10), 2.2, 3.3f, 30));
	mix_double(sin(1.5) + pow(1.7, 2.5) + sqrt(2) + fma(1.5, 2.5, 3.5));
	vec4f v = vector((vec4f){ .1f, .2f, .3f, .4f }, 3);
	vec2d w = vector2((vec2d){ .5, .75 }, 4);
	vec8i x = { 1, 2, 3, 4, 5, 6, 7, 8 };

	vector8(&x, 3);
	for (int i = 0; i < 4; i++)
		mix_double(v[i]);
	for (int i = 0; i < 2; i++)
		mix_double(w[i]);
	for (int i = 0; i < 8; i++)
		mix(x[i]);
	mix(narrow(-5, 250, -30000, 60000, 1, -100));
	mix((int)-2.9 + (unsigned)3.9f + (long)1e15);
	mix(-7 / 2 + -7 % 3 + (-7 >> 1));
}
