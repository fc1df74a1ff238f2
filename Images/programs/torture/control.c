/* Control flow: computed goto, switches with fall-through, jumps into loops, loops of every shape. */
#include "torture.h"

NOINLINE static long interpret(const unsigned char *code)
{
	static const void *const labels[] = { &&halt, &&increment, &&twice, &&jump };
	long x = 1, steps = 0;

next:
	if (++steps > 100)
		return -1;
	goto *labels[*code++];
increment:
	x++;
	HOP();
	goto next;
twice:
	x *= 2;
	goto next;
jump:
	code += *code;
	HOP();
	goto next;
halt:
	return x;
}

NOINLINE static int choose(int n)
{
	int r = 0, i = 1;

	switch (n & 7) {
	case 0:
		r = 5;
	case 1:
		HOP();
		r += 2;
		break;
	case 2:
		return choose(n >> 3) + 1;
	case 5:
		if (n > 20)
			goto middle;
		r = -1;
		break;
	default:
		return -n;
	}
	for (i = 0; i < 4; i++) {
		r += i;
	middle:
		HOP();
		r ^= 1;
		if (r > 30)
			break;
	}
	return r;
}

/* Long loops without calls, whose counters run in every direction: they are divided into chunks. */
NOINLINE static uint64_t loops(uint32_t n, int step)
{
	uint64_t s = 1;
	static uint32_t a[20000], b[20000];

	for (uint32_t i = 0; i < 20000; i++)
		a[i] = i * n;
	for (int i = 19999; i >= 0; i--)
		b[i] = a[i] ^ i;
	for (uint32_t i = 0; i < 20000; i += 3)
		s += b[i] * 5;
	for (int64_t i = 20000; i > 0; i -= 7)
		s ^= a[i - 1] + i;
	for (uint32_t *p = a; p != a + 20000; p++)
		s = s * 3 + *p;
	for (unsigned i = 0; i < 20000u / n; i++)
		s += i & b[i];
	for (int i = 0; i < 30000; i += step)
		s += i;
	uint32_t i = 0;

	do
		s = s << 1 ^ i;
	while (++i < 9000);
	for (uint32_t k = UINT32_MAX - 10000; k != 0; k++)
		s += k % 5;
	for (uint32_t x = n; x != 1; x = x % 2 ? 3 * x + 1 : x / 2)
		s++;
	for (i = 0; i < 20000; i++)
		if (b[i] > s % 4294967291u)
			break;
	return s + i;
}

void control(void)
{
	mix(interpret((const unsigned char[]){ 1, 2, 3, 1, 0, 2, 1, 0 }));
	mix(interpret((const unsigned char[]){ 2, 2, 1, 1, 2, 0 }));
	for (int i = 0; i < 64; i++)
		mix(choose(pick(2400)));
	mix(loops(7 + pick(10), 11));
	mix(loops(27, 1));
}
