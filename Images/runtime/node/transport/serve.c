/* The origin's side of delegated calls: plain system calls, made by the shadow of the thread that asks. */
#define _GNU_SOURCE
#include "arch/arch.h"
#include "calls/away.h"
#include "calls/epoll.h"
#include "threads/futex.h"
#include "runtime.h"
#include "calls/socket_messages.h"
#include "calls/stat.h"
#include "transport.h"
#include "transport_popcorn.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>

/* A call as it is unpacked. */
struct unpacking {
	const char *in;
	size_t in_left;
	char *out;
	size_t out_used;
	long values[POPCORN_CALL_ARGS];
	struct stat stat;
	char *stat_to;
	uint32_t length; /* of A */
	uint32_t *length_to;
	bool is_one_buffer; /* the result says how much of it is filled */
	bool is_broken;
};

static const void *take_in(struct unpacking *u, size_t size)
{
	const char *taken = u->in;

	if (size > u->in_left) {
		u->is_broken = true;
		return taken;
	}
	u->in += size;
	u->in_left -= size;
	return taken;
}

static char *take_out(struct unpacking *u, size_t size)
{
	char *taken = u->out + u->out_used;

	if (size > POPCORN_CALL_DATA - u->out_used) {
		u->is_broken = true;
		return u->out;
	}
	u->out_used += size;
	return taken;
}

static long unpack_pointer(struct unpacking *u, char letter, size_t size, const int64_t *arguments, int n)
{
	char *out;

	if (!arguments[n])
		return 0;
	switch (letter) {
	case 'p':
		return (long)take_in(u, strnlen(u->in, u->in_left) + 1);
	case 'i':
		return (long)take_in(u, arguments[n + 1]);
	case 'I':
		return (long)take_in(u, size);
	case 'o':
		return (long)take_out(u, arguments[n + 1]);
	case 'O':
		return (long)take_out(u, size);
	case 'X':
		out = take_out(u, size);
		memcpy(out, take_in(u, size), u->is_broken ? 0 : size);
		return (long)out;
	case 'T':
		u->stat_to = take_out(u, sizeof(struct popcorn_stat));
		return (long)&u->stat;
	case 'A':
		u->length = arguments[n + 1];
		u->length_to = (uint32_t *)take_out(u, sizeof(uint32_t) + u->length);
		u->values[n + 1] = (long)&u->length;
		return (long)(u->length_to + 1);
	}
	return 0;
}

static void unpack(struct unpacking *u, const struct popcorn_system_call *call, const int64_t *arguments)
{
	char own[POPCORN_ARGUMENTS], letter;
	const char *letters = popcorn_call_arguments(call, arguments, own), *rest = letters;
	size_t size;

	for (int n = 0; (letter = popcorn_next_argument(&rest, &size)); n++) {
		if (letter == 's')
			u->values[n] = arguments[n];
		else if (letter == 'f')
			u->values[n] = popcorn_native_open_flags(arguments[n]);
		else if (letter != '-')
			u->values[n] = unpack_pointer(u, letter, size, arguments, n);
	}
	u->is_one_buffer = strchr(letters, 'o') && !strpbrk(letters, "OXTA");
}

static int64_t serve_system_call(const struct popcorn_system_call *call, const struct popcorn_event *event,
				 const void *in, void *out, uint32_t *out_size)
{
	const int64_t *arguments = (const int64_t *)event->args;
	struct unpacking u = { .in = in, .in_left = event->in_size, .out = out };

	unpack(&u, call, arguments);
	if (u.is_broken || u.out_used > event->out_size)
		return -EINVAL;
	long result = popcorn_local_call(call->here, u.values[0], u.values[1], u.values[2], u.values[3], u.values[4],
					 u.values[5]);

	if (result < 0)
		return result;
	if (u.stat_to)
		popcorn_from_native_stat(&u.stat, (struct popcorn_stat *)u.stat_to);
	if (u.length_to)
		*u.length_to = u.length;
	*out_size = u.is_one_buffer && (size_t)result < u.out_used ? (size_t)result : u.out_used;
	return call->here == SYS_fcntl && arguments[1] == F_GETFL ? popcorn_program_open_flags(result) : result;
}

static int64_t serve_poll(const struct popcorn_event *event, const void *in, void *out, uint32_t *out_size)
{
	if (event->in_size % sizeof(struct pollfd) || event->in_size > event->out_size)
		return -EINVAL;
	memcpy(out, in, event->in_size);
	int result = poll(out, event->in_size / sizeof(struct pollfd), event->args[0]);

	*out_size = result < 0 ? 0 : event->in_size;
	return result < 0 ? -errno : result;
}

