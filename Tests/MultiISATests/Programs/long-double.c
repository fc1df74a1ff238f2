/* long double in all its uses. The reference is the same source with long-double-reference.h in front: double's functions, and
 * formats without the letter. */
#include <complex.h>
#include <err.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <tgmath.h>
#include <unistd.h>
#include <wchar.h>

/* What stands before a conversion of printf and of scanf. */
#ifndef REFERENCE
#define P "L"
#define S "L"
#define WP L"L"
#define WS L"L"
#endif

typedef long double real;

struct point {
	int tag;
	real x, y;
};
struct large {
	real values[6];
};

static real table[] = {1.0L, 0.1L, LDBL_MAX, LDBL_MIN, -0.0L, 1.0L / 3};
static struct point origin = {7, 0.25L, -2};
real shared;
_Thread_local real local = 1.5L;

static __attribute__((noinline)) real step(int n)
{
	return n ? 0.5L + step(n - 1) : 0;
}

static __attribute__((noinline)) struct point move_point(struct point p, real by)
{
	p.x += by + step(3);
	p.y *= by;
	return p;
}

static __attribute__((noinline)) struct large scale(struct large l, real by)
{
	for (int i = 0; i < 6; i++)
		l.values[i] = l.values[i] * by + step(i);
	return l;
}

static __attribute__((noinline)) real sum(int n, ...)
{
	real result = 0;
	va_list list;

	va_start(list, n);
	while (n--) {
		real x = va_arg(list, real);
		int i = va_arg(list, int);

		result += x * i + step(1);
	}
	va_end(list);
	return result;
}

static __attribute__((noinline)) void say(const char *format, ...)
{
	char text[512];
	va_list list, again;

	va_start(list, format);
	va_copy(again, list);
	int length = vsnprintf(text, sizeof text, format, list);

	printf("[%d] ", length);
	vprintf(format, again);
	va_end(list);
	va_end(again);
}

static __attribute__((noinline)) void say_wide(const wchar_t *format, ...)
{
	wchar_t text[256];
	va_list list;

	va_start(list, format);
	vswprintf(text, 256, format, list);
	va_end(list);
	printf("%ls", text);
}

/* The same format as a constant, as a text that is known at run time only, by a pointer, and with a va_list. */
#define SHOW(format, ...) do { \
	const char *volatile text = format; \
	int (*volatile print)(const char *, ...) = printf; \
	printf(format, __VA_ARGS__); \
	printf(text, __VA_ARGS__); \
	print(text, __VA_ARGS__); \
	say(text, __VA_ARGS__); \
} while (0)

#define SHOW_WIDE(format, ...) do { \
	const wchar_t *volatile text = format; \
	wchar_t to[256]; \
	swprintf(to, 256, format, __VA_ARGS__); \
	printf("%ls", to); \
	swprintf(to, 256, text, __VA_ARGS__); \
	printf("%ls", to); \
	say_wide(text, __VA_ARGS__); \
} while (0)

static __attribute__((noinline)) void kind_of_type(void)
{
	printf("size %zu %zu align %zu\n", sizeof(real), sizeof(struct point), _Alignof(real));
	printf("mant %d dig %d decimal %d %d exp %d %d 10exp %d %d subnormal %d\n", LDBL_MANT_DIG, LDBL_DIG, DECIMAL_DIG,
	       LDBL_DECIMAL_DIG, LDBL_MIN_EXP, LDBL_MAX_EXP, LDBL_MIN_10_EXP, LDBL_MAX_10_EXP, LDBL_HAS_SUBNORM);
	SHOW("%" P "a %" P "a %" P "a %" P "a\n", LDBL_MAX, LDBL_MIN, LDBL_EPSILON, LDBL_TRUE_MIN);
	printf("%d %d %d\n", LDBL_MAX == DBL_MAX, LDBL_EPSILON == DBL_EPSILON, 1 + LDBL_EPSILON / 2 == 1.0L);
}

