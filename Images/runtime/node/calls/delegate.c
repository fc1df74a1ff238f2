/* Packs the arguments of a system call, lets the shadow make it, and unpacks what came back. */
#define _GNU_SOURCE
#include "arch/arch.h"
#include "away.h"
#include "stat.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* A call has at most four pointers; more than this on the stack is mapped. */
#define PIECES 4
#define SMALL  2048

struct piece {
	void *address;
	size_t size;
	char letter;
	uint32_t *length; /* of A */
};

struct packing {
	int64_t arguments[POPCORN_CALL_ARGS];
	struct piece in[PIECES], out[PIECES];
	int ins, outs;
	size_t in_size, out_size;
};

int64_t popcorn_ask(uint32_t number, const int64_t *arguments, const void *in, size_t in_size, void *out,
		    size_t *out_size)
{
	struct popcorn_call call = {
		.number = number,
		.in = (uintptr_t)in,
		.in_size = in_size,
		.out = (uintptr_t)out,
		.out_size = out_size ? *out_size : 0,
	};

	if (arguments)
		memcpy(call.args, arguments, sizeof call.args);
	long error = popcorn_local_call(SYS_ioctl, popcorn_place.device, POPCORN_IOC_CALL, &call);

	if (error < 0)
		return error;
	if (out_size)
		*out_size = call.out_size;
	return call.result;
}

static void add(struct piece *pieces, int *count, size_t *total, struct piece piece)
{
	pieces[(*count)++] = piece;
	*total += piece.size;
}

/* What is left of a call's room for data. */
static size_t fitting(size_t wanted, size_t used)
{
	return wanted < POPCORN_CALL_DATA - used ? wanted : POPCORN_CALL_DATA - used;
}

static void pack_pointer(struct packing *p, char letter, size_t size, long *values, int n)
{
	struct piece piece = { (void *)values[n], size, letter };

	p->arguments[n] = values[n] != 0;
	if (!values[n])
		return;
	switch (letter) {
	case 'p':
		piece.size = strlen(piece.address) + 1;
		break;
	case 'i':
		piece.size = values[n + 1] = fitting(values[n + 1], p->in_size);
		break;
	case 'o':
		piece.size = values[n + 1] = fitting(values[n + 1], p->out_size);
		break;
	case 'T':
		piece.size = sizeof(struct popcorn_stat);
		break;
	case 'A':
		piece.length = (uint32_t *)values[n + 1];
		p->arguments[n + 1] = *piece.length;
		piece.size = sizeof(uint32_t) + *piece.length;
		break;
	}
	if (strchr("piIX", letter))
		add(p->in, &p->ins, &p->in_size, piece);
	if (strchr("oOXTA", letter))
		add(p->out, &p->outs, &p->out_size, piece);
}

static void pack(struct packing *p, const struct popcorn_system_call *call, long *values)
{
	int64_t wide[POPCORN_CALL_ARGS] = { values[0], values[1], values[2], values[3], values[4], values[5] };
	char own[POPCORN_ARGUMENTS], letter;
	const char *rest = popcorn_call_arguments(call, wide, own);
	size_t size;

	for (int n = 0; (letter = popcorn_next_argument(&rest, &size)); n++) {
		if (letter == 's')
			p->arguments[n] = values[n];
		else if (letter == 'f')
			p->arguments[n] = popcorn_program_open_flags(values[n]);
		else if (letter != '-')
			pack_pointer(p, letter, size, values, n);
	}
}

static void gather(char *to, const struct packing *p)
{
	for (int i = 0; i < p->ins; i++) {
		memcpy(to, p->in[i].address, p->in[i].size);
		to += p->in[i].size;
	}
}

static void unpack(const char *from, const struct packing *p)
{
	for (int i = 0; i < p->outs; i++) {
		const struct piece *piece = &p->out[i];

		if (piece->letter == 'T') {
			popcorn_to_native_stat((const struct popcorn_stat *)from, piece->address);
		} else if (piece->letter == 'A') {
			uint32_t room = *piece->length;

			memcpy(piece->length, from, sizeof(uint32_t));
			memcpy(piece->address, from + sizeof(uint32_t), room < *piece->length ? room : *piece->length);
		} else {
			memcpy(piece->address, from, piece->size);
		}
		from += piece->size;
	}
}

/* Data that is in one place already is not copied. */
static bool is_plain(const struct piece *pieces, int count)
{
	return count == 0 || (count == 1 && !strchr("TA", pieces[0].letter));
}

long popcorn_delegate(const struct popcorn_system_call *call, const long *arguments)
{
	struct packing p = { 0 };
	long values[POPCORN_CALL_ARGS];
	char small[SMALL], *buffer = small;

	memcpy(values, arguments, sizeof values);
	pack(&p, call, values);
	bool plain_in = is_plain(p.in, p.ins), plain_out = is_plain(p.out, p.outs);
	size_t needed = (plain_in ? 0 : p.in_size) + (plain_out ? 0 : p.out_size);

	if (p.in_size > POPCORN_CALL_DATA || p.out_size > POPCORN_CALL_DATA)
		return -EMSGSIZE;
	if (needed > SMALL) {
		buffer = mmap(NULL, needed, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (buffer == MAP_FAILED)
			return -ENOMEM;
	}
	const void *in = plain_in ? p.in[0].address : buffer;
	void *out = plain_out ? p.out[0].address : buffer + (plain_in ? 0 : p.in_size);
	size_t out_size = p.out_size;

	if (!plain_in)
		gather(buffer, &p);
	int64_t result = popcorn_ask(POPCORN_CALL_GENERIC + call->generic, p.arguments, in, p.in_size, out, &out_size);

	if (!plain_out && result >= 0)
		unpack(out, &p);
	if (buffer != small)
		munmap(buffer, needed);
	return call->here == SYS_fcntl && arguments[1] == F_GETFL && result >= 0 ? popcorn_native_open_flags(result) :
										   result;
}
