/* sendmsg and recvmsg away from home: name, control data and data travel in one piece. */
#define _GNU_SOURCE
#include "socket_messages.h"
#include "away.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

/* As the kernel has it; libc's has other types for some members. */
struct kernel_message {
	void *name;
	int name_size;
	struct iovec *segments;
	size_t count;
	void *control;
	size_t control_size;
	unsigned flags;
};

/* In front of what was received. */
struct received {
	uint32_t name_size, control_size, flags, padding;
};

static size_t data_size(const struct kernel_message *m)
{
	size_t size = 0;

	for (size_t i = 0; i < m->count; i++)
		size += m->segments[i].iov_len;
	return size;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Of the data, as much as there is room for: a stream takes the rest later, a longer datagram is refused. */
static char *gather(char *to, const struct kernel_message *m, size_t room)
{
	memcpy(to, m->name, m->name_size);
	to += m->name_size;
	memcpy(to, m->control, m->control_size);
	to += m->control_size;
	for (size_t i = 0; i < m->count && room; i++) {
		size_t size = smaller(m->segments[i].iov_len, room);

		memcpy(to, m->segments[i].iov_base, size);
		to += size;
		room -= size;
	}
	return to;
}

static void scatter(const char *from, struct kernel_message *m, size_t size)
{
	for (size_t i = 0; i < m->count && size; i++) {
		size_t part = smaller(m->segments[i].iov_len, size);

		memcpy(m->segments[i].iov_base, from, part);
		from += part;
		size -= part;
	}
}

static long with_buffer(long (*transfer)(const long *, char *), const long *arguments)
{
	char *buffer = mmap(NULL, POPCORN_CALL_DATA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (buffer == MAP_FAILED)
		return -ENOMEM;
	long result = transfer(arguments, buffer);

	munmap(buffer, POPCORN_CALL_DATA);
	return result;
}

static long is_stream(long descriptor)
{
	int type = 0;

	return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &(socklen_t){ sizeof type }) == 0 &&
	       type == SOCK_STREAM;
}

static long send_away(const long *a, char *buffer)
{
	struct kernel_message m = *(const struct kernel_message *)a[1];

	m.name_size = m.name ? m.name_size : 0;
	m.control_size = m.control ? m.control_size : 0;
	if (m.name_size < 0 || m.name_size + m.control_size > POPCORN_CALL_DATA)
		return -EINVAL;
	size_t room = POPCORN_CALL_DATA - m.name_size - m.control_size;

	if (data_size(&m) > room && !is_stream(a[0]))
		return -EMSGSIZE;
	char *end = gather(buffer, &m, room);
	int64_t arguments[POPCORN_CALL_ARGS] = { a[0], a[2], m.name_size, m.control_size };

	return popcorn_ask(POPCORN_CALL_SEND_MESSAGE, arguments, buffer, end - buffer, NULL, NULL);
}

static long receive_away(const long *a, char *buffer)
{
	struct kernel_message *m = (struct kernel_message *)a[1];
	size_t name_size = m->name ? m->name_size : 0, control_size = m->control ? m->control_size : 0;
	const struct received *received = (const struct received *)buffer;
	const char *name = buffer + sizeof *received;

	if (m->name_size < 0 || sizeof *received + name_size + control_size > POPCORN_CALL_DATA)
		return -EINVAL;
	size_t wanted = smaller(data_size(m), POPCORN_CALL_DATA - sizeof *received - name_size - control_size);
	size_t size = sizeof *received + name_size + control_size + wanted;
	int64_t arguments[POPCORN_CALL_ARGS] = { a[0], a[2], name_size, control_size, wanted };
	int64_t result = popcorn_ask(POPCORN_CALL_RECEIVE_MESSAGE, arguments, NULL, 0, buffer, &size);

	if (result < 0)
		return result;
	memcpy(m->name, name, smaller(name_size, received->name_size));
	memcpy(m->control, name + name_size, smaller(control_size, received->control_size));
	scatter(name + name_size + control_size, m, smaller(result, wanted));
	m->name_size = received->name_size;
	m->control_size = received->control_size;
	m->flags = received->flags;
	return result;
}

long popcorn_send_message_away(const long *arguments)
{
	return with_buffer(send_away, arguments);
}

long popcorn_receive_message_away(const long *arguments)
{
	return with_buffer(receive_away, arguments);
}

/* The sizes come from another node. */
static bool fit(const int64_t *sizes, int count, size_t room)
{
	for (int i = 0; i < count; i++) {
		if (sizes[i] < 0 || (size_t)sizes[i] > room)
			return false;
		room -= sizes[i];
	}
	return true;
}

int64_t popcorn_serve_send_message(const int64_t *a, const void *in, size_t in_size)
{
	char *name = (char *)in;

	if (!fit(a + 2, 2, in_size))
		return -EINVAL;
	struct iovec data = { name + a[2] + a[3], in_size - a[2] - a[3] };
	struct kernel_message m = { a[2] ? name : NULL, a[2], &data, 1, a[3] ? name + a[2] : NULL, a[3], 0 };

	return popcorn_local_call(SYS_sendmsg, a[0], &m, a[1]);
}

int64_t popcorn_serve_receive_message(const int64_t *a, void *out, size_t out_size, uint32_t *used)
{
	struct received *received = out;
	char *name = (char *)(received + 1);

	if (out_size < sizeof *received || !fit(a + 2, 3, out_size - sizeof *received))
		return -EINVAL;
	struct iovec data = { name + a[2] + a[3], a[4] };
	struct kernel_message m = { a[2] ? name : NULL, a[2], &data, 1, a[3] ? name + a[2] : NULL, a[3], 0 };
	long result = popcorn_local_call(SYS_recvmsg, a[0], &m, a[1]);

	if (result < 0)
		return result;
	*received = (struct received){ m.name_size, m.control_size, m.flags };
	*used = sizeof *received + a[2] + a[3] + smaller(result, a[4]);
	return result;
}
