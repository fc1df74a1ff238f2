/* memory-model [--iterations N]
 *
 * Runs each test with its threads on different nodes, beginning with each node in turn, and counts the outcomes that
 * the memory model forbids. Ends with 1 if there are any. */
#include "../arguments.h"
#include "../nodes.h"
#include "model.h"

struct page shared[8];

static const struct test *const tests[] = {
	&message_passing, &message_passing_by_fences,
	&store_buffering, &load_buffering,
	&coherence,       &independent_reads,
	&peterson,        &compare_and_swap,
	&ticket_lock,     &sequence_lock,
	&neighbours,
};

static const struct test *current;
static pthread_barrier_t together;

static void *play(void *argument)
{
	struct actor *actor = argument;

	migrate(actor->target, NULL, NULL);
	actor->node = current_nid();
	pthread_barrier_wait(&together);
	current->act(actor);
	return NULL;
}

static bool prepare(struct actor *actor, int role, int roles, int target, uint64_t iterations)
{
	*actor = (struct actor){ .role = role, .roles = roles, .target = target, .iterations = iterations };
	actor->seen = calloc(iterations, sizeof *actor->seen);
	return actor->seen;
}

/* With role 0 on node `nodes[first]`, role 1 on the next one, and so on. Returns the forbidden outcomes. */
static uint64_t run(const struct test *test, const int *nodes, int count, int first, uint64_t iterations)
{
	int roles = test->roles ? test->roles : count > 4 ? count : 4;
	struct actor actors[MAX_ACTORS];
	uint64_t forbidden = 0;

	current = test;
	memset(shared, 0, sizeof shared);
	pthread_barrier_init(&together, NULL, roles);
	for (int i = 0; i < roles; i++)
		if (!prepare(&actors[i], i, roles, nodes[(first + i) % count], iterations) ||
		    pthread_create(&actors[i].thread, NULL, play, &actors[i])) {
			fprintf(stderr, "no memory or no thread for role %d\n", i);
			exit(EXIT_FAILURE);
		}
	printf("%s, on nodes", test->name);
	for (int i = 0; i < roles; i++) {
		pthread_join(actors[i].thread, NULL);
		printf(" %d", actors[i].node);
		forbidden += actors[i].forbidden;
	}
	if (test->judge)
		forbidden += test->judge(actors);
	for (int i = 0; i < roles; i++)
		free(actors[i].seen);
	pthread_barrier_destroy(&together);
	printf(": %llu iterations, %llu forbidden\n", (unsigned long long)iterations, (unsigned long long)forbidden);
	fflush(stdout);
	return forbidden;
}

int main(int argc, char **argv)
{
	int nodes[MAX_POPCORN_NODES], count = list_nodes(nodes);
	uint64_t iterations = 1000, forbidden = 0;
	const struct argument arguments[] = { { "iterations", &iterations, 1, 10000000 } };

	if (!read_arguments(arguments, 1, argc, argv))
		return 2;
	if (count == 1)
		fprintf(stderr, "there is no other node: everything stays on node %d\n", nodes[0]);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		for (int first = 0; first < count; first++)
			forbidden += run(tests[i], nodes, count, first, iterations);
	printf("total: %llu forbidden\n", (unsigned long long)forbidden);
	return forbidden ? EXIT_FAILURE : 0;
}
