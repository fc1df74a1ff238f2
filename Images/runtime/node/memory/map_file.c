/* Files that libc maps for itself, time zones and catalogs of messages, in memory that moves: what it keeps of them points
 * into them. In a static link, these take the place of libc's functions of these names. */
#define _GNU_SOURCE
#include "runtime.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* In front of a copy lies the address to free. No mapping begins where a copy does: it is not at a page's start. */
#define MARGIN 16
#define PAGE   4096

static void *allocate(size_t size)
{
	char *memory = malloc(size + 2 * MARGIN);

	if (!memory)
		return NULL;
	char *copy = memory + MARGIN;

	if ((uintptr_t)copy % PAGE == 0)
		copy += MARGIN;
	((char **)copy)[-1] = memory;
	return copy;
}

static bool is_copy(const void *start)
{
	return (uintptr_t)start >= POPCORN_HEAP && (uintptr_t)start < POPCORN_HEAP + POPCORN_HEAP_SIZE &&
	       (uintptr_t)start % PAGE;
}

static bool read_all(int descriptor, unsigned char *to, size_t size)
{
	while (size) {
		ssize_t got = read(descriptor, to, size);

		if (got <= 0 && !(got < 0 && errno == EINTR))
			return false;
		to += got > 0 ? got : 0;
		size -= got > 0 ? got : 0;
	}
	return true;
}

const unsigned char *__map_file(const char *path, size_t *size)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	unsigned char *copy = NULL;
	struct stat status;

	if (descriptor < 0)
		return NULL;
	if (!fstat(descriptor, &status) && S_ISREG(status.st_mode) && status.st_size > 0) {
		*size = status.st_size;
		copy = allocate(*size);
		if (copy && !read_all(descriptor, copy, *size)) {
			munmap(copy, *size);
			copy = NULL;
		}
	}
	close(descriptor);
	return copy;
}

/* Hidden in libc.a: waits for those who are just using a mapping. */
void __vm_wait(void);

int __munmap(void *start, size_t size)
{
	if (is_copy(start)) {
		free(((char **)start)[-1]);
		return 0;
	}
	__vm_wait();
	return syscall(SYS_munmap, start, size);
}

int munmap(void *start, size_t size) __attribute__((alias("__munmap")));
