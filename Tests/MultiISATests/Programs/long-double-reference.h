/* Makes long-double.c a program that libc's functions for double suffice for: compile with -mlong-double-64. */
#include <stddef.h>

#define REFERENCE 1
#define P ""
#define S "l"
#define WP L""
#define WS L"l"

long double sinl(long double) __asm__("sin");
long double cosl(long double) __asm__("cos");
long double expl(long double) __asm__("exp");
long double log2l(long double) __asm__("log2");
long double cbrtl(long double) __asm__("cbrt");
long double lgammal(long double) __asm__("lgamma");
long double erfl(long double) __asm__("erf");
long double nearbyintl(long double) __asm__("nearbyint");
long double truncl(long double) __asm__("trunc");
long double modfl(long double, long double *) __asm__("modf");
long double frexpl(long double, int *) __asm__("frexp");
long double ldexpl(long double, int) __asm__("ldexp");
long double powl(long double, long double) __asm__("pow");
long double fmal(long double, long double, long double) __asm__("fma");
long double hypotl(long double, long double) __asm__("hypot");
void sincosl(long double, long double *, long double *) __asm__("sincos");
long double remquol(long double, long double, int *) __asm__("remquo");
long double lgammal_r(long double, int *) __asm__("lgamma_r");
long double strtold(const char *restrict, char **restrict) __asm__("strtod");
long double wcstold(const wchar_t *restrict, wchar_t **restrict) __asm__("wcstod");
long long llrintl(long double) __asm__("llrint");
long lrintl(long double) __asm__("lrint");
long long llroundl(long double) __asm__("llround");
long lroundl(long double) __asm__("lround");
int ilogbl(long double) __asm__("ilogb");
double nexttoward(double, long double) __asm__("nextafter");
long double nexttowardl(long double, long double) __asm__("nextafter");
float nexttowardf(float, long double) __asm__("reference_nexttowardf");
long double _Complex cexpl(long double _Complex) __asm__("cexp");
long double _Complex csqrtl(long double _Complex) __asm__("csqrt");
long double _Complex conjl(long double _Complex) __asm__("conj");
long double _Complex cpowl(long double _Complex, long double _Complex) __asm__("cpow");
long double cabsl(long double _Complex) __asm__("cabs");
long double creall(long double _Complex) __asm__("creal");
long double cimagl(long double _Complex) __asm__("cimag");
long double cargl(long double _Complex) __asm__("carg");

#include <math.h>

__attribute__((weak)) float nexttowardf(float x, long double y)
{
	return x == y ? (float)y : nextafterf(x, x < y ? INFINITY : -INFINITY);
}
