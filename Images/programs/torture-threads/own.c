/* What belongs to one thread: what it does first, its keys, its variables, and the threads that it starts. */
#include "threads.h"

#define ONCES 6

static const pthread_once_t fresh = PTHREAD_ONCE_INIT;
static pthread_once_t onces[ONCES];
static unsigned initialised;

static void initialise(void)
{
	__atomic_fetch_add(&initialised, 1, __ATOMIC_RELAXED);
}

static void prepare_once(void)
{
	for (int i = 0; i < ONCES; i++)
		onces[i] = fresh;
	initialised = 0;
}

/* When pthread_once returns, somebody has been through. */
static void run_once(struct worker *worker)
{
	for (int i = 0; i < ONCES; i++) {
		pthread_once(&onces[(i + worker->number) % ONCES], initialise);
		HOP();
		worker->sum += !__atomic_load_n(&initialised, __ATOMIC_RELAXED);
	}
}

static uint64_t finish_once(void)
{
	return initialised;
}

const struct theme once = { "once", prepare_once, run_once, finish_once };

static pthread_key_t key;
static uint64_t destroyed;

static void destroy(void *value)
{
	__atomic_fetch_add(&destroyed, *(uint64_t *)value, __ATOMIC_RELAXED);
	free(value);
}

static void prepare_keys(void)
{
	pthread_key_create(&key, destroy);
	destroyed = 0;
}

/* A thread that ends leaves its value to the destructor. */
static void *keep(void *argument)
{
	uint64_t *value = malloc(sizeof *value);

	begin_hops(MAX_WORKERS - 1);
	*value = *(uint64_t *)argument;
	pthread_setspecific(key, value);
	HOP();
	for (int i = 0; i < 3; i++) {
		HOP();
		++*(uint64_t *)pthread_getspecific(key);
	}
	return (void *)(uintptr_t)(pthread_getspecific(key) == value);
}

static void run_keys(struct worker *worker)
{
	uint64_t given = pick(worker, 100000), own = given;
	pthread_t thread;
	void *result = NULL;

	pthread_setspecific(key, &own);
	HOP();
	if (pthread_create(&thread, NULL, keep, &given)) {
		worker->sum = 99;
		return;
	}
	HOP();
	pthread_join(thread, &result);
	worker->sum = mixed((uintptr_t)result, *(uint64_t *)pthread_getspecific(key));
	pthread_setspecific(key, NULL);
}

static uint64_t finish_keys(void)
{
	pthread_key_delete(key);
	return destroyed;
}

const struct theme keys = { "keys", prepare_keys, run_keys, finish_keys };

static _Thread_local uint64_t local = 5;
static _Thread_local struct {
	uint64_t *self;
	char text[40];
} locals_of_thread;

static void run_locals(struct worker *worker)
{
	uint64_t before = local;

	locals_of_thread.self = &local;
	snprintf(locals_of_thread.text, sizeof locals_of_thread.text, "worker %d, %u", worker->number,
		 (unsigned)pick(worker, 1000));
	for (int i = 0; i < 6; i++) {
		HOP();
		*locals_of_thread.self += i + worker->number;
	}
	worker->sum = local - before;
	for (const char *c = locals_of_thread.text; *c; c++)
		worker->sum = mixed(worker->sum, *c);
}

const struct theme locals = { "locals", NULL, run_locals, NULL };

static void *sum_below(void *limit)
{
	uint64_t sum = 0;

	begin_hops((uintptr_t)limit % MAX_WORKERS);
	HOP();
	for (uint64_t i = 0; i < (uintptr_t)limit; i++) {
		if (i % 64 == 9)
			HOP();
		sum += i * i;
	}
	if (sum % 2)
		pthread_exit((void *)(uintptr_t)sum);
	return (void *)(uintptr_t)sum;
}

/* Started wherever the worker is, joined wherever it is then. */
static void run_children(struct worker *worker)
{
	pthread_t threads[2];
	void *result = NULL;

	for (int i = 0; i < 2; i++) {
		if (pthread_create(&threads[i], NULL, sum_below, (void *)(uintptr_t)(100 + pick(worker, 200)))) {
			worker->sum = 99;
			return;
		}
		HOP();
	}
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], &result);
		HOP();
		worker->sum = mixed(worker->sum, (uintptr_t)result);
	}
}

const struct theme children = { "children", NULL, run_children, NULL };
