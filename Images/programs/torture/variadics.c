/* Variadic functions of every kind of argument, va_copy, va_list as an argument, and libc's. */
#include "torture.h"
#include <stdarg.h>

struct pair {
	double x;
	long y;
};
struct big {
	long values[5];
};
struct one {
	char c;
};

NOINLINE static long sum(int n, ...)
{
	va_list list, again;
	long s = 0;

	va_start(list, n);
	va_copy(again, list);
	for (int i = 0; i < n; i++) {
		s += i % 4 == 3 ? (long)va_arg(list, double) : va_arg(list, int);
		HOP();
	}
	struct pair pair = va_arg(list, struct pair);
	struct big big = va_arg(list, struct big);
	struct one one = va_arg(list, struct one);

	s += pair.x + pair.y + big.values[4] + one.c;
	s += va_arg(list, long long);
	s += *va_arg(list, char *);
	s += (long)(va_arg(list, __int128) >> 70);
	for (int i = 0; i < n; i++)
		s ^= i % 4 == 3 ? (long)va_arg(again, double) : va_arg(again, int);
	va_end(again);
	va_end(list);
	return s;
}

NOINLINE static long take(int n, va_list list)
{
	long s = 0;

	while (n--) {
		HOP();
		s = s * 3 + va_arg(list, int);
	}
	return s;
}

NOINLINE static long give(int n, ...)
{
	va_list list;

	va_start(list, n);
	long s = take(n, list);

	va_end(list);
	return s;
}

NOINLINE static int format(char *to, size_t size, const char *text, ...)
{
	va_list list;

	va_start(list, text);
	HOP();
	int length = vsnprintf(to, size, text, list);

	va_end(list);
	return length;
}

NOINLINE static long through_pointer(long (*f)(int, ...), int (*print)(char *, size_t, const char *, ...))
{
	char text[64];

	mix(print(text, sizeof text, "%d/%s/%.2f", 42, "x", 2.5));
	for (char *p = text; *p; p++)
		mix(*p);
	return f(4, 1, 2, 3, 4);
}

void variadics(void)
{
	struct pair pair = { 1.5, 7 };
	struct big big = { { 1, 2, 3, 4, 5 } };
	struct one one = { 'c' };
	char text[200];

	mix(sum(11, 1, 2, 3, 4.5, 5, 6, 7, 8.25, 9, 10, 11, pair, big, one, 123456789012345ll, "Q", (__int128)5 << 80));
	mix(give(6, pick(100), 5, 4, 3, 2, 1));
	mix(format(text, sizeof text, "%s %d %.3f %c %ld %x %5.1f %zu", "hop", -5, 3.14159, 'z', 1234567890123l, 255u,
		   2.5, sizeof text));
	for (char *p = text; *p; p++)
		mix(*p);
	mix(through_pointer(give, snprintf));
}
