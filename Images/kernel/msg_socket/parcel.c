// SPDX-License-Identifier: GPL-2.0
/* Putting frames into a socket from where their parts lie. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <net/sock.h>
#include <popcorn/wire.h>
#include "parcel.h"

static const u8 zeros[POPCORN_ALIGN];

void parcel_add(struct parcel *parcel, const void *data, size_t size)
{
	if (!size)
		return;
	parcel->parts[parcel->count].iov_base = (void *)data;
	parcel->parts[parcel->count++].iov_len = size;
	parcel->left += size;
}

void parcel_pad(struct parcel *parcel, u32 length)
{
	parcel_add(parcel, zeros, ALIGN(length, POPCORN_ALIGN) - length);
}

/* Takes @size bytes off the front. */
static void advance(struct parcel *parcel, size_t size)
{
	struct kvec *part = parcel->parts;

	parcel->left -= size;
	for (; size; part++) {
		size_t step = min(size, part->iov_len);

		part->iov_base += step;
		part->iov_len -= step;
		size -= step;
	}
}

int parcel_push(struct parcel *parcel, struct socket *sock, int flags, long timeout)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL | flags };
	struct kvec parts[PARCEL_PARTS];
	int sent;

	memcpy(parts, parcel->parts, sizeof(parts));
	sock->sk->sk_sndtimeo = timeout;
	sent = kernel_sendmsg(sock, &msg, parts, parcel->count, parcel->left);
	if (sent > 0)
		advance(parcel, sent);
	else if (sent != -EAGAIN && sent != -EINTR && sent != -ERESTARTSYS)
		return sent ? sent : -EPIPE;
	return 0;
}
