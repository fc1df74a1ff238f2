// SPDX-License-Identifier: GPL-2.0
/* Frames of the handshake: sending them whole, receiving them in time. */

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <net/sock.h>
#include "handshake.h"

void ms_fill_header(struct popcorn_header *header, const struct peer *peer, u16 type, u32 size)
{
	*header = (struct popcorn_header){
		.magic = cpu_to_le32(POPCORN_MAGIC),
		.type = cpu_to_le16(type),
		.from = ms_settings.self,
		.to = peer ? peer->id : 0xff,
		.size = cpu_to_le32(size),
		.length = cpu_to_le32(size),
	};
}

int ms_send_bytes(struct socket *sock, const void *data, size_t size, int flags)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL | flags };
	struct kvec vec = { .iov_base = (void *)data, .iov_len = size };
	int sent = kernel_sendmsg(sock, &msg, &vec, 1, size);

	return sent == size ? 0 : sent < 0 ? sent : -EPIPE;
}

static int receive_bytes(struct attempt *attempt, void *data, size_t size)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = data, .iov_len = size };
	long left = attempt->deadline - jiffies;
	int got;

	if (left <= 0)
		return -ETIMEDOUT;
	attempt->sock->sk->sk_rcvtimeo = left;
	got = kernel_recvmsg(attempt->sock, &msg, &vec, 1, size, MSG_WAITALL);
	if (got == size)
		return 0;
	if (time_after_eq(jiffies, attempt->deadline))
		return -ETIMEDOUT;
	return got < 0 ? got : -ECONNRESET;
}

static int take_refusal(struct attempt *attempt)
{
	struct popcorn_refuse body;
	int err = receive_bytes(attempt, &body, sizeof(body));

	if (err)
		return err;
	attempt->refused_by_peer = true;
	attempt->refusal = le32_to_cpu(body.reason);
	return -EACCES;
}

/* Receives a frame of @type with a body of exactly @size bytes. */
int ms_receive_frame(struct attempt *attempt, u16 type, struct popcorn_header *header, void *body,
		     u32 size)
{
	u32 length;
	int err = receive_bytes(attempt, header, sizeof(*header));

	if (err)
		return err;
	length = le32_to_cpu(header->length);
	if (header->magic != cpu_to_le32(POPCORN_MAGIC) || header->epoch || header->seq ||
	    header->station || header->offset || header->flags || header->size != header->length)
		return -EBADMSG;
	if (le16_to_cpu(header->type) == POPCORN_TYPE_REFUSE &&
	    length == sizeof(struct popcorn_refuse))
		return take_refusal(attempt);
	if (le16_to_cpu(header->type) != type || length != size)
		return -EBADMSG;
	return size ? receive_bytes(attempt, body, size) : 0;
}
