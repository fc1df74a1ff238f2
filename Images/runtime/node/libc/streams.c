/* FILE objects in shared memory.
 *
 * A FILE of musl 1.2 is plain data but for four pointers to libc's own functions. Those are replaced by the addresses of
 * jumps that lie at the same place in both binaries (arch.h), so that a stream means the same on every node: its buffer,
 * its lock and its place in the list of open streams are shared memory, and its descriptor is the origin's. The three
 * standard streams are libc's variables; the linker script puts them into the program's data. */
#include "streams.h"
#include "arch/arch.h"
#include "runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* struct _IO_FILE of musl 1.2 (stdio_impl.h), the same on every 64-bit ISA. */
struct stream {
	unsigned flags;
	unsigned char *read_position, *read_end;
	void *close;
	unsigned char *write_end, *write_position, *must_be_zero, *write_base;
	void *read, *write, *seek;
	unsigned char *buffer;
	size_t buffer_size;
	struct stream *previous, *next;
	int descriptor, pipe_pid;
	long lock_count;
	int mode;
	volatile int lock;
	int line_buffered;
	void *cookie;
	off_t offset;
	char *getln_buffer;
	void *must_be_zero_too;
	unsigned char *scan_end;
	off_t scan_limit, scan_count;
	struct stream *previous_locked, *next_locked;
	void *locale;
};

_Static_assert(sizeof(struct stream) == 232, "musl's FILE has 232 bytes");

/* musl keeps room for ungetc in front of a buffer. */
#define UNGET 8

/* Hidden in libc.a, and therefore ours to name in a static link. */
extern char __stdio_read[], __stdio_write[], __stdio_seek[], __stdio_close[], __stdout_write[];

/* The same functions on every node: jumps at equal addresses. */
POPCORN_JUMP(popcorn_stream_read, __stdio_read);
POPCORN_JUMP(popcorn_stream_write, __stdio_write);
POPCORN_JUMP(popcorn_stream_seek, __stdio_seek);
POPCORN_JUMP(popcorn_stream_close, __stdio_close);
extern char popcorn_stream_read[], popcorn_stream_write[], popcorn_stream_seek[], popcorn_stream_close[];

static const struct {
	void *here, *everywhere;
} functions[] = {
	{ __stdio_read, popcorn_stream_read },
	{ __stdio_write, popcorn_stream_write },
	{ __stdio_seek, popcorn_stream_seek },
	{ __stdio_close, popcorn_stream_close },
	/* Finds out whether stdout is a terminal at the first write, and then is replaced by the function of all others;
	 * share_standard does that at once, for it would put its own node's function into the stream. */
	{ __stdout_write, popcorn_stream_write },
};

#define FUNCTIONS (sizeof functions / sizeof *functions)

static void share_function(void **function)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (*function == functions[i].here)
			*function = functions[i].everywhere;
}

static bool is_shared(const void *function)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (function == functions[i].everywhere)
			return true;
	return !function;
}

static void share(struct stream *stream)
{
	share_function(&stream->read);
	share_function(&stream->write);
	share_function(&stream->seek);
	share_function(&stream->close);
}

static void share_standard(FILE *file)
{
	struct stream *stream = (struct stream *)file;

	share(stream);
	stream->buffer = (unsigned char *)malloc(BUFSIZ + UNGET) + UNGET;
	if (stream->descriptor == STDOUT_FILENO && !isatty(STDOUT_FILENO))
		stream->line_buffered = -1;
}

void popcorn_share_streams(void)
{
	share_standard(stdin);
	share_standard(stdout);
	share_standard(stderr);
}

bool popcorn_streams_can_leave(void)
{
	struct popcorn_streams *streams = &popcorn_shared()->streams;
	bool can = true;

	/* A lock would be a page to write at each hop. */
	if (!__atomic_load_n(&streams->open, __ATOMIC_RELAXED))
		return true;
	popcorn_lock(&streams->lock);
	for (struct stream *s = (struct stream *)streams->open; s && can; s = s->next)
		can = is_shared(s->read) && is_shared(s->write) && is_shared(s->seek) && is_shared(s->close);
	popcorn_unlock(&streams->lock);
	return can;
}

/* libc's list of open streams, in place of its own. */

static _Thread_local bool is_hidden;

/* Hidden in libc.a. The linker script puts them into the data of the node. */
extern FILE *volatile __stdin_used, *volatile __stdout_used, *volatile __stderr_used;

void popcorn_hide_streams(bool hide)
{
	is_hidden = hide;
	__stdin_used = hide ? NULL : stdin;
	__stdout_used = hide ? NULL : stdout;
	__stderr_used = hide ? NULL : stderr;
}

/* For libc's fork, which would lock it in its own way: atfork.c does that. */
volatile int *const __stdio_ofl_lockptr = NULL;

FILE **__ofl_lock(void)
{
	static FILE *none;

	if (is_hidden)
		return &none;
	popcorn_lock(&popcorn_shared()->streams.lock);
	return &popcorn_shared()->streams.open;
}

void __ofl_unlock(void)
{
	if (!is_hidden)
		popcorn_unlock(&popcorn_shared()->streams.lock);
}

/* Every stream that libc opens comes by here when it is complete. */
FILE *__ofl_add(FILE *file)
{
	struct stream *stream = (struct stream *)file;
	FILE **head = __ofl_lock();

	share(stream);
	stream->next = (struct stream *)*head;
	if (*head)
		stream->next->previous = stream;
	*head = file;
	__ofl_unlock();
	return file;
}
