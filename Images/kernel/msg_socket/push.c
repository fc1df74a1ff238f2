// SPDX-License-Identifier: GPL-2.0
/*
 * Frames on their way into a peer's stream, and bytes from there into the socket. Only who has the
 * right to send comes here. Without a connection the bytes stay in the stream.
 */

#include <linux/kernel.h>
#include <linux/net.h>
#include "msg_socket.h"
#include "queue.h"

/* Bytes that a stream may be ahead of its socket: what urgent messages cannot overtake. */
#define AHEAD POPCORN_MAX_FRAME

static const struct popcorn_message no_payload;

static u8 *append(u8 *to, const void *from, u32 size)
{
	memcpy(to, from, size);
	return to + size;
}

/* Makes what was put into the stream visible to those who look at it under the lock. */
static void extend(struct peer *peer, u64 size, u64 told)
{
	spin_lock_irq(&peer->lock);
	peer->session.end += size;
	peer->told = told;
	peer->ack_due = false;
	spin_unlock_irq(&peer->lock);
}

/* Puts a frame into the stream, which has room. @message: the frame's payload, head and body. */
void ms_put_frame(struct peer *peer, const struct popcorn_header *header,
		  const struct popcorn_message *message)
{
	u64 position = peer->session.end, handled = READ_ONCE(peer->session.received);
	u8 *begin = ms_stream_at(peer->stream, position);
	struct popcorn_frame *frame = (void *)begin;
	u32 length = message->head_size + message->body_size;
	u8 *end = begin + sizeof(*frame);

	frame->header = *header;
	frame->ack = cpu_to_le64(handled);
	end = append(end, message->head, message->head_size);
	end = append(end, message->body, message->body_size);
	memset(end, 0, ALIGN(length, POPCORN_ALIGN) - length);
	end += ALIGN(length, POPCORN_ALIGN) - length;
	if (peer->macs) {
		ms_mac_frame(&peer->mac_key, position, begin, end - begin, end);
		end += POPCORN_MAC_SIZE;
	}
	extend(peer, end - begin, handled);
}

/* Puts the next frame of a queued message into the stream; the last takes it out of its queue. */
static void put_item(struct peer *peer, struct queue *queue, struct outgoing *item)
{
	u32 size = le32_to_cpu(item->header.size);
	struct popcorn_message part = {
		.head = item->payload + item->sent,
		.head_size = min_t(u32, size - item->sent, POPCORN_MAX_FRAME),
	};

	item->header.offset = cpu_to_le32(item->sent);
	item->header.length = cpu_to_le32(part.head_size);
	ms_put_frame(peer, &item->header, &part);
	item->sent += part.head_size;
	if (item->sent == size)
		ms_finish_item(peer, queue, item);
}

static void put_ack(struct peer *peer)
{
	struct popcorn_header header = {
		.magic = cpu_to_le32(POPCORN_MAGIC),
		.type = cpu_to_le16(POPCORN_TYPE_ACK),
		.from = ms_settings.self,
		.to = peer->id,
		.epoch = cpu_to_le32(peer->session.epoch),
		.flags = POPCORN_FLAG_URGENT,
	};
	bool due;

	spin_lock_irq(&peer->lock);
	due = peer->ack_due && ms_has_stream_room(peer, 0, 0);
	spin_unlock_irq(&peer->lock);
	if (due)
		ms_put_frame(peer, &header, &no_payload);
}

/*
 * Gives the socket what the stream has for it. Returns 0, even if it takes nothing now, or an
 * error that ends the connection.
 */
static int push_stream(struct peer *peer, int flags)
{
	struct session *session = &peer->session;
	int sent = 0;

	while (session->pushed < session->end && READ_ONCE(peer->connected)) {
		struct msghdr msg = { .msg_flags = MSG_NOSIGNAL | flags };
		struct kvec vec = {
			.iov_base = ms_stream_at(peer->stream, session->pushed),
			.iov_len = session->end - session->pushed,
		};

		sent = kernel_sendmsg(peer->sock, &msg, &vec, 1, vec.iov_len);
		if (sent == -EAGAIN || sent == -EINTR || sent == -ERESTARTSYS)
			return 0;
		if (sent <= 0)
			return sent ?: -EPIPE;
		spin_lock_irq(&peer->lock);
		session->pushed += sent;
		spin_unlock_irq(&peer->lock);
	}
	return 0;
}

/* Returns whether the message may go: one who only helps leaves it to the sender thread. */
static bool spend_delay(const struct outgoing *item, bool wait)
{
	u16 type = le16_to_cpu(item->header.type);

	if (item->sent || !ms_is_delayed(type))
		return true;
	if (wait)
		ms_delay(type);
	return wait;
}

/*
 * Fills the stream from the queues. Returns whether there may be more to come when the socket has
 * taken this.
 */
static bool fill_stream(struct peer *peer, bool wait)
{
	const struct session *session = &peer->session;
	struct outgoing *item;
	struct queue *queue;

	put_ack(peer);
	while (session->end - session->pushed < AHEAD || !READ_ONCE(peer->connected)) {
		item = ms_next_item(peer, &queue);
		if (!item || !spend_delay(item, wait))
			return false;
		put_item(peer, queue, item);
	}
	return true;
}

/* What came into the queue while the caller was sending: cheaper than waking the sender. */
int ms_push_some(struct peer *peer)
{
	int err = push_stream(peer, MSG_DONTWAIT);

	if (err || peer->session.pushed < peer->session.end)
		return err;
	fill_stream(peer, false);
	return push_stream(peer, MSG_DONTWAIT);
}

/* Sends until there is nothing left, no room for it, or no connection. */
int ms_push_everything(struct peer *peer)
{
	bool more;
	int err;

	do {
		more = fill_stream(peer, true);
		err = push_stream(peer, 0);
	} while (more && !err && READ_ONCE(peer->connected));
	return err;
}
