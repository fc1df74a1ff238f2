/* The one function whose arguments differ in precision although long double is double. */
#include <math.h>

float nexttowardf(float x, long double y)
{
	if (isnan(x) || isnan(y))
		return (float)(x + y);
	/* Equal numbers give y: its sign counts for zeros. */
	if (x == y)
		return (float)y;
	return nextafterf(x, x < y ? INFINITY : -INFINITY);
}
