// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving. The receiver thread sleeps in recvmsg() on a large buffer; one call brings as many
 * frames as have arrived. Frames are handled where they lie, without copying; only messages of
 * several frames are put together elsewhere.
 *
 * A frame counts as received when it has been handled. What the buffer holds of a frame when the
 * connection breaks comes again on the next; what has been handled of a message does not.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <crypto/algapi.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/net.h>
#include "msg_socket.h"
#include "queue.h"

/* So much is handled before the peer is told, if no message does so by the way. */
#define ACK_AFTER (STREAM_SIZE / 8)

#define MAX_FRAME_SIZE (sizeof(struct popcorn_frame) + POPCORN_MAX_FRAME + POPCORN_MAC_SIZE)

/* A frame in machine byte order; header points at the original. */
struct frame {
	const struct popcorn_header *header;
	const u8 *payload;
	u16 type;
	u32 size;
	u32 offset;
	u32 length;
	u64 ack;
};

static const char *check_addressing(const struct peer *peer, const struct popcorn_header *header)
{
	if (header->magic != cpu_to_le32(POPCORN_MAGIC))
		return "protocol error: no frame";
	if (header->from != peer->id || header->to != ms_settings.self)
		return "protocol error: wrong node id";
	if (le32_to_cpu(header->epoch) != peer->session.epoch)
		return "protocol error: wrong epoch";
	return NULL;
}

static const char *check_extent(const struct frame *frame)
{
	u8 flags = frame->header->flags;

	if (frame->length > POPCORN_MAX_FRAME || frame->size > POPCORN_MAX_MESSAGE)
		return "protocol error: too large";
	if (frame->offset > frame->size || frame->length > frame->size - frame->offset)
		return "protocol error: frame exceeds its message";
	if (!frame->length && frame->size)
		return "protocol error: empty frame";
	if ((flags & POPCORN_FLAG_URGENT) && frame->length != frame->size)
		return "protocol error: urgent message in pieces";
	return NULL;
}

static const char *check_meaning(const struct frame *frame)
{
	const struct popcorn_header *header = frame->header;
	u8 flags = header->flags;
	bool request = flags & POPCORN_FLAG_REQUEST;
	bool reply = flags & POPCORN_FLAG_REPLY;

	if (frame->type >= POPCORN_MAX_TYPES || (flags & ~POPCORN_FLAGS) || header->reserved[0] ||
	    header->reserved[1] || header->reserved[2])
		return "protocol error: unknown type or flag";
	if ((request && reply) || (request || reply) != !!header->station ||
	    ((flags & POPCORN_FLAG_ERROR) && !reply))
		return "protocol error: contradictory flags";
	if (frame->type > POPCORN_TYPE_TRANSPORT_LAST)
		return header->seq ? NULL : "protocol error: message without number";
	if (frame->type < POPCORN_TYPE_PROBE || frame->type > POPCORN_TYPE_BYE)
		return "protocol error: handshake again";
	if (frame->size || request || reply || header->seq)
		return "protocol error: frame of the transport with contents";
	return NULL;
}

static const char *check_mac(const struct peer *peer, const struct frame *frame)
{
	u32 size = ms_body_size(frame->length);
	u8 expected[POPCORN_MAC_SIZE];

	if (!peer->macs)
		return NULL;
	ms_mac_frame(&peer->mac_key, peer->session.received, frame->header, size, expected);
	if (crypto_memneq(expected, (const u8 *)frame->header + size, sizeof(expected)))
		return "protocol error: wrong MAC";
	return NULL;
}

static const char *parse_header(const struct peer *peer, struct frame *frame)
{
	const struct popcorn_header *header = frame->header;
	const char *why = check_addressing(peer, header);

	frame->type = le16_to_cpu(header->type);
	frame->size = le32_to_cpu(header->size);
	frame->offset = le32_to_cpu(header->offset);
	frame->length = le32_to_cpu(header->length);
	frame->ack = le64_to_cpu(container_of(header, struct popcorn_frame, header)->ack);
	if (!why)
		why = check_extent(frame);
	return why ? why : check_meaning(frame);
}

/* Numbers grow, separately for urgent and other messages. */
static const char *check_sequence(struct peer *peer, const struct popcorn_header *header)
{
	u64 *last = &peer->received_seq[!!(header->flags & POPCORN_FLAG_URGENT)];
	u64 seq = le64_to_cpu(header->seq);

	if (seq <= *last)
		return "protocol error: message out of sequence";
	*last = seq;
	return NULL;
}

static const char *begin_assembly(struct peer *peer, const struct frame *frame)
{
	struct assembly *assembly = &peer->assembly;
	const char *why = check_sequence(peer, frame->header);

	if (why)
		return why;
	if (!assembly->data)
		assembly->data = kvmalloc(POPCORN_MAX_MESSAGE, GFP_KERNEL);
	if (!assembly->data)
		return "no memory for a large message";
	assembly->first = *frame->header;
	assembly->filled = 0;
	assembly->active = true;
	return NULL;
}

