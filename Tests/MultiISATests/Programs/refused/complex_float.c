#include <complex.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	float _Complex z = csqrtf(argc + 1.0f * I); // expect: 5: main: differently
	printf("%f\n", crealf(z));
	return 0;
}
