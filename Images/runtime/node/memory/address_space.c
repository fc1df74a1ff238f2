/* The heap and the shadow stacks lie at fixed addresses, in slots that are as far apart as if address space cost nothing. Where
 * it does (`ulimit -v`, `ulimit -d`, valgrind, strict overcommitment), less of them is mapped, at the same addresses: 3/8 of
 * what there is for the heap, 1/4 for the stacks of threads, 1/8 for that of main; the rest is for native stacks, libc and the
 * program's file.
 *
 * All follows from the size of the heap, which is what other nodes know. */
#define _GNU_SOURCE
#include "address_space.h"
#include <sys/mman.h>
#include <sys/resource.h>

#define MiB          (UINT64_C(1) << 20)
#define GRAIN        UINT64_C(0x10000)
#define LEAST_STACK  (2 * MiB)
#define LEAST_LEVELS 4
#define FEWEST_SLOTS 4
#define SLOTS        128

struct popcorn_plan popcorn_plan;

static uint64_t at_most(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t at_least(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static struct popcorn_stack_plan plan_stack(uint64_t size)
{
	uint64_t levels = at_most(at_least(size / 4 / POPCORN_LEVEL_SIZE, LEAST_LEVELS), POPCORN_LEVELS);
	uint64_t frames = (size - levels * POPCORN_LEVEL_SIZE) & -GRAIN;

	return (struct popcorn_stack_plan){ at_most(frames, POPCORN_STACK_SIZE - POPCORN_FIRST_GAP), levels };
}

void popcorn_plan_for_heap(uint64_t heap)
{
	struct popcorn_plan *p = &popcorn_plan;
	uint64_t space = heap / 3 * 8;

	p->heap = heap;
	p->is_whole = heap == POPCORN_HEAP_SIZE;
	p->slots = POPCORN_THREAD_LIMIT;
	p->first = p->others = plan_stack(POPCORN_STACK_SIZE);
	if (p->is_whole)
		return;
	p->slots = at_most(at_least(space / 4 / LEAST_STACK, FEWEST_SLOTS), SLOTS);
	p->others = plan_stack(at_least(space / 4 / p->slots, LEAST_STACK));
	p->first = plan_stack(at_least(space / 8, LEAST_STACK));
}

void popcorn_plan_for_space(uint64_t size)
{
	popcorn_plan_for_heap(size >= POPCORN_ENOUGH_SPACE ? POPCORN_HEAP_SIZE :
							     at_most(size / 8 * 3, POPCORN_HEAP_SIZE - GRAIN) & -GRAIN);
}

uint64_t popcorn_allowed_space(bool is_private)
{
	struct rlimit limit;
	uint64_t allowed = UINT64_MAX;

	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		allowed = limit.rlim_cur;
	if (is_private && getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		allowed = at_most(allowed, limit.rlim_cur);
	return allowed;
}

static void get_piece(unsigned piece, uint64_t *address, uint64_t *size)
{
	const struct popcorn_stack_plan *stack = popcorn_stack_of(piece / 2);
	uint64_t handlers = popcorn_handlers_start(stack);

	*address = POPCORN_STACKS + piece / 2 * POPCORN_STACK_SIZE;
	*size = stack->frames;
	if (piece % 2) {
		*address += handlers;
		*size = POPCORN_STACK_SIZE - POPCORN_LAST_GAP - handlers;
	}
}

bool popcorn_map_stacks(bool (*map)(uint64_t address, uint64_t size))
{
	uint64_t address, size;

	if (popcorn_plan.is_whole)
		return map(POPCORN_STACKS, popcorn_plan.slots * POPCORN_STACK_SIZE);
	for (unsigned piece = 0; piece < 2 * popcorn_plan.slots; piece++) {
		get_piece(piece, &address, &size);
		if (!map(address, size))
			return false;
	}
	return true;
}

void popcorn_unmap_stacks(unsigned count)
{
	uint64_t address, size;

	if (popcorn_plan.is_whole && count)
		munmap((void *)POPCORN_STACKS, popcorn_plan.slots * POPCORN_STACK_SIZE);
	for (unsigned piece = 0; piece < count && !popcorn_plan.is_whole; piece++) {
		get_piece(piece, &address, &size);
		munmap((void *)address, size);
	}
}
