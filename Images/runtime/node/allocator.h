/* malloc in shared memory. See allocator.c. */
#ifndef POPCORN_ALLOCATOR_H
#define POPCORN_ALLOCATOR_H

#include <stddef.h>
#include <stdint.h>

/* Sizes up to 1 KiB in steps of 16, then four classes per doubling up to 64 KiB. */
#define POPCORN_SMALL_CLASSES 64
#define POPCORN_CLASSES (POPCORN_SMALL_CLASSES + 24)
/* Memory is handed out in units of this many bytes. */
#define POPCORN_UNIT_SHIFT 16

/* Free objects that a thread keeps for itself, in its control block. */
struct popcorn_thread_cache {
	void *objects[POPCORN_CLASSES];
	uint16_t counts[POPCORN_CLASSES];
};

/* A run of units: objects of one class, one large object, or free. */
struct popcorn_span {
	uint32_t units;
	uint16_t kind;  /* 0 free, else 1 + class, or POPCORN_LARGE */
	uint16_t used;  /* objects handed out */
	uint32_t next, previous; /* of the same list, 0 at its end */
	uint64_t objects; /* free list */
};

struct popcorn_allocator {
	uint32_t lock;
	uint32_t end;   /* first unit that was never used */
	uint32_t limit; /* units in the heap */
	uint32_t free_spans;
	uint64_t spans;  /* struct popcorn_span[limit], by first unit */
	uint64_t owners; /* uint32_t[limit]: the first unit of each unit's span */
	uint32_t partial[POPCORN_CLASSES]; /* spans with free objects */
};

/* Returns a thread's free objects. */
void popcorn_allocator_flush(struct popcorn_thread_cache *cache);
/* `allocator` lies at the start of the heap; its tables follow it. */
void popcorn_allocator_start(struct popcorn_allocator *allocator, uint64_t heap, uint64_t size);

#endif