static bool continues(const struct assembly *assembly, const struct frame *frame)
{
	const struct popcorn_header *first = &assembly->first, *header = frame->header;

	return assembly->active && frame->offset == assembly->filled && header->seq == first->seq &&
	       header->type == first->type && header->size == first->size &&
	       header->station == first->station && header->flags == first->flags;
}

static const char *assemble(struct peer *peer, const struct frame *frame)
{
	struct assembly *assembly = &peer->assembly;
	const char *why;

	if (!frame->offset && !assembly->active) {
		why = begin_assembly(peer, frame);
		if (why)
			return why;
	} else if (!continues(assembly, frame)) {
		return "protocol error: frame does not continue its message";
	}
	memcpy(assembly->data + frame->offset, frame->payload, frame->length);
	assembly->filled += frame->length;
	if (assembly->filled == frame->size) {
		assembly->active = false;
		popcorn_deliver(&assembly->first, assembly->data);
	}
	return NULL;
}

static const char *handle_control(struct peer *peer, const struct frame *frame)
{
	if (frame->type == POPCORN_TYPE_PROBE)
		ms_send_control(peer, POPCORN_TYPE_ALIVE);
	return frame->type == POPCORN_TYPE_BYE ? "message layer unloaded there" : NULL;
}

static const char *handle_message(struct peer *peer, const struct frame *frame)
{
	const char *why;

	if (frame->length != frame->size)
		return assemble(peer, frame);
	if (peer->assembly.active && !(frame->header->flags & POPCORN_FLAG_URGENT))
		return "protocol error: message within a message";
	why = check_sequence(peer, frame->header);
	if (!why)
		popcorn_deliver(frame->header, frame->payload);
	return why;
}

static const char *handle_frame(struct peer *peer, const struct frame *frame)
{
	if (frame->type <= POPCORN_TYPE_TRANSPORT_LAST)
		return handle_control(peer, frame);
	return handle_message(peer, frame);
}

/* Takes note of what the peer has handled; senders may have waited for that. */
static const char *take_ack(struct peer *peer, u64 ack)
{
	bool waits, valid;

	spin_lock_irq(&peer->lock);
	waits = !ms_has_stream_room(peer, POPCORN_MAX_FRAME, STREAM_RESERVE);
	valid = session_acknowledge(&peer->session, ack);
	spin_unlock_irq(&peer->lock);
	if (waits)
		wake_up(&peer->work_wait);
	return valid ? NULL : "protocol error: acknowledged what was never sent";
}

/* Handles the frame at peer->begin, if all of it is there: @size is what it takes. */
static const char *take_frame(struct peer *peer, u32 *size)
{
	size_t there = peer->end - peer->begin;
	struct frame frame;
	const char *why;

	*size = 0;
	if (there < sizeof(struct popcorn_frame))
		return NULL;
	frame.header = (const void *)(peer->buffer + peer->begin);
	frame.payload = (const u8 *)frame.header + sizeof(struct popcorn_frame);
	why = parse_header(peer, &frame);
	if (why || there < ms_frame_size(peer, frame.length))
		return why;
	why = check_mac(peer, &frame);
	if (!why)
		why = take_ack(peer, frame.ack);
	if (!why)
		why = handle_frame(peer, &frame);
	if (!why)
		*size = ms_frame_size(peer, frame.length);
	return why;
}

/* Lets the peer forget what was handled, and go on if it waits for that. */
static void acknowledge(struct peer *peer)
{
	bool due;

	spin_lock_irq(&peer->lock);
	due = peer->session.received - peer->told >= ACK_AFTER;
	if (due)
		peer->ack_due = true;
	spin_unlock_irq(&peer->lock);
	if (due)
		wake_up(&peer->work_wait);
}

/* Handles all complete frames in the buffer. */
static const char *handle_frames(struct peer *peer)
{
	const char *why;
	u32 size;

	for (;;) {
		why = take_frame(peer, &size);
		if (!size)
			return why;
		peer->begin += size;
		WRITE_ONCE(peer->session.received, peer->session.received + size);
		acknowledge(peer);
		cond_resched();
	}
}

/* Makes sure that a frame which has begun to arrive fits behind peer->begin. */
static void make_room(struct peer *peer)
{
	size_t left = peer->end - peer->begin;

	if (left && peer->begin + MAX_FRAME_SIZE <= RECEIVE_BUFFER_SIZE)
		return;
	memmove(peer->buffer, peer->buffer + peer->begin, left);
	peer->begin = 0;
	peer->end = left;
}

/* A peer that breaks the rules, or leaves, has no session any more. Returns why it ended. */
const char *ms_receive_until_lost(struct peer *peer)
{
	const char *why = NULL;

	while (!ms_is_stopping()) {
		struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
		struct kvec vec;
		int got;

		make_room(peer);
		vec.iov_base = peer->buffer + peer->end;
		vec.iov_len = RECEIVE_BUFFER_SIZE - peer->end;
		got = kernel_recvmsg(peer->sock, &msg, &vec, 1, vec.iov_len, 0);
		if (got <= 0)
			return ms_loss_reason(got);
		peer->end += got;
		WRITE_ONCE(peer->heard, peer->heard + 1);
		why = handle_frames(peer);
		if (why) {
			ms_give_up(peer, why);
			break;
		}
	}
	return why;
}
