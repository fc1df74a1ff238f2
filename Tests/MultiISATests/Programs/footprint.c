/* How much of the heap a program touches: at its start, and for one object of each of many sizes. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZES 24
#define HEAP "100000000-"

/* In KiB, without a stream, which would take memory itself. */
static long resident(void)
{
	static char text[65536];
	size_t length = 0;
	ssize_t count;
	int file = open("/proc/self/smaps", O_RDONLY);

	while ((count = read(file, text + length, sizeof text - 1 - length)) > 0)
		length += count;
	close(file);
	text[length] = 0;
	char *heap = strstr(text, "\n" HEAP), *size = heap ? strstr(heap, "\nRss:") : NULL;

	return size ? atol(size + strlen("\nRss:")) : -1;
}

int main(void)
{
	long before = resident();
	/* Kept in a variable: an allocation that nobody uses may be left out. */
	static void *volatile objects[SIZES];

	for (int i = 0; i < SIZES; i++) {
		objects[i] = malloc((i + 1) * 100);
		*(char *)objects[i] = 1;
	}
	long after = resident();

	printf("at the start: %s\n", before > 0 && before <= 10 * 4 ? "little" : "much");
	printf("per object: %s\n", after - before <= SIZES * 4 ? "a page" : "more");
	fprintf(stderr, "%ld KiB, then %ld KiB\n", before, after);
	return 0;
}
