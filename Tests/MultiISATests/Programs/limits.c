/* What a program can have where address space is limited: `threads N [STACK]`, `memory`, `recursion DEPTH`, `signals`. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static pthread_barrier_t barrier;

static void *run(void *number)
{
	char local[20000];

	memset(local, 1, sizeof local);
	pthread_barrier_wait(&barrier);
	return (void *)((long)number + local[7]);
}

static int threads(int count, size_t stack)
{
	pthread_t all[1000];
	pthread_attr_t attributes;
	long sum = 0;
	void *result;

	pthread_attr_init(&attributes);
	if (stack)
		pthread_attr_setstacksize(&attributes, stack);
	pthread_barrier_init(&barrier, NULL, count);
	for (long i = 0; i < count; i++) {
		int error = pthread_create(&all[i], &attributes, run, (void *)i);

		if (error) {
			printf("refused: %s\n", error == EAGAIN ? "EAGAIN" : strerror(error));
			return 1;
		}
	}
	for (int i = 0; i < count; i++) {
		pthread_join(all[i], &result);
		sum += (long)result;
	}
	printf("sum %ld\n", sum);
	return 0;
}

/* Everything that takes memory fails in its own way, and works again once there is some. */
static void *volatile got; /* or the compiler takes a call away whose result nobody needs */

static int failed(void)
{
	return !got && errno == ENOMEM;
}

static int memory(size_t piece)
{
	static void *pieces[1 << 16];
	size_t count = 0, huge = (size_t)1 << 40, more = piece + (1 << 20);
	void *aligned = &count, *kept = malloc(100);

	strcpy(kept, "kept");
	while (count < 1 << 16 && (errno = 0, pieces[count] = malloc(piece)))
		memset(pieces[count++], 1, piece);
	printf("malloc: %s\n", count < 1 << 16 && errno == ENOMEM ? "ENOMEM" : "no end");
	errno = 0;
	got = calloc(1, more);
	printf("calloc: %d\n", failed());
	errno = 0;
	got = realloc(kept, huge);
	printf("realloc: %d, %s\n", failed(), (char *)kept);
	errno = 0;
	got = aligned_alloc(4096, more);
	printf("aligned_alloc: %d\n", failed());
	errno = 0;
	printf("posix_memalign: %d", posix_memalign(&aligned, 1 << 20, more) == ENOMEM);
	printf(" %d %d\n", errno, aligned == &count);
	printf("mmap: %d\n", mmap(NULL, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
				     errno == ENOMEM);
	size_t first = count;

	while (count)
		free(pieces[--count]);
	while (count < first && (pieces[count] = malloc(piece)))
		memset(pieces[count++], 1, piece);
	printf("again: %d\n", count == first && count > 0);
	return 0;
}

static int descend(int depth)
{
	volatile char local[1000];

	local[0] = depth;
	return depth ? descend(depth - 1) + 1 + (local[0] != (char)depth) : 0;
}

static volatile int depth, deepest;

static void nest(int number)
{
	if (++depth > deepest)
		deepest = depth;
	if (number < SIGRTMIN + 7)
		raise(number + 1);
	depth--;
}

static int signals(void)
{
	for (int i = 4; i < 8; i++)
		signal(SIGRTMIN + i, nest);
	raise(SIGRTMIN + 4);
	printf("nested %d\n", deepest);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	long number = argc > 2 ? atol(argv[2]) : 0, size = argc > 3 ? atol(argv[3]) : 0;

	if (!strcmp(what, "threads"))
		return threads(number, size);
	if (!strcmp(what, "memory"))
		return memory(number);
	if (!strcmp(what, "recursion")) {
		printf("depth %d\n", descend(number));
		return 0;
	}
	return signals();
}