static __attribute__((noinline)) void print(void)
{
	real x = 1234.56789L;
	int n = -1;

	SHOW("%" P "f|%5.2" P "f|%-12.1" P "e|%+" P "g|% " P "G|%#.0" P "f|%'010.3" P "f|%" P "E|%" P "A|%" P "F\n", x, x, x, x,
	     x, x, x, x, x, -x);
	SHOW("%*.*" P "f|%-*" P "g|%.*" P "e\n", 12, 3, x, 14, x, 2, x);
	SHOW("%2$" P "f %1$d %3$s %2$.1" P "f\n", 5, x, "positions");
	SHOW("%% %%Lf %d%%Lg %c%s%" P "g%n\n", 3, 'L', "Lf", x, &n);
	SHOW("L Lf %d %ld %lld %hhd %zu %f %lf %" P "f L\n", 1, 2L, 3LL, 4, (size_t)5, 6.5, 7.5, x);
	SHOW("%" P "f %" P "f %" P "f %" P "f\n", (real)INFINITY, -(real)INFINITY, (real)NAN, -0.0L);
	SHOW("no L%s\n", "");
	/* Neither libc knows %Ld, and both say so; what other letters follow is not ours. */
	const char *volatile integers = "%Ld\n", *volatile incomplete = "%L";
	char buffer[64];

	printf("%d %d", snprintf(buffer, sizeof buffer, "%Ld", 5LL) < 0, snprintf(buffer, sizeof buffer, integers, 5LL) < 0);
	printf(" %d\n", snprintf(buffer, sizeof buffer, incomplete, 5LL) < 0);
	char *allocated = NULL, *volatile format = "%" P "f %s\n";

	asprintf(&allocated, format, x, "asprintf");
	printf("%s", allocated);
	free(allocated);
	asprintf(&allocated, "%" P "f %s\n", x, "asprintf");
	printf("%s", allocated);
	free(allocated);
	sprintf(buffer, format, x, "sprintf");
	printf("%s", buffer);
	fflush(stdout);
	dprintf(STDOUT_FILENO, format, x, "dprintf");
	fprintf(stdout, n > 100 ? "%" P "e %s\n" : "%" P "g %s\n", x, "chosen");
	fprintf(stdout, n > 100 ? "%d" : "%d chosen\n", n);
	warnx(format, x, "warnx");
	warnx("%" P "f %s", x, "warnx");
	warn(NULL);
	syslog(LOG_DEBUG, format, x, "syslog");
	SHOW_WIDE(L"%" WP L"f|%*.*" WP L"e|%2d|%%Lf|%ls\n", x, 12, 3, x, 4, L"wide L");
}

static __attribute__((noinline)) void scan(void)
{
	real x = 0, y = 0;
	double d = 0;
	float f = 0;
	char text[32] = "", *allocated = NULL;
	const char *volatile formats[] = {
		"%" S "f %lf %f", "%*" S "f %7" S "g", "%[^L]%*[%Lf]%" S "e", "%[]Lf%] %" S "a", "%[^]%Lf] ] %" S "f", "%% %" S "f%%",
		"%2$" S "f %1$lf", "%m[a-zL] %" S "f", "%4s%" S "g", "%[^^]^%" S "f"};

	printf("%d", sscanf("1.5 2.5 3.5", "%" S "f %lf %f", &x, &d, &f));
	printf(" %" P "f %f %f\n", x, d, f);
	printf("%d", sscanf("-1.5 -2.5 -3.5", formats[0], &x, &d, &f));
	printf(" %" P "f %f %f\n", x, d, f);
	printf("%d", sscanf("9.5 0x1.8p3", formats[1], &x));
	printf(" %" P "f\n", x);
	printf("%d", sscanf("abcLf%1e3", formats[2], text, &x));
	printf(" %s %" P "f\n", text, x);
	printf("%d", sscanf("abcLf%1e4", "%[^L]%*[%Lf]%" S "e", text, &x));
	printf(" %s %" P "f\n", text, x);
	printf("%d", sscanf("L]f% 17", formats[3], text, &x));
	printf(" %s %" P "f\n", text, x);
	printf("%d", sscanf("ab ] 18", formats[4], text, &x));
	printf(" %s %" P "f\n", text, x);
	printf("%d", sscanf("% 19%", formats[5], &x));
	printf(" %" P "f\n", x);
	printf("%d", sscanf("1.25 2.75", formats[6], &d, &y));
	printf(" %f %" P "f\n", d, y);
	printf("%d", sscanf("helLo 20", formats[7], &allocated, &x));
	printf(" %s %" P "f\n", allocated, x);
	free(allocated);
	printf("%d", sscanf("%Lf:21", formats[8], text, &x));
	printf(" %s %" P "f\n", text, x);
	printf("%d", sscanf("text^22", formats[9], text, &x));
	printf(" %s %" P "f\n", text, x);

	const wchar_t *volatile wide = L"%" WS L"f %l[L] %" WS L"f";
	wchar_t letters[8];

	printf("%d", swscanf(L"23.5 LL 24.5", wide, &x, letters, &y));
	printf(" %" P "f %ls %" P "f\n", x, letters, y);
	printf("%d", swscanf(L"25.5 L 26.5", L"%" WS L"f %l[L] %" WS L"f", &x, letters, &y));
	printf(" %" P "f %ls %" P "f\n", x, letters, y);
}

