/* malloc in shared memory, for the program and for libc alike.
 *
 * The heap is divided into units of 64 KiB. A span is a run of units that holds objects of one size class, or one large
 * object, or nothing. Each thread keeps a few free objects of each class in its control block and takes and returns them in
 * batches, so that most calls take no lock and touch no other thread's pages. A span whose objects are all free becomes
 * free units again; free units join their neighbours, and their pages go back to the system.
 *
 * All state is in shared memory and the same on every ISA: any thread may free, on any node, what another allocated. */
#include "allocator.h"
#include "runtime.h"
#include "transport.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UNIT (UINT64_C(1) << POPCORN_UNIT_SHIFT)
#define LARGE 0xffff
#define LARGEST_CLASS 65536
#define SMALL_LIMIT 1024
/* A thread keeps at most this much of a class. */
#define CACHE_BYTES 16384
#define CACHE_OBJECTS 64

static inline struct popcorn_allocator *heap(void)
{
	return &popcorn_shared()->allocator;
}

static inline struct popcorn_span *span_at(uint32_t unit)
{
	return (struct popcorn_span *)heap()->spans + unit;
}

static inline uint32_t *owner_of(uint32_t unit)
{
	return (uint32_t *)heap()->owners + unit;
}

static inline char *unit_address(uint32_t unit)
{
	return (char *)POPCORN_HEAP + ((uint64_t)unit << POPCORN_UNIT_SHIFT);
}

static inline uint32_t span_of(const void *object)
{
	return *owner_of(((uint64_t)object - POPCORN_HEAP) >> POPCORN_UNIT_SHIFT);
}

static inline unsigned class_of(size_t size)
{
	if (size <= SMALL_LIMIT)
		return size ? (size - 1) / 16 : 0;
	unsigned log = 63 - __builtin_clzll(size - 1); /* 2^log < size <= 2^(log + 1) */

	return POPCORN_SMALL_CLASSES + (log - 10) * 4 + ((size - 1) >> (log - 2)) % 4;
}

static inline size_t class_size(unsigned class)
{
	if (class < POPCORN_SMALL_CLASSES)
		return (class + 1) * 16;
	class -= POPCORN_SMALL_CLASSES;
	return (size_t)(5 + class % 4) << (8 + class / 4);
}

static inline unsigned cache_limit(size_t size)
{
	unsigned count = CACHE_BYTES / size;

	return count > CACHE_OBJECTS ? CACHE_OBJECTS : count < 2 ? 2 : count;
}

void popcorn_allocator_start(struct popcorn_allocator *allocator, uint64_t start, uint64_t size)
{
	allocator->limit = size >> POPCORN_UNIT_SHIFT;
	allocator->spans = ((uint64_t)(allocator + 1) + 63) & ~UINT64_C(63);
	allocator->owners = allocator->spans + allocator->limit * sizeof(struct popcorn_span);
	uint64_t end = allocator->owners + allocator->limit * sizeof(uint32_t);

	/* Unit 0 is never free, so that 0 can end a list. */
	allocator->end = (end - start + UNIT - 1) >> POPCORN_UNIT_SHIFT;
}

static void lock_heap(void)
{
	popcorn_lock((struct popcorn_lock *)&heap()->lock);
}

static void unlock_heap(void)
{
	popcorn_unlock((struct popcorn_lock *)&heap()->lock);
}

static void push(uint32_t *list, uint32_t unit)
{
	struct popcorn_span *span = span_at(unit);

	span->previous = 0;
	span->next = *list;
	if (*list)
		span_at(*list)->previous = unit;
	*list = unit;
}

static void take_out(uint32_t *list, uint32_t unit)
{
	struct popcorn_span *span = span_at(unit);

	if (span->previous)
		span_at(span->previous)->next = span->next;
	else
		*list = span->next;
	if (span->next)
		span_at(span->next)->previous = span->previous;
}

/* A free span of `units`, out of all lists, or 0. `*is_fresh` if its memory was never used. */
static uint32_t take_units(uint32_t units, bool *is_fresh)
{
	struct popcorn_allocator *h = heap();
	uint32_t best = 0;

	*is_fresh = false;
	for (uint32_t u = h->free_spans; u; u = span_at(u)->next)
		if (span_at(u)->units >= units && (!best || span_at(u)->units < span_at(best)->units)) {
			best = u;
			if (span_at(u)->units == units)
				break;
		}
	if (best) {
		take_out(&h->free_spans, best);
		uint32_t rest = span_at(best)->units - units;

		if (rest) {
			uint32_t second = best + units;

			span_at(second)->units = rest;
			span_at(second)->kind = 0;
			*owner_of(second) = *owner_of(second + rest - 1) = second;
			push(&h->free_spans, second);
		}
	} else {
		if (units > h->limit - h->end)
			return 0;
		best = h->end;
		h->end += units;
		*is_fresh = true;
	}
	span_at(best)->units = units;
	for (uint32_t i = 0; i < units; i++)
		*owner_of(best + i) = best;
	return best;
}

