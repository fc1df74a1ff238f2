/* The sum of all primes below a limit (100,000, or the first argument), by four threads on the nodes in turn.
 *
 * Each thread goes to a node of its own, takes every fourth odd number, and adds up under a mutex. */
#include "../nodes.h"
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#define THREADS 4
/* How many primes a thread finds before it adds them to the sum. */
#define BATCH 64

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static uint64_t sum;
static uint32_t limit;

struct share {
	pthread_t thread;
	uint32_t first;
	int steps, node;
	unsigned primes;
};

static bool is_prime(uint32_t n)
{
	if (n < 4 || n % 2 == 0)
		return n == 2 || n == 3;
	for (uint32_t divisor = 3; (uint64_t)divisor * divisor <= n; divisor += 2)
		if (n % divisor == 0)
			return false;
	return true;
}

static void add(uint64_t part)
{
	pthread_mutex_lock(&mutex);
	sum += part;
	pthread_mutex_unlock(&mutex);
}

static void *count(void *argument)
{
	struct share *share = argument;
	uint64_t part = 0;
	unsigned primes = 0;

	migrate(node_after(share->steps), NULL, NULL);
	for (uint64_t n = share->first; n < limit; n += 2 * THREADS) {
		if (!is_prime(n))
			continue;
		part += n;
		if (++primes % BATCH == 0) {
			add(part);
			part = 0;
		}
	}
	add(part);
	share->primes = primes;
	share->node = current_nid();
	return NULL;
}

int main(int argc, char **argv)
{
	struct share shares[THREADS];

	limit = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	if (limit > 2)
		add(2);
	for (int i = 0; i < THREADS; i++) {
		/* 1 is no prime, so that thread 0 begins with it. */
		shares[i] = (struct share){ .first = 2 * i + 1, .steps = i };
		if (pthread_create(&shares[i].thread, NULL, count, &shares[i])) {
			fprintf(stderr, "no thread %d\n", i);
			return EXIT_FAILURE;
		}
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(shares[i].thread, NULL);
		printf("thread %d found %u primes (node %d)\n", i, shares[i].primes, shares[i].node);
	}
	printf("sum is %llu\n", (unsigned long long)sum);
	return 0;
}
