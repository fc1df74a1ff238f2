/* libc's functions of malloc's family, by the allocator in shared memory. */
#include "size_classes.h"
#include "spans.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void *or_fail(void *object)
{
	if (!object)
		errno = ENOMEM;
	return object;
}

void *malloc(size_t size)
{
	bool is_zero;

	return or_fail(popcorn_allocate(size, &is_zero));
}

void *calloc(size_t count, size_t size)
{
	bool is_zero;
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return or_fail(NULL);
	void *object = or_fail(popcorn_allocate(bytes, &is_zero));

	return object && !is_zero ? memset(object, 0, bytes) : object;
}

void free(void *object)
{
	int saved = errno;

	if (object)
		popcorn_release(object);
	errno = saved;
}

size_t malloc_usable_size(void *object)
{
	return object ? popcorn_usable_size(object) : 0;
}

void *realloc(void *object, size_t size)
{
	if (!object)
		return malloc(size);
	size_t usable = popcorn_usable_size(object);

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

	if (__builtin_mul_overflow(count, size, &bytes))
		return or_fail(NULL);
	return realloc(object, bytes);
}

void *memalign(size_t alignment, size_t size)
{
	bool is_zero;

	if (!alignment || (alignment & (alignment - 1))) {
		errno = EINVAL;
		return NULL;
	}
	if (alignment <= POPCORN_GRAIN)
		return malloc(size);
	if (size > SIZE_MAX - alignment)
		return or_fail(NULL);
	/* Objects lie at multiples of their size from the start of a span, which is aligned to a unit. */
	for (size_t want = size ? size : 1; alignment <= 4096 && want <= POPCORN_LARGEST_CLASS;) {
		size_t rounded = popcorn_class_size(popcorn_class_of(want));

		if (rounded % alignment == 0)
			return or_fail(popcorn_allocate(rounded, &is_zero));
		want = rounded + 1;
	}
	if (alignment <= POPCORN_UNIT)
		return or_fail(popcorn_allocate_large(size, &is_zero));
	char *object = or_fail(popcorn_allocate_large(size + alignment, &is_zero));

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

/* What libc allocates for itself, its copy of TZ for one, must move as well. Hidden in libc.a. */

void *__libc_malloc(size_t size)
{
	return malloc(size);
}

void *__libc_realloc(void *old, size_t size)
{
	return realloc(old, size);
}

void __libc_free(void *object)
{
	free(object);
}
