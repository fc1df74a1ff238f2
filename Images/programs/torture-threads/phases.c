/* Barriers and semaphores. */
#include "threads.h"
#include <semaphore.h>
#include <string.h>

#define CELLS 96
#define STEPS 6

/* Heat in a rod: each thread computes a part of the new state from the whole old one, and all wait for each other. */
static double rod[2][CELLS];
static pthread_barrier_t phase;
static unsigned serial;

static void prepare_barriers(void)
{
	for (int i = 0; i < CELLS; i++)
		rod[0][i] = i % 7 + i / 5.0;
	serial = 0;
	pthread_barrier_init(&phase, NULL, workers);
}

static void run_barriers(struct worker *worker)
{
	int first = CELLS * worker->number / workers, end = CELLS * (worker->number + 1) / workers;

	for (int step = 0; step < STEPS; step++) {
		const double *old = rod[step % 2];
		double *new = rod[(step + 1) % 2];

		for (int i = first; i < end; i++) {
			double left = old[(i + CELLS - 1) % CELLS], right = old[(i + 1) % CELLS];

			if (i == (first + end) / 2)
				HOP();
			new[i] = old[i] * 0.5 + (left + right) * 0.25;
		}
		HOP();
		if (pthread_barrier_wait(&phase) == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED);
	}
}

static uint64_t finish_barriers(void)
{
	uint64_t sum = serial;

	for (int i = 0; i < CELLS; i++) {
		uint64_t bits;

		memcpy(&bits, &rod[STEPS % 2][i], sizeof bits);
		sum = mixed(sum, bits);
	}
	pthread_barrier_destroy(&phase);
	return sum;
}

const struct theme barriers = { "barriers", prepare_barriers, run_barriers, finish_barriers };

/* A token goes round a ring of semaphores; another semaphore lets two threads in at a time. */
static sem_t ring[MAX_WORKERS], gate;
static uint64_t token;
static int inside, most_inside;

static void prepare_semaphores(void)
{
	for (int i = 0; i < workers; i++)
		sem_init(&ring[i], 0, i == 0);
	sem_init(&gate, 0, 2);
	token = 1;
	inside = most_inside = 0;
}

static void run_semaphores(struct worker *worker)
{
	for (int i = 0; i < 5; i++) {
		uint32_t own = pick(worker, 1000);

		sem_wait(&ring[worker->number]);
		token = mixed(token, own);
		HOP();
		sem_post(&ring[(worker->number + 1) % workers]);
		HOP();
		sem_wait(&gate);
		int now = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);

		if (now > 2)
			__atomic_store_n(&most_inside, now, __ATOMIC_RELAXED);
		HOP();
		__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
		sem_post(&gate);
	}
}

static uint64_t finish_semaphores(void)
{
	for (int i = 0; i < workers; i++)
		sem_destroy(&ring[i]);
	sem_destroy(&gate);
	return mixed(token, most_inside);
}

const struct theme semaphores = { "semaphores", prepare_semaphores, run_semaphores, finish_semaphores };