/* Gives a span back: it joins free neighbours, and its pages go to the system. */
static void free_units(uint32_t unit)
{
	struct popcorn_allocator *h = heap();
	uint32_t units = span_at(unit)->units, after = unit + units;

	popcorn_transport->discard(unit_address(unit), (uint64_t)units << POPCORN_UNIT_SHIFT);
	if (after < h->end && span_at(after)->kind == 0 && *owner_of(after) == after) {
		take_out(&h->free_spans, after);
		units += span_at(after)->units;
	}
	uint32_t before = *owner_of(unit - 1);

	if (before && span_at(before)->kind == 0) {
		take_out(&h->free_spans, before);
		units += span_at(before)->units;
		unit = before;
	}
	span_at(unit)->units = units;
	span_at(unit)->kind = 0;
	/* Only the ends of a free span are looked at. */
	*owner_of(unit) = *owner_of(unit + units - 1) = unit;
	push(&h->free_spans, unit);
}

static void *take_large(size_t size, bool *is_fresh)
{
	uint64_t units = (size + UNIT - 1) >> POPCORN_UNIT_SHIFT;

	if (size > POPCORN_HEAP_LIMIT)
		return NULL;
	lock_heap();
	uint32_t unit = take_units(units, is_fresh);

	if (unit)
		span_at(unit)->kind = LARGE;
	unlock_heap();
	return unit ? unit_address(unit) : NULL;
}

/* An object from the spans of a class, with the lock held. */
static void *take_object(unsigned class)
{
	struct popcorn_allocator *h = heap();
	uint32_t unit = h->partial[class];
	size_t size = class_size(class);

	if (!unit) {
		bool is_fresh;
		uint32_t units = size <= 8192 ? 1 : 8;

		unit = take_units(units, &is_fresh);
		if (!unit)
			return NULL;
		struct popcorn_span *span = span_at(unit);
		char *start = unit_address(unit);

		span->kind = 1 + class;
		span->used = 0;
		span->objects = 0;
		for (size_t count = ((uint64_t)units << POPCORN_UNIT_SHIFT) / size; count--;) {
			*(uint64_t *)(start + count * size) = span->objects;
			span->objects = (uint64_t)(start + count * size);
		}
		push(&h->partial[class], unit);
	}
	struct popcorn_span *span = span_at(unit);
	void *object = (void *)span->objects;

	span->objects = *(uint64_t *)object;
	span->used++;
	if (!span->objects)
		take_out(&h->partial[class], unit);
	return object;
}

static void give_object(unsigned class, void *object)
{
	struct popcorn_allocator *h = heap();
	uint32_t unit = span_of(object);
	struct popcorn_span *span = span_at(unit);

	if (!span->objects)
		push(&h->partial[class], unit);
	*(uint64_t *)object = span->objects;
	span->objects = (uint64_t)object;
	if (--span->used == 0 && (span->next || span->previous)) {
		/* Not the only one of its class: a program that allocates and frees one object keeps its span. */
		take_out(&h->partial[class], unit);
		free_units(unit);
	}
}

static void *allocate(unsigned class)
{
	struct popcorn_thread *thread = __popcorn_thread;
	void *object;

	if (!thread) {
		lock_heap();
		object = take_object(class);
		unlock_heap();
		return object;
	}
	struct popcorn_thread_cache *cache = &thread->cache;

	object = cache->objects[class];
	if (object) {
		cache->objects[class] = *(void **)object;
		cache->counts[class]--;
		return object;
	}
	unsigned batch = cache_limit(class_size(class)) / 2;

	lock_heap();
	object = take_object(class);
	while (object && batch--) {
		void *more = take_object(class);

		if (!more)
			break;
		*(void **)more = cache->objects[class];
		cache->objects[class] = more;
		cache->counts[class]++;
	}
	unlock_heap();
	return object;
}

