/* malloc in shared memory: what of it lies there. See allocator.c. */
#ifndef POPCORN_ALLOCATOR_H
#define POPCORN_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sizes up to 1 KiB in steps of 16, then four classes per doubling up to 64 KiB. */
#define POPCORN_SMALL_CLASSES 64
#define POPCORN_CLASSES       (POPCORN_SMALL_CLASSES + 24)
/* Memory is handed out in units of this many bytes. */
#define POPCORN_UNIT_SHIFT 16

/* Free objects that a thread keeps for itself, in its control block: a list of those that it freed, and a run of those that
 * nobody has used yet. References to objects are those of size_classes.h. */
struct popcorn_thread_cache {
	uint32_t freed[POPCORN_CLASSES];
	uint32_t fresh[POPCORN_CLASSES];
	uint8_t freed_counts[POPCORN_CLASSES];
	uint8_t fresh_counts[POPCORN_CLASSES];
};

/* A run of units: objects of one class, one large object, a mapping, or free. */
struct popcorn_span {
	uint32_t units;
	uint16_t kind;           /* 0 free, else 1 + class, POPCORN_LARGE or POPCORN_MAPPING */
	uint16_t used;           /* objects handed out, to threads' caches too */
	uint32_t next, previous; /* of the same list, 0 at its end */
	uint32_t freed;          /* list of objects that came back; of a mapping, whether it is address space only */
	uint32_t carved; /* bytes from the start that were ever handed out; of a mapping, the pages that are left */
};

struct popcorn_allocator {
	uint32_t lock;
	uint32_t end;      /* first unit that was never used */
	uint32_t limit;    /* units in the heap */
	uint32_t used;     /* units that are handed out and may be touched */
	uint32_t reserved; /* units that the transport has granted */
	uint32_t free_spans;
	uint64_t spans;                    /* struct popcorn_span[limit], by first unit */
	uint64_t owners;                   /* uint32_t[limit]: the first unit of each unit's span */
	uint32_t partial[POPCORN_CLASSES]; /* spans with free objects */
};

/* `allocator` lies at the start of the heap; its tables follow it. */
void popcorn_allocator_start(struct popcorn_allocator *allocator, uint64_t heap, uint64_t size);
/* Returns a thread's free objects. */
void popcorn_allocator_flush(struct popcorn_thread_cache *cache);

/* What malloc.c makes libc's functions of. An object of at least `size` bytes, or NULL; `*is_zero` if its memory was never
 * used. */
void *popcorn_allocate(size_t size, bool *is_zero);
/* The same in units of its own, and so aligned to one. */
void *popcorn_allocate_large(size_t size, bool *is_zero);
/* Keeps no memory reserved beyond what is used; returns whether there was some. */
bool popcorn_trim_heap(void);
void popcorn_release(void *object);
size_t popcorn_usable_size(const void *object);

#endif
