/* The heap's units, and the spans that they form. Everything here needs the heap's lock, unless it says otherwise. */
#ifndef POPCORN_SPANS_H
#define POPCORN_SPANS_H

#include "runtime.h"

#define POPCORN_UNIT (UINT64_C(1) << POPCORN_UNIT_SHIFT)
/* The kind of a span that is one object. */
#define POPCORN_LARGE 0xffff
/* The kind of one that mmap gave (mappings.c). */
#define POPCORN_MAPPING 0xfffe

static inline struct popcorn_allocator *popcorn_heap(void)
{
	return &popcorn_shared()->allocator;
}

/* The next four need no lock: a span that somebody holds an object of stays what it is. */

static inline struct popcorn_span *popcorn_span(uint32_t unit)
{
	return (struct popcorn_span *)popcorn_heap()->spans + unit;
}

static inline uint32_t *popcorn_owner(uint32_t unit)
{
	return (uint32_t *)popcorn_heap()->owners + unit;
}

static inline uint32_t popcorn_span_of(const void *object)
{
	return *popcorn_owner(((uint64_t)object - POPCORN_HEAP) >> POPCORN_UNIT_SHIFT);
}

static inline char *popcorn_unit_address(uint32_t unit)
{
	return (char *)POPCORN_HEAP + ((uint64_t)unit << POPCORN_UNIT_SHIFT);
}

void popcorn_lock_heap(void);
void popcorn_unlock_heap(void);

/* Lists of spans by first unit; 0 ends them. */
void popcorn_push_span(uint32_t *list, uint32_t unit);
void popcorn_remove_span(uint32_t *list, uint32_t unit);

/* A span of `units` that is in no list and whose kind is up to the caller, or 0. `*is_zero` if its memory was never used. */
uint32_t popcorn_take_units(uint32_t units, bool *is_zero);
/* The same without memory for it: address space that the program does not mean to touch. */
uint32_t popcorn_take_addresses(uint32_t units, bool *is_zero);
/* Gives a span back: it joins free neighbours, and its pages go to the system. */
void popcorn_free_units(uint32_t unit);

#endif
