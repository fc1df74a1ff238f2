#include <stdio.h>
struct s { int i; __float128 d; } global; // expect: 2: global: __float128
typedef float quad __attribute__((mode(TF)));
static double half(double d)
{
	quad x = d; // expect: 6: half: __float128
	return x / 2;
}
int main(void)
{
	printf("%f %Lf\n", half(3), 1.5L);
	printf("%d\n", (__bf16)half(3) > 1); // expect: 12: main: __bf16
	return global.i;
}
