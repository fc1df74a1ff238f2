/* A long loop without calls must notice a request: with every check a request, there must be hops in the loop. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static uint64_t spin(const uint32_t *values, uint64_t n)
{
	uint64_t s = 0;

	for (uint64_t i = 0; i < n; i++)
		s += values[i & 1023] ^ s >> 3;
	return s;
}

int main(int argc, char **argv)
{
	static uint32_t values[1024];

	for (int i = 0; i < 1024; i++)
		values[i] = i * 2654435761u;
	printf("%llu\n", (unsigned long long)spin(values, argc > 1 ? strtoull(argv[1], NULL, 10) : 1000));
	return 0;
}
