/* Memory that several nodes use at once: blocks handed over, atomic counters, a stack without locks. */
#include "threads.h"

#define BLOCKS 12

struct block {
	struct block *next;
	uint32_t size;
	uint8_t bytes[];
};

static struct block *slots[MAX_WORKERS];

/* A list of blocks is made here, checked and freed by the neighbour. */
static void run_handover(struct worker *worker)
{
	struct block *list = NULL;

	for (int i = 0; i < BLOCKS; i++) {
		uint32_t size = pick(worker, i % 4 ? 300 : 9000) + 1;
		struct block *block = malloc(sizeof *block + size);

		*block = (struct block){ .next = list, .size = size };
		for (uint32_t k = 0; k < size; k++)
			block->bytes[k] = k + size;
		list = block;
		if (i % 3 == 0)
			HOP();
	}
	slots[worker->number] = list;
	meet();
	HOP();
	list = slots[(worker->number + 1) % workers];
	while (list) {
		struct block *next = list->next;

		worker->sum = mixed(worker->sum, list->size);
		for (uint32_t k = 0; k < list->size; k++)
			worker->sum += list->bytes[k] != (uint8_t)(k + list->size);
		HOP();
		free(list);
		list = next;
	}
}

const struct theme handover = { "handover", NULL, run_handover, NULL };

static struct {
	uint8_t bytes;
	uint16_t halves;
	uint32_t words;
	uint64_t longs, maximum, bits;
} counted;

static void prepare_counters(void)
{
	counted = (typeof(counted)){ 0 };
}

static void run_counters(struct worker *worker)
{
	for (int i = 0; i < 12; i++) {
		uint64_t own = pick(worker, 100000), seen = __atomic_load_n(&counted.maximum, __ATOMIC_ACQUIRE);

		__atomic_fetch_add(&counted.bytes, own, __ATOMIC_SEQ_CST);
		__atomic_fetch_sub(&counted.halves, own, __ATOMIC_SEQ_CST);
		HOP();
		__atomic_fetch_xor(&counted.words, own, __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&counted.longs, own, __ATOMIC_SEQ_CST);
		__atomic_fetch_or(&counted.bits, UINT64_C(1) << own % 64, __ATOMIC_SEQ_CST);
		while (own > seen && !__atomic_compare_exchange_n(&counted.maximum, &seen, own, true, __ATOMIC_ACQ_REL,
								  __ATOMIC_ACQUIRE))
			HOP();
	}
}

static uint64_t finish_counters(void)
{
	uint64_t sum = mixed(counted.bytes, counted.halves);

	sum = mixed(mixed(sum, counted.words), counted.longs);
	return mixed(mixed(sum, counted.maximum), counted.bits);
}

const struct theme counters = { "counters", prepare_counters, run_counters, finish_counters };

static struct block *top;

static void push(struct block *block)
{
	block->next = __atomic_load_n(&top, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&top, &block->next, block, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

static void run_stack(struct worker *worker)
{
	for (int i = 0; i < BLOCKS; i++) {
		struct block *block = calloc(1, sizeof *block);

		block->size = pick(worker, 100000);
		HOP();
		push(block);
	}
}

static uint64_t finish_stack(void)
{
	uint64_t sum = 0, count = 0;

	while (top) {
		struct block *gone = top;

		top = gone->next;
		sum += gone->size;
		count++;
		free(gone);
	}
	return mixed(sum, count);
}

const struct theme stack = { "stack", NULL, run_stack, finish_stack };