static int64_t serve_epoll_control(const struct popcorn_event *event, const void *in)
{
	if (event->in_size && event->in_size != sizeof(struct popcorn_epoll_event))
		return -EINVAL;
	return popcorn_serve_epoll_control((const int64_t *)event->args, event->in_size ? in : NULL);
}

static int64_t serve_epoll_wait(const struct popcorn_event *event, void *out, uint32_t *out_size)
{
	const int64_t *arguments = (const int64_t *)event->args;
	size_t size = sizeof(struct popcorn_epoll_event);

	if (arguments[1] > 0 && (uint64_t)arguments[1] > event->out_size / size)
		return -EINVAL;
	int64_t count = popcorn_serve_epoll_wait(arguments, out);

	*out_size = count > 0 ? count * size : 0;
	return count;
}

/* Stand-in descriptors of the kernel have a number of their own for lseek. */
static const struct popcorn_system_call *find_call(uint32_t number)
{
	if (number == POPCORN_CALL_LSEEK)
		return popcorn_find_call_here(SYS_lseek);
	return number >= POPCORN_CALL_GENERIC ? popcorn_find_call_generic(number - POPCORN_CALL_GENERIC) : NULL;
}

static int64_t serve_read(const int64_t *arguments, void *out, uint32_t *out_size)
{
	if ((uint64_t)arguments[1] > POPCORN_CALL_DATA)
		return -EINVAL;
	long result = popcorn_local_call(SYS_read, arguments[0], out, arguments[1]);

	*out_size = result > 0 ? result : 0;
	return result;
}

static int64_t serve_terminal(const struct popcorn_event *event, const void *in, void *out, uint32_t *out_size)
{
	char data[POPCORN_TERMINAL_DATA] = { 0 };
	bool has_data = event->in_size || event->out_size;

	if (event->in_size > sizeof data || event->out_size > sizeof data)
		return -EINVAL;
	memcpy(data, in, event->in_size);
	long result = popcorn_local_call(SYS_ioctl, event->args[0], event->args[1],
					 has_data ? (long)data : (long)event->args[2]);

	if (result < 0)
		return result;
	memcpy(out, data, event->out_size);
	*out_size = event->out_size;
	return result;
}

int64_t popcorn_serve(const struct popcorn_event *event, const void *in, void *out, uint32_t *out_size)
{
	const int64_t *arguments = (const int64_t *)event->args;
	const struct popcorn_system_call *call;

	*out_size = 0;
	switch (event->number) {
	case POPCORN_CALL_READ:
		return serve_read(arguments, out, out_size);
	case POPCORN_CALL_WRITE:
		return popcorn_local_call(SYS_write, arguments[0], in, event->in_size);
	case POPCORN_CALL_TERMINAL:
		return serve_terminal(event, in, out, out_size);
	case POPCORN_CALL_POLL:
		return serve_poll(event, in, out, out_size);
	case POPCORN_CALL_EPOLL_CONTROL:
		return serve_epoll_control(event, in);
	case POPCORN_CALL_EPOLL_WAIT:
		return serve_epoll_wait(event, out, out_size);
	case POPCORN_CALL_SEND_MESSAGE:
		return popcorn_serve_send_message(arguments, in, event->in_size);
	case POPCORN_CALL_RECEIVE_MESSAGE:
		return popcorn_serve_receive_message(arguments, out, event->out_size, out_size);
	case POPCORN_CALL_FUTEX_WAIT:
	case POPCORN_CALL_FUTEX_WAKE:
	case POPCORN_CALL_FUTEX_REQUEUE:
		return popcorn_serve_futex(event->number, arguments);
	case POPCORN_CALL_CREATE_THREAD:
		return -popcorn_start_thread((struct popcorn_thread *)arguments[0], arguments[1]);
	case POPCORN_CALL_SIGNAL_ACTION:
		return popcorn_install_handler(arguments[0]);
	case POPCORN_CALL_WAKE_THREAD:
		return popcorn_wake_native(arguments[0]);
	case POPCORN_CALL_SIGNAL_THREAD:
		return popcorn_signal_native(arguments[0], arguments[1]);
	case POPCORN_CALL_RESERVE:
		return popcorn_transport->reserve(arguments[0]) ? 0 : -ENOMEM;
	case POPCORN_CALL_DISCARD:
		popcorn_transport->discard((void *)arguments[0], arguments[1]);
		return 0;
	}
	call = find_call(event->number);
	return call ? serve_system_call(call, event, in, out, out_size) : -ENOSYS;
}
