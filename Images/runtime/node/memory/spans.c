/* Units of 64 KiB, handed out in runs: the lower half of the allocator. */
#include "spans.h"
#include "transport.h"
#include <errno.h>

void popcorn_allocator_start(struct popcorn_allocator *allocator, uint64_t start, uint64_t size)
{
	allocator->limit = size >> POPCORN_UNIT_SHIFT;
	allocator->spans = ((uint64_t)(allocator + 1) + 63) & ~UINT64_C(63);
	allocator->owners = allocator->spans + allocator->limit * sizeof(struct popcorn_span);
	uint64_t end = allocator->owners + allocator->limit * sizeof(uint32_t);

	/* Unit 0 is never free, so that 0 can end a list. */
	allocator->end = (end - start + POPCORN_UNIT - 1) >> POPCORN_UNIT_SHIFT;
}

void popcorn_lock_heap(void)
{
	popcorn_lock((struct popcorn_lock *)&popcorn_heap()->lock);
}

void popcorn_unlock_heap(void)
{
	popcorn_unlock((struct popcorn_lock *)&popcorn_heap()->lock);
}

void popcorn_push_span(uint32_t *list, uint32_t unit)
{
	struct popcorn_span *span = popcorn_span(unit);

	span->previous = 0;
	span->next = *list;
	if (*list)
		popcorn_span(*list)->previous = unit;
	*list = unit;
}

void popcorn_remove_span(uint32_t *list, uint32_t unit)
{
	struct popcorn_span *span = popcorn_span(unit);

	if (span->previous)
		popcorn_span(span->previous)->next = span->next;
	else
		*list = span->next;
	if (span->next)
		popcorn_span(span->next)->previous = span->previous;
}

/* The smallest free span that is large enough, or 0. */
static uint32_t find_best(uint32_t units)
{
	uint32_t best = 0;

	for (uint32_t u = popcorn_heap()->free_spans; u; u = popcorn_span(u)->next) {
		if (popcorn_span(u)->units == units)
			return u;
		if (popcorn_span(u)->units > units && (!best || popcorn_span(u)->units < popcorn_span(best)->units))
			best = u;
	}
	return best;
}

/* Only the ends of a free span are looked at. */
static void list_free(uint32_t unit, uint32_t units)
{
	popcorn_span(unit)->units = units;
	popcorn_span(unit)->kind = 0;
	*popcorn_owner(unit) = *popcorn_owner(unit + units - 1) = unit;
	popcorn_push_span(&popcorn_heap()->free_spans, unit);
}

/* Asks for memory in steps, which are given back when two of them are not used: other programs may want it. */
#define STEP 16u

static bool grant(uint32_t units)
{
	struct popcorn_allocator *h = popcorn_heap();
	int saved = errno;

	if (popcorn_transport->reserve && !popcorn_transport->reserve((uint64_t)units << POPCORN_UNIT_SHIFT)) {
		errno = saved;
		return false;
	}
	h->reserved = units;
	return true;
}

static bool use(uint32_t units)
{
	struct popcorn_allocator *h = popcorn_heap();
	uint32_t needed = h->used + units;

	if (needed > h->reserved && !grant((needed + STEP - 1) & -STEP) && !grant(needed))
		return false;
	h->used = needed;
	return true;
}

static void disuse(uint32_t units)
{
	struct popcorn_allocator *h = popcorn_heap();

	h->used -= units;
	if (h->reserved - h->used > 2 * STEP)
		grant((h->used + STEP) & -STEP);
}

bool popcorn_trim_heap(void)
{
	struct popcorn_allocator *h = popcorn_heap();

	popcorn_lock_heap();
	bool is_less = h->reserved > h->used && grant(h->used);

	popcorn_unlock_heap();
	return is_less;
}

uint32_t popcorn_take_units(uint32_t units, bool *is_zero)
{
	if (!use(units))
		return 0;
	uint32_t unit = popcorn_take_addresses(units, is_zero);

	if (!unit)
		disuse(units);
	return unit;
}

uint32_t popcorn_take_addresses(uint32_t units, bool *is_zero)
{
	struct popcorn_allocator *h = popcorn_heap();
	uint32_t taken = find_best(units);

	*is_zero = !taken;
	if (taken) {
		uint32_t rest = popcorn_span(taken)->units - units;

		popcorn_remove_span(&h->free_spans, taken);
		if (rest)
			list_free(taken + units, rest);
	} else {
		if (units > h->limit - h->end)
			return 0;
		taken = h->end;
		h->end += units;
	}
	popcorn_span(taken)->units = units;
	for (uint32_t i = 0; i < units; i++)
		*popcorn_owner(taken + i) = taken;
	return taken;
}

void popcorn_free_units(uint32_t unit)
{
	struct popcorn_allocator *h = popcorn_heap();
	uint32_t units = popcorn_span(unit)->units, after = unit + units, before = *popcorn_owner(unit - 1);

	popcorn_transport->discard(popcorn_unit_address(unit), (uint64_t)units << POPCORN_UNIT_SHIFT);
	if (popcorn_span(unit)->kind != POPCORN_MAPPING || !popcorn_span(unit)->freed)
		disuse(units);
	if (after < h->end && popcorn_span(after)->kind == 0 && *popcorn_owner(after) == after) {
		popcorn_remove_span(&h->free_spans, after);
		units += popcorn_span(after)->units;
	}
	if (before && popcorn_span(before)->kind == 0) {
		popcorn_remove_span(&h->free_spans, before);
		units += popcorn_span(before)->units;
		unit = before;
	}
	list_free(unit, units);
}

void *popcorn_allocate_large(size_t size, bool *is_zero)
{
	if (size > POPCORN_HEAP_SIZE)
		return NULL;
	popcorn_lock_heap();
	uint32_t unit = popcorn_take_units(size ? (size + POPCORN_UNIT - 1) >> POPCORN_UNIT_SHIFT : 1, is_zero);

	if (unit)
		popcorn_span(unit)->kind = POPCORN_LARGE;
	popcorn_unlock_heap();
	return unit ? popcorn_unit_address(unit) : NULL;
}
