#include "bench.h"

static double user_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_utime.tv_sec + usage.ru_utime.tv_usec * 1e-6;
}

int main(void)
{
	static const struct {
		const char *name;
		uint64_t (*run)(void);
	} kernels[] = {
		{"integer-sort", sort_integers}, {"fft", transform},	{"fibonacci", fibonacci},
		{"qsort", sort_with_comparison}, {"trees", build_trees},
	};

	for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
		double best = 1e9;
		uint64_t sum = 0;

		for (int round = 0; round < 5; round++) {
			double before = user_seconds();

			sum = kernels[i].run();
			double took = user_seconds() - before;

			best = took < best ? took : best;
		}
		printf("%s %.6f %016llx\n", kernels[i].name, best, (unsigned long long)sum);
	}
	return 0;
}
