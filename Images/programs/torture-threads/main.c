/* torture-threads [--rounds N] [--seed N] [--threads N] [--hops N] [--every N]
 *
 * Prints a checksum per theme and a total, which depend on rounds, seed and threads alone. `hops` is the number that
 * each thread asks for at most. What the hops were goes to stderr. */
#include "../arguments.h"
#include "threads.h"

/* In a round each worker passes more places than this at which it may hop. */
#define PLACES_OF_A_ROUND 100

static const struct theme *const themes[] = {
	&mutexes, &rwlocks, &queue,    &turns,    &barriers, &semaphores, &once,
	&keys,    &locals,  &children, &handover, &counters, &stack,
};

#define THEMES ((int)(sizeof themes / sizeof *themes))

int workers;

static uint64_t threads = 4, rounds, seed = 1, hops, every = 1;
/* With main, and without. */
static pthread_barrier_t all, only_workers;

uint32_t pick(struct worker *worker, uint32_t limit)
{
	worker->sequence = worker->sequence * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (worker->sequence >> 33) % limit;
}

uint64_t mixed(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * UINT64_C(1099511628211);
}

void meet(void)
{
	pthread_barrier_wait(&only_workers);
}

void begin_hops(int number)
{
	hop_begin(&(struct hop_schedule){ .hops = hops, .every = every, .seed = seed * MAX_WORKERS + number });
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	worker->sequence = mixed(seed, worker->number);
	migrate(node_after(worker->number), NULL, NULL);
	begin_hops(worker->number);
	for (uint64_t round = 0; round < rounds; round++)
		for (int i = 0; i < THEMES; i++) {
			pthread_barrier_wait(&all);
			themes[i]->run(worker);
			HOP();
			pthread_barrier_wait(&all);
		}
	return NULL;
}

static bool start(struct worker *all_workers)
{
	pthread_barrier_init(&all, NULL, workers + 1);
	pthread_barrier_init(&only_workers, NULL, workers);
	for (int i = 0; i < workers; i++) {
		all_workers[i].number = i;
		if (pthread_create(&all_workers[i].thread, NULL, work, &all_workers[i])) {
			fprintf(stderr, "no thread %d\n", i);
			return false;
		}
	}
	return true;
}

static void run_theme(const struct theme *theme, struct worker *all_workers, uint64_t *sum)
{
	if (theme->prepare)
		theme->prepare();
	for (int i = 0; i < workers; i++)
		all_workers[i].sum = 0;
	pthread_barrier_wait(&all);
	HOP();
	pthread_barrier_wait(&all);
	for (int i = 0; i < workers; i++)
		*sum = mixed(*sum, all_workers[i].sum);
	if (theme->finish)
		*sum = mixed(*sum, theme->finish());
}

int main(int argc, char **argv)
{
	const struct argument arguments[] = {
		{ "rounds", &rounds, 1, UINT32_MAX },    { "seed", &seed, 0, UINT32_MAX / MAX_WORKERS },
		{ "threads", &threads, 2, MAX_WORKERS }, { "hops", &hops, 0, UINT32_MAX },
		{ "every", &every, 1, 1000000 },
	};
	struct worker all_workers[MAX_WORKERS] = { 0 };
	uint64_t sums[THEMES] = { 0 }, total = 0;

	if (!read_arguments(arguments, 5, argc, argv))
		return 2;
	if (threads % 2) {
		fprintf(stderr, "%s: --threads must be even: half of them produce what the others consume\n", argv[0]);
		return 2;
	}
	workers = threads;
	if (!rounds)
		rounds = hops * every / PLACES_OF_A_ROUND + 1;
	if (!start(all_workers))
		return EXIT_FAILURE;
	begin_hops(workers);
	for (uint64_t round = 0; round < rounds; round++)
		for (int i = 0; i < THEMES; i++)
			run_theme(themes[i], all_workers, &sums[i]);
	for (int i = 0; i < workers; i++)
		pthread_join(all_workers[i].thread, NULL);
	for (int i = 0; i < THEMES; i++) {
		printf("%-10s %016llx\n", themes[i]->name, (unsigned long long)sums[i]);
		total = mixed(total, sums[i]);
	}
	printf("%-10s %016llx\n", "total", (unsigned long long)total);
	hop_report();
	return 0;
}
