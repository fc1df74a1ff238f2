/* malloc in shared memory, for the program and for libc alike.
 *
 * The heap is divided into units of 64 KiB (spans.c). A span is a run of units that holds objects of one size class, or one
 * large object, or nothing. Each thread keeps a few free objects of each class in its control block and takes and returns
 * them in batches, so that most calls take no lock and touch no other thread's pages. A span whose objects are all free
 * becomes free units again.
 *
 * A page may be on another node, and every page that is touched costs a page in the trace, a fault, a message. So an object's
 * memory is not touched before it is handed to the program: only objects that came back form lists, and fresh ones are carved
 * from the rest of a span, which a thread takes by the page.
 *
 * All state is in shared memory and the same on every ISA: any thread may free, on any node, what another allocated. */
#include "size_classes.h"
#include "spans.h"
#include <string.h>

/* Small objects share a unit, large ones have several. */
#define UNITS_OF(size) ((size) <= 8192 ? 1 : 8)
/* Pages of all ISAs. */
#define PAGE       4096
#define MOST_FRESH UINT8_MAX

/* What is done rarely does not burden what is done often with its registers. */
#define RARE __attribute__((noinline))

static uint32_t room(const struct popcorn_span *span)
{
	return (span->units << POPCORN_UNIT_SHIFT) - span->carved;
}

static bool has_free(const struct popcorn_span *span, size_t size)
{
	return span->freed || room(span) >= size;
}

/* The first unit of a span with free objects, or 0. */
static uint32_t find_span(unsigned class)
{
	uint32_t *list = &popcorn_heap()->partial[class], unit = *list;
	bool is_zero;

	if (unit)
		return unit;
	unit = popcorn_take_units(UNITS_OF(popcorn_class_size(class)), &is_zero);
	if (!unit)
		return 0;
	struct popcorn_span *span = popcorn_span(unit);

	span->kind = 1 + class;
	span->used = 0;
	span->freed = 0;
	span->carved = 0;
	popcorn_push_span(list, unit);
	return unit;
}

/* Moves objects that came back from the span to a list, at most so many. Returns how many. */
static unsigned take_freed(struct popcorn_span *span, unsigned most, uint32_t *list)
{
	uint32_t first = span->freed, last = first;
	unsigned count = 1;

	for (; count < most && *popcorn_link(last); count++)
		last = *popcorn_link(last);
	span->freed = *popcorn_link(last);
	*popcorn_link(last) = *list;
	*list = first;
	return count;
}

/* Carves a run of objects up to the end of a page, so that threads on different nodes need not share it. */
static unsigned take_fresh(struct popcorn_span *span, uint32_t unit, size_t size, unsigned wanted, uint32_t *first)
{
	uint32_t start = span->carved, end = (start + wanted * size + PAGE - 1) & -PAGE;
	unsigned count = wanted == 1 ? 1 : (end - start) / size, left = room(span) / size;

	count = count < left ? count : left;
	count = count < MOST_FRESH ? count : MOST_FRESH;
	*first = popcorn_reference(popcorn_unit_address(unit) + start);
	span->carved += count * size;
	return count;
}

/* Takes about so many objects for an empty cache, with the lock held. Returns whether there was one. */
static bool fill(struct popcorn_thread_cache *cache, unsigned class, unsigned wanted)
{
	size_t size = popcorn_class_size(class);
	const uint32_t *list = &popcorn_heap()->partial[class];

	for (unsigned got = 0, count; got < wanted; got += count) {
		uint32_t unit = got ? *list : find_span(class);
		struct popcorn_span *span = popcorn_span(unit);

		if (!unit)
			return got;
		if (span->freed)
			cache->freed_counts[class] += count = take_freed(span, wanted - got, &cache->freed[class]);
		else if (!got)
			cache->fresh_counts[class] = count = take_fresh(span, unit, size, wanted, &cache->fresh[class]);
		else
			return true;
		span->used += count;
		if (!has_free(span, size))
			popcorn_remove_span(&popcorn_heap()->partial[class], unit);
	}
	return true;
}

/* NULL if the cache has none. */
static void *take(struct popcorn_thread_cache *cache, unsigned class)
{
	uint32_t taken = cache->freed[class];

	if (taken) {
		cache->freed[class] = *popcorn_link(taken);
		cache->freed_counts[class]--;
		return popcorn_object(taken);
	}
	if (!cache->fresh_counts[class])
		return NULL;
	taken = cache->fresh[class];
	cache->fresh[class] += popcorn_class_size(class) / POPCORN_GRAIN;
	cache->fresh_counts[class]--;
	return popcorn_object(taken);
}

/* A thread that the program did not make has no control block, and takes one at a time. */
static RARE void *take_one(unsigned class)
{
	struct popcorn_thread_cache one;
	void *object = NULL;

	one.freed[class] = one.freed_counts[class] = one.fresh_counts[class] = 0;
	popcorn_lock_heap();
	if (fill(&one, class, 1))
		object = take(&one, class);
	popcorn_unlock_heap();
	return object;
}

static RARE void *take_refilled(struct popcorn_thread_cache *cache, unsigned class)
{
	popcorn_lock_heap();
	bool is_filled = fill(cache, class, popcorn_cache_limit(popcorn_class_size(class)) / 2 + 1);

	popcorn_unlock_heap();
	return is_filled ? take(cache, class) : NULL;
}

