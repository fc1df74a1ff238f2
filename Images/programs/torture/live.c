/* Values of every type that are in registers when a thread hops: in expressions, arguments, loops and switches. */
#include "torture.h"
#include <complex.h>

typedef float floats __attribute__((vector_size(16)));
typedef uint64_t longs __attribute__((vector_size(16)));

/* More values at once than either ISA has registers. */
NOINLINE static uint64_t many_integers(uint64_t x)
{
	uint64_t v[24];

	for (int i = 0; i < 24; i++)
		v[i] = x = x * 31 + i;
	uint64_t a = v[0] ^ v[5], b = v[1] + v[6], c = v[2] * v[7], d = v[3] - v[8], e = v[4] | v[9], f = v[10] & v[15];
	uint64_t g = v[11] >> 3, h = v[12] << 5, i = v[13] / 7, j = v[14] % 11, k = ~v[16], l = -v[17], m = v[18] ^ a;

	HOP();
	uint64_t n = a + b * c, o = d ^ e, p = f - g;

	HOP();
	return n ^ (o + p * h) ^ (i * j) ^ (k + l) ^ m;
}

NOINLINE static double many_doubles(double x)
{
	double a = x + 1, b = a * 2, c = b - x, d = c / 3, e = d * d, f = e + a, g = f - b, h = g * c, i = h + d;
	float j = (float)i * 0.5f, k = j + 1, l = k * j, m = l - 3, n = m / 7;

	HOP();
	double o = a + j, p = b * k, q = c - l, r = d + m, s = e * n;

	HOP();
	return o + p * q + r - s + f * g + h / (i * i + 1);
}

NOINLINE static uint64_t of_each_type(int8_t a, uint16_t b, int32_t c, uint64_t d, float e, double f, __int128 g,
				      bool h, const char *i, uint64_t (*j)(uint64_t), floats k, longs l,
				      double complex m)
{
	HOP();
	uint64_t r = a + b * 3 + c * 5 + d * 7 + (int)e * 11 + (int64_t)f * 13 + (uint64_t)(g >> 60) * 17 + h * 19;

	HOP();
	return r + i[1] + j(r) + (int)(k[0] + k[3]) + l[0] * l[1] + (int64_t)(creal(m) * cimag(m));
}

static int next_of(int *state)
{
	HOP();
	return *state = *state * 5 + 1;
}

/* Calls within expressions: what is to their left waits in registers. */
NOINLINE static int64_t within_expressions(int seed)
{
	int s = seed & 0xff, t = s + 1;
	int64_t r = 100;

	r = r * 3 + next_of(&s) % 100;
	r += s > 0 && next_of(&t) % 2 ? next_of(&s) % 50 : next_of(&t) % 60;
	s &= 0xff;
	r -= (s = next_of(&s) & 0xff, s * 2) + (r > 0 ? 1 : -1);
	int array[4] = { 1, 2, 3, 4 };

	array[next_of(&s) & 3] += 10;
	array[(t & 1) + 1] *= array[3];
	return r + array[0] + array[1] * array[2] - array[3];
}

NOINLINE static uint64_t in_loops(unsigned n)
{
	uint64_t sum = 0;

	for (unsigned i = 0, j = n; i < j; i++, j--) {
		for (unsigned k = i; k; k &= k - 1) {
			sum += (uint64_t)k * j;
			if (sum % 13 == 5)
				continue;
			HOP();
			if (sum % 17 == 3)
				break;
		}
		switch ((i + j) % 4) {
		case 0:
			HOP();
			sum ^= i;
			/* fall through */
		case 1:
			sum += j;
			break;
		case 2:
			HOP();
			sum = sum << 1 | sum >> 63;
			break;
		default:
			sum -= i;
		}
	}
	return sum;
}

NOINLINE static longs of_vectors(longs v, int n)
{
	floats f = { n, n + 1, n + 2, n + 3 }, g = f * f;

	while (n--) {
		longs before = v;

		HOP();
		v = (v << 1) ^ (before >> 2) ^ n;
		f += g * 0.25f;
		HOP();
		v[n & 1] += (uint64_t)f[n & 3];
	}
	return v;
}

NOINLINE static void through_pointers(uint32_t *restrict a, const uint32_t *restrict b, int n)
{
	uint32_t *end = a + n;

	for (; a < end; a++, b += 2) {
		uint32_t old = *a;

		HOP();
		*a = b[0] * old + b[1];
	}
}

void live(void)
{
	mix(many_integers(pick(1000000)));
	mix_double(many_doubles(pick(1000) / 8.0));
	uint32_t c = pick(100);

	mix(of_each_type(-7, 60000, c, 1ull << 40, 2.5f, 1e9, (__int128)pick(1000) << 70, true, "text", many_integers,
			 (floats){ 1, 2, 3, 4 }, (longs){ 5, 6 }, 3 + 4 * I));
	mix(within_expressions(pick(1000)));
	mix(in_loops(20 + pick(20)));
	longs v = of_vectors((longs){ 1, pick(1000) }, 8);

	for (int i = 0; i < 2; i++)
		mix(v[i]);
	uint32_t a[10], b[20];

	for (int i = 0; i < 20; i++)
		b[i] = a[i / 2] = pick(10000);
	through_pointers(a, b, 10);
	for (int i = 0; i < 10; i++)
		mix(a[i]);
}
