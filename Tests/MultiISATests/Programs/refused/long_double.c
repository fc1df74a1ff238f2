#include <stdio.h>
struct s { int i; long double d; } global; // expect: 0: global: long double
static double half(double d)
{
	long double x = d; // expect: 5: half: long double
	return x / 2;
}
int main(void)
{
	printf("%f\n", half(3));
	printf("%Lf\n", 1.5L); // expect: 11: main: long double
	return global.i;
}