/* After objects came back, with what the span had before: it is listed while it has some, and free when it has all. */
static void settle(unsigned class, uint32_t unit, bool was_listed)
{
	struct popcorn_span *span = popcorn_span(unit);
	uint32_t *list = &popcorn_heap()->partial[class];

	if (!was_listed)
		popcorn_push_span(list, unit);
	if (span->used)
		return;
	/* As new: the next objects are on pages that are there already. */
	span->freed = 0;
	span->carved = 0;
	if (span->next || span->previous) {
		/* Not the only one of its class: a program that allocates and frees one object keeps its span. */
		popcorn_remove_span(list, unit);
		popcorn_free_units(unit);
	}
}

/* With the lock held. */
static void give(unsigned class, uint32_t reference)
{
	uint32_t unit = popcorn_span_of(popcorn_object(reference));
	struct popcorn_span *span = popcorn_span(unit);
	bool was_listed = has_free(span, popcorn_class_size(class));

	*popcorn_link(reference) = span->freed;
	span->freed = reference;
	span->used--;
	settle(class, unit, was_listed);
}

/* The rest of a run that was carved last is carved again. */
static void give_fresh(unsigned class, uint32_t first, unsigned count)
{
	size_t size = popcorn_class_size(class);
	uint32_t unit = popcorn_span_of(popcorn_object(first));
	struct popcorn_span *span = popcorn_span(unit);
	uint64_t end = (uint64_t)popcorn_object(first) + count * size;

	if (end == (uint64_t)popcorn_unit_address(unit) + span->carved) {
		bool was_listed = has_free(span, size);

		span->carved -= count * size;
		span->used -= count;
		settle(class, unit, was_listed);
		return;
	}
	for (unsigned i = 0; i < count; i++)
		give(class, first + i * (size / POPCORN_GRAIN));
}

void *popcorn_allocate(size_t size, bool *is_zero)
{
	struct popcorn_thread *thread = __popcorn_thread;

	if (size > POPCORN_LARGEST_CLASS)
		return popcorn_allocate_large(size, is_zero);
	unsigned class = popcorn_class_of(size);

	*is_zero = false;
	if (!thread)
		return take_one(class);
	void *object = take(&thread->cache, class);

	return object ? object : take_refilled(&thread->cache, class);
}

/* Half of what a thread keeps of a class. */
static RARE void give_half(struct popcorn_thread_cache *cache, unsigned class)
{
	unsigned half = popcorn_cache_limit(popcorn_class_size(class)) / 2;

	popcorn_lock_heap();
	while (cache->freed_counts[class] > half) {
		uint32_t given = cache->freed[class];

		cache->freed[class] = *popcorn_link(given);
		cache->freed_counts[class]--;
		give(class, given);
	}
	popcorn_unlock_heap();
}

/* Past the cache. */
static RARE void release(void *object, unsigned kind)
{
	if (!kind)
		popcorn_die("free(%p): already free", object);
	if (kind == POPCORN_MAPPING)
		popcorn_die("free(%p): from mmap", object);
	popcorn_lock_heap();
	if (kind == POPCORN_LARGE)
		popcorn_free_units(popcorn_span_of(object));
	else
		give(kind - 1, popcorn_reference(object));
	popcorn_unlock_heap();
}

void popcorn_release(void *object)
{
	struct popcorn_thread *thread = __popcorn_thread;
	uint64_t offset = (uint64_t)object - POPCORN_HEAP;

	if (offset >= (uint64_t)popcorn_heap()->end << POPCORN_UNIT_SHIFT)
		popcorn_die("free(%p): not from malloc", object);
	unsigned kind = popcorn_span(popcorn_span_of(object))->kind, class = kind - 1;

	if (class >= POPCORN_CLASSES || !thread) {
		release(object, kind);
		return;
	}
	struct popcorn_thread_cache *cache = &thread->cache;

	*(uint32_t *)object = cache->freed[class];
	cache->freed[class] = popcorn_reference(object);
	if (popcorn_is_above_limit(++cache->freed_counts[class], popcorn_class_size(class)))
		give_half(cache, class);
}

/* A thread's free objects go back when it ends. */
void popcorn_allocator_flush(struct popcorn_thread_cache *cache)
{
	popcorn_lock_heap();
	for (unsigned class = 0; class < POPCORN_CLASSES; class ++) {
		if (cache->fresh_counts[class])
			give_fresh(class, cache->fresh[class], cache->fresh_counts[class]);
		for (uint32_t next, given = cache->freed[class]; given; given = next) {
			next = *popcorn_link(given);
			give(class, given);
		}
	}
	popcorn_unlock_heap();
	memset(cache, 0, sizeof *cache);
}

size_t popcorn_usable_size(const void *object)
{
	uint32_t unit = popcorn_span_of(object);
	const struct popcorn_span *span = popcorn_span(unit);

	if (span->kind != POPCORN_LARGE)
		return popcorn_class_size(span->kind - 1);
	return popcorn_unit_address(unit) + ((uint64_t)span->units << POPCORN_UNIT_SHIFT) - (char *)object;
}