static __attribute__((noinline)) void compute(void)
{
	real (*volatile one)(real) = sinl, (*volatile same)(real) = sinl;
	real (*const functions[])(real) = {sinl, cosl, expl, log2l, cbrtl, lgammal, erfl, nearbyintl, truncl};
	real whole, sine, cosine, x = 0.7L;
	int exponent, quotient;
	char *end;
	wchar_t *wide_end;

	printf("%d %" P "a %" P "a\n", one == same, one(x), same(x) + step(2));
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		printf("%" P "a\n", functions[i](x + step((int)i)));
	printf("%" P "a", modfl(-12.75L, &whole));
	printf(" %" P "a\n", whole);
	printf("%" P "a", frexpl(100.0L, &exponent));
	printf(" %d %" P "a\n", exponent, ldexpl(0.75L, exponent));
	sincosl(x, &sine, &cosine);
	printf("%" P "a %" P "a\n", sine, cosine);
	printf("%" P "a", remquol(29.0L, 3.0L, &quotient));
	printf(" %d\n", quotient);
	printf("%" P "a", lgammal_r(-2.5L, &quotient));
	printf(" %d\n", quotient);
	printf("%" P "a", strtold("1.25e3rest", &end));
	printf(" %s\n", end);
	printf("%" P "a", wcstold(L"-0x1.8p4rest", &wide_end));
	printf(" %ls\n", wide_end);
	printf("%lld %ld %lld %ld %d\n", llrintl(2.5L), lrintl(3.5L), llroundl(-2.5L), lroundl(2.5L), ilogbl(1000.0L));
	printf("%" P "a %" P "a %" P "a\n", powl(x, 3), fmal(x, x, x), hypotl(3, 4));
	printf("%a %" P "a %a\n", (nexttoward)(1, 2.0L), nexttowardl(1.0L, 0), (double)nexttowardf(1, 1.0L + LDBL_EPSILON));
	printf("%a %a %a %a\n", (double)nexttowardf(1, 1.0L), (double)nexttowardf(0, -0x1p-1000L),
	       (double)nexttowardf(-1, -INFINITY), (double)nexttowardf(0x1.fffffep127f, INFINITY));
	printf("%d %d %d %d %d %d\n", isnan(x), isinf((real)INFINITY), !!signbit(-0.0L), fpclassify(LDBL_TRUE_MIN) == FP_SUBNORMAL,
	       isnormal(x), isless(x, 1.0L));
	/* The functions of <tgmath.h>, whose names are macros here. */
	real root = sqrt(x + 0.02L);

	printf("%" P "a %zu %" P "a\n", root, sizeof(sin(x)), cos(x));
}

static __attribute__((noinline)) void compute_complex(void)
{
	long double _Complex z = 1.5L + 0.5L * I, w = cexpl(z) * csqrtl(z);
	real (*volatile absolute)(long double _Complex) = cabsl;

	w += step(2);
	printf("%" P "a %" P "a %" P "a %" P "a\n", creall(w), cimagl(w), absolute(w), cargl(w));
	w = cpowl(w, conjl(z)) / z;
	printf("%" P "a %" P "a\n", creall(w), cimagl(w));
}

int main(void)
{
	struct point p = move_point(origin, 1.5L);
	struct large l;
	real live = 0.125L;

	kind_of_type();
	for (int i = 0; i < 6; i++)
		l.values[i] = table[i];
	l = scale(l, 0.5L);
	for (int i = 0; i < 6; i++) {
		live = live * 1.5L + step(i);
		printf("%d %" P "a %" P "a\n", i, l.values[i], live);
	}
	shared = live;
	local += shared;
	printf("%d %" P "g %" P "g %" P "a %" P "a\n", p.tag, p.x, p.y, shared, local);
	printf("%" P "a\n", sum(3, 1.5L, 2, 0.25L, 3, live, 4));
	print();
	scan();
	compute();
	compute_complex();
	return 0;
}
