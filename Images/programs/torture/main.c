/* torture [--rounds N] [--seed N] [--hops N] [--every N]
 *
 * Prints a checksum per theme and a total, which depend on rounds and seed alone: not on the ISA, the hops, or the
 * compiler. What the hops were goes to stderr. */
#include "../arguments.h"
#include "torture.h"

/* A round passes more places than this at which it may hop, whatever the seed and the libc. */
#define PLACES_OF_A_ROUND 1000

static struct theme {
	const char *name;
	void (*run)(void);
	uint64_t sum;
} themes[] = {
	{ "recursion", recursion, 0 }, { "structs", structs, 0 },
	{ "variadics", variadics, 0 }, { "frames", frames, 0 },
	{ "pointers", pointers, 0 },   { "numbers", numbers, 0 },
	{ "control", control, 0 },     { "locals", locals, 0 },
	{ "memory", memory, 0 },       { "library", library, 0 },
	{ "callbacks", callbacks, 0 }, { "parsing", parsing, 0 },
	{ "text", text, 0 },           { "live", live, 0 },
	{ "startup", startup, 0 },     { "containers", containers, 0 },
	{ "solving", solving, 0 },
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

int main(int argc, char **argv)
{
	const size_t count = sizeof themes / sizeof *themes;
	struct hop_schedule schedule = { 0 };
	uint64_t rounds = 0, seed = 1, every = 1, total = 0;
	const struct argument arguments[] = {
		{ "rounds", &rounds, 1, UINT32_MAX },
		{ "seed", &seed, 0, UINT32_MAX },
		{ "hops", &schedule.hops, 0, UINT32_MAX },
		{ "every", &every, 1, 1000000 },
	};

	if (!read_arguments(arguments, 4, argc, argv))
		return 2;
	/* Enough for the hops, whether or not they can be made. */
	if (!rounds)
		rounds = schedule.hops * every / PLACES_OF_A_ROUND + 1;
	schedule.every = every;
	schedule.seed = seed;
	hop_begin(&schedule);
	for (uint64_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < count; i++) {
			current = &themes[i];
			sequence = mixed(mixed(seed, round), i);
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
