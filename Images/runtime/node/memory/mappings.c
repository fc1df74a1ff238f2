/* mmap: private memory, and private copies of files, are taken from the heap, and move with the program like all of it.
 *
 * What cannot be had so (shared mappings, executable ones, fixed addresses) is the node's own: while there is any, no thread
 * leaves the node, since it could meet it again only here. */
#define _GNU_SOURCE
#include "mappings.h"
#include "spans.h"
#include "transport.h"
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE           UINT64_C(4096)
#define PAGES_PER_UNIT (POPCORN_UNIT / PAGE)

/* Bytes that this process has mapped natively for the program. */
static int64_t native_bytes;

bool popcorn_has_native_mappings(void)
{
	return __atomic_load_n(&native_bytes, __ATOMIC_RELAXED) > 0;
}

static uint64_t whole_pages(size_t size)
{
	return (size + PAGE - 1) & -PAGE;
}

static bool is_in_heap(const void *address)
{
	uint64_t offset = (uint64_t)address - POPCORN_HEAP;

	return offset < (uint64_t)popcorn_heap()->end << POPCORN_UNIT_SHIFT;
}

/* The mapping that an address belongs to, or NULL. */
static struct popcorn_span *mapping_of(const void *address)
{
	uint32_t unit = is_in_heap(address) ? popcorn_span_of(address) : 0;

	return unit && popcorn_span(unit)->kind == POPCORN_MAPPING ? popcorn_span(unit) : NULL;
}

/* Of what shall not be touched, only the addresses. */
static char *take(size_t size, bool is_memory)
{
	uint32_t units = (whole_pages(size) + POPCORN_UNIT - 1) >> POPCORN_UNIT_SHIFT;
	bool is_zero;

	popcorn_lock_heap();
	uint32_t unit = is_memory ? popcorn_take_units(units, &is_zero) : popcorn_take_addresses(units, &is_zero);

	if (unit) {
		popcorn_span(unit)->kind = POPCORN_MAPPING;
		popcorn_span(unit)->carved = whole_pages(size) / PAGE;
		popcorn_span(unit)->freed = !is_memory;
	}
	popcorn_unlock_heap();
	if (!unit)
		return NULL;
	if (!is_zero)
		memset(popcorn_unit_address(unit), 0, size);
	return popcorn_unit_address(unit);
}

/* Parts may go in any order; the address range is used again once all of them are gone. */
static void give(struct popcorn_span *span, char *address, size_t size)
{
	uint64_t pages = whole_pages(size) / PAGE;

	popcorn_lock_heap();
	if (span->carved <= pages)
		popcorn_free_units(popcorn_span_of(address));
	else
		span->carved -= pages;
	bool is_part = span->carved > 0 && span->kind == POPCORN_MAPPING;

	popcorn_unlock_heap();
	if (is_part)
		popcorn_transport->discard(address, whole_pages(size));
}

/* What lies behind the file's end is zero. Returns 0 or an errno. */
static int read_file(char *to, size_t size, int descriptor, off_t offset)
{
	for (size_t done = 0; done < size;) {
		ssize_t got = pread(descriptor, to + done, size - done, offset + done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		done += got;
	}
	return 0;
}

static bool can_move(const void *wanted, size_t size, int protection, int flags)
{
	return size && size < POPCORN_HEAP_SIZE && !(flags & MAP_FIXED) && (flags & MAP_TYPE) == MAP_PRIVATE &&
	       !(protection & PROT_EXEC);
}

static void *map_natively(void *wanted, size_t size, int protection, int flags, int descriptor, off_t offset)
{
	void *mapped = mmap(wanted, size, protection, flags, descriptor, offset);

	if (mapped != MAP_FAILED)
		__atomic_fetch_add(&native_bytes, whole_pages(size), __ATOMIC_RELAXED);
	return mapped;
}

void *__popcorn_mmap(void *wanted, size_t size, int protection, int flags, int descriptor, off_t offset)
{
	if (!can_move(wanted, size, protection, flags))
		return map_natively(wanted, size, protection, flags, descriptor, offset);
	bool is_file = !(flags & MAP_ANONYMOUS);

	if (is_file && offset & (PAGE - 1)) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	char *memory = take(size, is_file || (protection != PROT_NONE && !(flags & MAP_NORESERVE)));
	int error = !memory ? ENOMEM : is_file ? read_file(memory, size, descriptor, offset) : 0;

	if (memory && error)
		give(mapping_of(memory), memory, size);
	if (error)
		errno = error == EISDIR || error == ESPIPE ? ENODEV : error;
	return error ? MAP_FAILED : memory;
}

int __popcorn_munmap(void *address, size_t size)
{
	struct popcorn_span *span = mapping_of(address);

	if (!size || (uint64_t)address & (PAGE - 1)) {
		errno = EINVAL;
		return -1;
	}
	if (span) {
		give(span, address, size);
		return 0;
	}
	int result = munmap(address, size);

	if (result == 0)
		__atomic_fetch_sub(&native_bytes, whole_pages(size), __ATOMIC_RELAXED);
	return result;
}

static void *remap_natively(void *address, size_t old, size_t size, int flags, void *wanted)
{
	void *moved = mremap(address, old, size, flags, wanted);

	if (moved != MAP_FAILED)
		__atomic_fetch_add(&native_bytes, whole_pages(size) - whole_pages(old), __ATOMIC_RELAXED);
	return moved;
}

/* In place if the span has room and the mapping is whole. */
static bool resize(struct popcorn_span *span, char *address, size_t old, size_t size)
{
	uint64_t pages = whole_pages(size) / PAGE, old_pages = whole_pages(old) / PAGE;

	if (pages > span->units * PAGES_PER_UNIT || span->carved != old_pages ||
	    address != popcorn_unit_address(popcorn_span_of(address)))
		return false;
	span->carved = pages;
	if (pages < old_pages)
		popcorn_transport->discard(address + pages * PAGE, (old_pages - pages) * PAGE);
	else
		memset(address + old_pages * PAGE, 0, (pages - old_pages) * PAGE);
	return true;
}

void *__popcorn_mremap(void *address, size_t old, size_t size, int flags, ...)
{
	struct popcorn_span *span = mapping_of(address);
	void *wanted = NULL;

	if (flags & MREMAP_FIXED) {
		va_list arguments;

		va_start(arguments, flags);
		wanted = va_arg(arguments, void *);
		va_end(arguments);
	}
	if (!span)
		return remap_natively(address, old, size, flags, wanted);
	if (!size || flags & ~MREMAP_MAYMOVE) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	if (resize(span, address, old, size))
		return address;
	char *moved = flags & MREMAP_MAYMOVE ? take(size, !span->freed) : NULL;

	if (!moved) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	memcpy(moved, address, old < size ? old : size);
	give(span, address, old);
	return moved;
}

/* Only the advice that changes what is read is taken. A transport's discard may leave pages as they are. */
int __popcorn_madvise(void *address, size_t size, int advice)
{
	if (!mapping_of(address))
		return madvise(address, size, advice);
	if (advice == MADV_DONTNEED)
		memset(address, 0, whole_pages(size));
	return 0;
}
