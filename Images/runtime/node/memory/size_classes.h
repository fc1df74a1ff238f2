/* Size classes of small objects, and how the allocator refers to an object. */
#ifndef POPCORN_SIZE_CLASSES_H
#define POPCORN_SIZE_CLASSES_H

#include "include/popcorn_abi.h"
#include "allocator.h"

#define POPCORN_LARGEST_CLASS 65536
#define POPCORN_SMALL_LIMIT   1024
/* Every object is a multiple of this many bytes. */
#define POPCORN_GRAIN 16
/* A thread keeps at most this much of a class. */
#define POPCORN_CACHE_BYTES   16384
#define POPCORN_CACHE_OBJECTS 64

static inline unsigned popcorn_class_of(size_t size)
{
	if (size <= POPCORN_SMALL_LIMIT)
		return size ? (size - 1) / POPCORN_GRAIN : 0;
	unsigned log = 63 - __builtin_clzll(size - 1); /* 2^log < size <= 2^(log + 1) */

	return POPCORN_SMALL_CLASSES + (log - 10) * 4 + ((size - 1) >> (log - 2)) % 4;
}

static inline size_t popcorn_class_size(unsigned class)
{
	if (class < POPCORN_SMALL_CLASSES)
		return (class + 1) * POPCORN_GRAIN;
	class -= POPCORN_SMALL_CLASSES;
	return (size_t)(5 + class % 4) << (8 + class / 4);
}

static inline unsigned popcorn_cache_limit(size_t size)
{
	unsigned count = POPCORN_CACHE_BYTES / size;

	return count > POPCORN_CACHE_OBJECTS ? POPCORN_CACHE_OBJECTS : count < 2 ? 2 : count;
}

/* Whether a count is above that limit, without a division or branches that depend on the size: every free asks. */
static inline bool popcorn_is_above_limit(unsigned count, size_t size)
{
	return (count > POPCORN_CACHE_OBJECTS) | ((count > 2) & (count * size > POPCORN_CACHE_BYTES));
}

/* A reference is the object's place in the heap in grains, so that it takes 32 bits. The first unit holds no objects: 0 is
 * none. */
_Static_assert(POPCORN_HEAP_SIZE / POPCORN_GRAIN <= UINT32_MAX, "a reference has 32 bits");

static inline void *popcorn_object(uint32_t reference)
{
	return (void *)(POPCORN_HEAP + (uint64_t)reference * POPCORN_GRAIN);
}

static inline uint32_t popcorn_reference(const void *object)
{
	return ((uint64_t)object - POPCORN_HEAP) / POPCORN_GRAIN;
}

/* What follows a free object in its list. */
static inline uint32_t *popcorn_link(uint32_t reference)
{
	return popcorn_object(reference);
}

#endif
