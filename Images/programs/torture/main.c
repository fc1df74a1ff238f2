/* torture [--rounds N] [--seed N] [--hops N] [--every N]
 *
 * Prints a checksum per theme and a total, which depend on rounds and seed alone: not on the ISA, the hops, or the
 * compiler. What the hops were goes to stderr. */
#include "torture.h"
#include <getopt.h>

/* A round passes more places than this at which it may hop, whatever the seed and the libc. */
#define PLACES_OF_A_ROUND 1000

static struct theme {
	const char *name;
	void (*run)(void);
	uint64_t sum;
} themes[] = {
	{"recursion", recursion, 0}, {"structs", structs, 0},	{"variadics", variadics, 0}, {"frames", frames, 0},
	{"pointers", pointers, 0},   {"numbers", numbers, 0},	{"control", control, 0},     {"locals", locals, 0},
	{"memory", memory, 0},	     {"library", library, 0},	{"callbacks", callbacks, 0}, {"parsing", parsing, 0},
	{"text", text, 0},	     {"live", live, 0},		{"startup", startup, 0},     {"containers", containers, 0},
	{"solving", solving, 0},
};

static struct theme *current;
static uint64_t sequence;

/* FNV-1a, a word at a time. */
static uint64_t mixed(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * UINT64_C(1099511628211);
}

void mix(uint64_t value)
{
	current->sum = mixed(current->sum, value);
}

void mix_double(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	mix(bits);
}

void mix_text(const char *text)
{
	for (; *text; text++)
		mix((unsigned char)*text);
}

uint32_t pick(uint32_t limit)
{
	sequence = sequence * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (sequence >> 33) % limit;
}

struct arguments {
	uint64_t rounds, seed;
	struct hop_schedule schedule;
};

static bool read_number(uint64_t *to, uint64_t least)
{
	char *end;

	*to = strtoull(optarg, &end, 10);
	return *optarg >= '0' && *optarg <= '9' && !*end && *to >= least;
}

static bool read_arguments(struct arguments *arguments, int argc, char **argv)
{
	static const struct option options[] = {
		{"rounds", required_argument, NULL, 'r'},
		{"seed", required_argument, NULL, 's'},
		{"hops", required_argument, NULL, 'h'},
		{"every", required_argument, NULL, 'e'},
		{NULL, 0, NULL, 0},
	};
	uint64_t every = 1, rounds = 0;
	bool is_good = true;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0)
		is_good &= option == 'r'   ? read_number(&rounds, 1)
			   : option == 's' ? read_number(&arguments->seed, 0)
			   : option == 'h' ? read_number(&arguments->schedule.hops, 0)
			   : option == 'e' ? read_number(&every, 1) && every <= 1000000
					   : false;
	/* Enough for the hops, whether or not they can be made. */
	if (!rounds)
		rounds = arguments->schedule.hops * every / PLACES_OF_A_ROUND + 1;
	arguments->rounds = rounds;
	arguments->schedule.every = every;
	arguments->schedule.seed = arguments->seed;
	return is_good && optind == argc;
}

int main(int argc, char **argv)
{
	const size_t count = sizeof themes / sizeof *themes;
	struct arguments arguments = {.seed = 1};
	uint64_t total = 0;

	if (!read_arguments(&arguments, argc, argv)) {
		fprintf(stderr, "usage: torture [--rounds N] [--seed N] [--hops N] [--every N]\n");
		return 2;
	}
	hop_begin(&arguments.schedule);
	for (uint64_t round = 0; round < arguments.rounds; round++)
		for (size_t i = 0; i < count; i++) {
			current = &themes[i];
			sequence = mixed(mixed(arguments.seed, round), i);
			themes[i].run();
		}
	for (size_t i = 0; i < count; i++) {
		printf("%-10s %016llx\n", themes[i].name, (unsigned long long)themes[i].sum);
		total = mixed(total, themes[i].sum);
	}
	printf("%-10s %016llx\n", "total", (unsigned long long)total);
	hop_report();
	return 0;
}
