/* Condition variables: a bounded queue, and threads that take turns. */
#include "threads.h"

#define ITEMS 16
#define ROOM  3

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, emptied = PTHREAD_COND_INITIALIZER;
static struct {
	uint32_t items[ROOM];
	unsigned put, taken;
	uint64_t sum;
} channel;

static void prepare_queue(void)
{
	channel.put = channel.taken = 0;
	channel.sum = 0;
}

static void produce(struct worker *worker)
{
	for (int i = 0; i < ITEMS; i++) {
		uint32_t item = pick(worker, 100000);

		HOP();
		pthread_mutex_lock(&mutex);
		while (channel.put - channel.taken == ROOM)
			pthread_cond_wait(&emptied, &mutex);
		channel.items[channel.put++ % ROOM] = item;
		HOP();
		pthread_cond_signal(&filled);
		pthread_mutex_unlock(&mutex);
	}
}

/* Who gets which item differs from run to run, their sum does not. */
static void consume(void)
{
	for (int i = 0; i < ITEMS; i++) {
		pthread_mutex_lock(&mutex);
		while (channel.put == channel.taken)
			pthread_cond_wait(&filled, &mutex);
		HOP();
		channel.sum += channel.items[channel.taken++ % ROOM];
		pthread_cond_broadcast(&emptied);
		pthread_mutex_unlock(&mutex);
		HOP();
	}
}

static void run_queue(struct worker *worker)
{
	if (worker->number % 2)
		consume();
	else
		produce(worker);
}

static uint64_t finish_queue(void)
{
	return mixed(channel.sum, channel.taken);
}

const struct theme queue = { "queue", prepare_queue, run_queue, finish_queue };

/* Each thread waits for its number, and then works on the result of the one before. */
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static unsigned turn;
static uint64_t value;

static void prepare_turns(void)
{
	turn = 0;
	value = 1;
}

static void run_turns(struct worker *worker)
{
	for (int i = 0; i < 5; i++) {
		uint32_t own = pick(worker, 1000);

		pthread_mutex_lock(&mutex);
		while (turn % workers != (unsigned)worker->number)
			pthread_cond_wait(&turned, &mutex);
		value = mixed(value, own);
		HOP();
		turn++;
		pthread_cond_broadcast(&turned);
		pthread_mutex_unlock(&mutex);
		HOP();
		worker->sum = mixed(worker->sum, own);
	}
}

static uint64_t finish_turns(void)
{
	return mixed(value, turn);
}

const struct theme turns = { "turns", prepare_turns, run_turns, finish_turns };
