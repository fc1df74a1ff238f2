#include "torture.h"

static uint64_t sum = UINT64_C(1469598103934665603);

void mix(uint64_t value)
{
	sum = (sum ^ value) * UINT64_C(1099511628211);
}

void mix_double(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	mix(bits);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} themes[] = {
		{"recursion", recursion}, {"structs", structs}, {"variadics", variadics}, {"frames", frames},
		{"pointers", pointers},	  {"numbers", numbers}, {"control", control},	  {"locals", locals},
		{"memory", memory},	  {"library", library},
	};
	int rounds = argc > 1 ? atoi(argv[1]) : 1;

	while (rounds--)
		for (size_t i = 0; i < sizeof themes / sizeof *themes; i++) {
			themes[i].run();
			printf("%s %016llx\n", themes[i].name, (unsigned long long)sum);
		}
	return 7;
}
