/* FILE objects between nodes.
 *
 * A FILE of musl 1.2 is plain data but for four pointers to libc's own functions, which are replaced by small numbers while
 * the program is on its way. Streams from fopen lie in the heap, which moves; the three standard ones are libc's variables,
 * at equal addresses, and are copied. The list of open streams has its head in libc. Descriptors are the kernel's
 * business. */
#include "streams.h"
#include "runtime.h"
#include <stdio.h>
#include <string.h>

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

/* Hidden in libc.a, and therefore ours to name in a static link. */
extern char __stdio_read[], __stdio_write[], __stdio_seek[], __stdio_close[], __stdout_write[];
struct stream **__ofl_lock(void);
void __ofl_unlock(void);

static void *const functions[] = {
	NULL, __stdio_read, __stdio_write, __stdio_seek, __stdio_close, __stdout_write,
};

#define FUNCTIONS (sizeof functions / sizeof *functions)

static bool is_known(void *function)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (functions[i] == function)
			return true;
	return false;
}

static void to_number(void **function)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (functions[i] == *function) {
			*function = (void *)i;
			return;
		}
}

static void to_function(void **number)
{
	*number = functions[(uint64_t)*number % FUNCTIONS];
}

static void each_function(struct stream *stream, void (*change)(void **))
{
	change(&stream->read);
	change(&stream->write);
	change(&stream->seek);
	change(&stream->close);
}

static struct stream *standard(int i)
{
	return (struct stream *)(i == 0 ? stdin : i == 1 ? stdout : stderr);
}

bool popcorn_streams_can_leave(void)
{
	bool can = true;

	for (struct stream *s = *__ofl_lock(); s && can; s = s->next)
		can = is_known(s->read) && is_known(s->write) && is_known(s->seek) && is_known(s->close) && !s->pipe_pid;
	__ofl_unlock();
	return can;
}

void popcorn_streams_leave(void)
{
	struct popcorn_streams *to = &popcorn_shared()->streams;

	fflush(NULL);
	struct stream **head = __ofl_lock();

	for (struct stream *s = *head; s; s = s->next)
		each_function(s, to_number);
	to->open_streams = (uint64_t)*head;
	*head = NULL;
	__ofl_unlock();
	for (int i = 0; i < 3; i++) {
		memcpy(to->standard[i], standard(i), sizeof(struct stream));
		each_function((struct stream *)to->standard[i], to_number);
	}
	/* The buffer lies eight bytes into libc's array, which keeps room for ungetc. */
	memcpy(to->input, standard(0)->buffer - 8, sizeof to->input);
}

void popcorn_streams_arrive(void)
{
	struct popcorn_streams *from = &popcorn_shared()->streams;
	struct stream **head = __ofl_lock();

	*head = (struct stream *)from->open_streams;
	for (struct stream *s = *head; s; s = s->next)
		each_function(s, to_function);
	__ofl_unlock();
	for (int i = 0; i < 3; i++) {
		struct stream *here = standard(i);
		struct stream arrived;
		unsigned char *buffer = here->buffer;

		memcpy(&arrived, from->standard[i], sizeof arrived);
		each_function(&arrived, to_function);
		/* setvbuf may have given the stream a buffer of the program's, which moves by itself. */
		bool has_own_buffer = (uint64_t)arrived.buffer >= UINT64_C(0x30000000);

		if (!has_own_buffer) {
			arrived.read_position = buffer + (arrived.read_position - arrived.buffer);
			arrived.read_end = buffer + (arrived.read_end - arrived.buffer);
			if (!((struct stream *)from->standard[i])->read_end)
				arrived.read_position = arrived.read_end = NULL;
			arrived.buffer = buffer;
		}
		arrived.locale = here->locale;
		arrived.write_position = arrived.write_base = arrived.write_end = NULL;
		memcpy(here, &arrived, sizeof arrived);
	}
	if ((uint64_t)standard(0)->buffer < UINT64_C(0x30000000))
		memcpy(standard(0)->buffer - 8, from->input, sizeof from->input);
}