static void *allocate_or_fail(size_t size, bool *is_fresh)
{
	void *object;

	*is_fresh = false;
	if (size <= LARGEST_CLASS)
		object = allocate(class_of(size));
	else
		object = take_large(size, is_fresh);
	if (!object)
		errno = ENOMEM;
	return object;
}

void *malloc(size_t size)
{
	bool is_fresh;

	return allocate_or_fail(size, &is_fresh);
}

void *calloc(size_t count, size_t size)
{
	bool is_fresh;
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	void *object = allocate_or_fail(bytes, &is_fresh);

	return object && !is_fresh ? memset(object, 0, bytes) : object;
}

void free(void *object)
{
	struct popcorn_thread *thread = __popcorn_thread;

	if (!object)
		return;
	uint64_t offset = (uint64_t)object - POPCORN_HEAP;

	if (offset >= (uint64_t)heap()->end << POPCORN_UNIT_SHIFT)
		popcorn_die("free(%p): not from malloc", object);
	struct popcorn_span *span = span_at(span_of(object));

	if (span->kind == LARGE) {
		lock_heap();
		free_units(span_of(object));
		unlock_heap();
		return;
	}
	if (!span->kind)
		popcorn_die("free(%p): already free", object);
	unsigned class = span->kind - 1;

	if (!thread) {
		lock_heap();
		give_object(class, object);
		unlock_heap();
		return;
	}
	struct popcorn_thread_cache *cache = &thread->cache;

	*(void **)object = cache->objects[class];
	cache->objects[class] = object;
	unsigned limit = cache_limit(class_size(class));

	if (++cache->counts[class] <= limit)
		return;
	lock_heap();
	while (cache->counts[class] > limit / 2) {
		object = cache->objects[class];
		cache->objects[class] = *(void **)object;
		cache->counts[class]--;
		give_object(class, object);
	}
	unlock_heap();
}

/* A thread's free objects go back when it ends. */
void popcorn_allocator_flush(struct popcorn_thread_cache *cache)
{
	lock_heap();
	for (unsigned class = 0; class < POPCORN_CLASSES; class++)
		while (cache->objects[class]) {
			void *object = cache->objects[class];

			cache->objects[class] = *(void **)object;
			give_object(class, object);
		}
	unlock_heap();
	memset(cache, 0, sizeof *cache);
}

size_t malloc_usable_size(void *object)
{
	if (!object)
		return 0;
	uint32_t unit = span_of(object);
	struct popcorn_span *span = span_at(unit);

	if (span->kind != LARGE)
		return class_size(span->kind - 1);
	return unit_address(unit) + ((uint64_t)span->units << POPCORN_UNIT_SHIFT) - (char *)object;
}

void *realloc(void *object, size_t size)
{
	if (!object)
		return malloc(size);
	size_t usable = malloc_usable_size(object);

	if (size <= usable && size >= usable / 2)
		return object;
	void *copy = malloc(size);

	if (!copy)
		return NULL;
	memcpy(copy, object, size < usable ? size : usable);
	free(object);
	return copy;
}

void *reallocarray(void *object, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(object, bytes);
}

void *memalign(size_t alignment, size_t size)
{
	bool is_fresh;

	if (!alignment || (alignment & (alignment - 1))) {
		errno = EINVAL;
		return NULL;
	}
	if (alignment <= 16)
		return malloc(size);
	if (size > SIZE_MAX - alignment) {
		errno = ENOMEM;
		return NULL;
	}
	/* Objects lie at multiples of their size from the start of a span, which is aligned to a unit. */
	for (size_t want = size ? size : 1; alignment <= 4096 && want <= LARGEST_CLASS;) {
		unsigned class = class_of(want);

		if (class_size(class) % alignment == 0)
			return allocate_or_fail(class_size(class), &is_fresh);
		want = class_size(class) + 1;
	}
	if (alignment <= UNIT)
		return allocate_or_fail(size > LARGEST_CLASS ? size : LARGEST_CLASS + 1, &is_fresh);
	char *object = allocate_or_fail(size + alignment, &is_fresh);

	/* free and realloc find the span from any address in it. */
	return object ? (void *)(((uint64_t)object + alignment - 1) & -(uint64_t)alignment) : NULL;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

void *valloc(size_t size)
{
	return memalign(4096, size);
}

int posix_memalign(void **to, size_t alignment, size_t size)
{
	int saved = errno;

	if (alignment < sizeof(void *) || (alignment & (alignment - 1)))
		return EINVAL;
	void *object = memalign(alignment, size);

	errno = saved;
	if (!object)
		return ENOMEM;
	*to = object;
	return 0;
}
