/* Memory from mmap: what moves with the program, and what keeps it where it is. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <migrate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096L

static void hop(void)
{
	migrate(!current_nid(), NULL, NULL);
}

static int sum(const char *from, long size)
{
	int total = 0;

	for (long i = 0; i < size; i++)
		total += from[i];
	return total;
}

static void memory(void)
{
	char *mapped = mmap(NULL, 300 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	printf("zero %d, aligned %d\n", sum(mapped, 300 * PAGE), (long)mapped % PAGE == 0);
	hop();
	memset(mapped, 1, 300 * PAGE);
	hop();
	printf("ones %d\n", sum(mapped, 300 * PAGE));
	printf("a hole: %d\n", munmap(mapped + 100 * PAGE, 50 * PAGE));
	hop();
	printf("the rest %d\n", sum(mapped, 100 * PAGE) + sum(mapped + 150 * PAGE, 150 * PAGE));
	printf("not needed: %d, zero %d\n", madvise(mapped, 10 * PAGE, MADV_DONTNEED), sum(mapped, 10 * PAGE));
	printf("all: %d %d\n", munmap(mapped, 100 * PAGE), munmap(mapped + 150 * PAGE, 150 * PAGE));
	printf("not of a page: %d %d\n", munmap(mapped + 1, PAGE), errno == EINVAL);
}

static void growing(void)
{
	char *mapped = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	mprotect(mapped, PAGE, PROT_READ | PROT_WRITE);
	memset(mapped, 2, PAGE);
	for (long pages = 1; pages < 200; pages *= 3) {
		mapped = mremap(mapped, pages * PAGE, 3 * pages * PAGE, MREMAP_MAYMOVE);
		hop();
		printf("%ld pages: %d\n", 3 * pages, sum(mapped, 3 * pages * PAGE));
	}
	mapped = mremap(mapped, 243 * PAGE, 2 * PAGE, 0);
	printf("smaller: %d\n", sum(mapped, 2 * PAGE));
	printf("unmapped: %d\n", munmap(mapped, 2 * PAGE));
}

static void files(void)
{
	char name[] = "/tmp/mappings-XXXXXX";
	int file = mkstemp(name);

	unlink(name);
	for (int i = 0; i < 2000; i++)
		dprintf(file, "line %d\n", i);
	char *mapped = mmap(NULL, 20000, PROT_READ, MAP_PRIVATE, file, 0), *last;

	close(file);
	hop();
	printf("%.8s %d\n", mapped + 6 * 7 + 1, sum(mapped, 20000));
	last = memrchr(mapped, 'l', 20000);
	printf("last %s", last);
	printf("unmapped: %d\n", munmap(mapped, 20000));
	printf("no file: %d\n", mmap(NULL, 10, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED && errno == EBADF);
	printf("no mapping of nothing: %d\n",
	       mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
}

int main(void)
{
	memory();
	growing();
	files();
	hop();
	int before = current_nid();
	int *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*shared = 5;
	hop();
	fprintf(stderr, "with a shared mapping: %s %d\n", current_nid() == before ? "stays" : "moves", *shared);
	printf("unmapped: %d\n", munmap(shared, PAGE));
	hop();
	fprintf(stderr, "without: %s\n", current_nid() == before ? "stays" : "moves");
	return 0;
}
