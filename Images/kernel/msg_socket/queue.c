// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that wait, and which way a message goes: at once, if nothing waits and nobody sends,
 * else into one of two queues, urgent before bulk. Each keeps the order of its messages.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "msg_socket.h"
#include "queue.h"

#define SOFT_LIMIT SZ_1M /* bytes that senders may queue, for each urgency */
#define HARD_LIMIT SZ_8M /* the same for replies, which must not wait */

static u32 size_of(const struct popcorn_message *message)
{
	return message->head_size + message->body_size;
}

static struct queue *queue_for(struct peer *peer, bool urgent)
{
	return urgent ? &peer->urgent : &peer->bulk;
}

/* Whether the stream takes a frame with @length bytes of payload and still has @reserve left. */
bool ms_has_stream_room(const struct peer *peer, u32 length, u32 reserve)
{
	lockdep_assert_held(&peer->lock);
	return session_kept(&peer->session) + ms_frame_size(peer, length) + reserve <= STREAM_SIZE;
}

static bool is_queue_empty(const struct peer *peer)
{
	lockdep_assert_held(&peer->lock);
	return list_empty(&peer->urgent.items) && list_empty(&peer->bulk.items);
}

static struct queue *next_queue(struct peer *peer)
{
	return list_empty(&peer->urgent.items) ? &peer->bulk : &peer->urgent;
}

/* The message whose next frame goes next, if there is one and the stream has room for it. */
static struct outgoing *next_item(struct peer *peer)
{
	struct outgoing *item;
	u32 left;

	lockdep_assert_held(&peer->lock);
	item = list_first_entry_or_null(&next_queue(peer)->items, struct outgoing, list);
	if (!item)
		return NULL;
	left = le32_to_cpu(item->header.size) - item->sent;
	return ms_has_stream_room(peer, min_t(u32, left, POPCORN_MAX_FRAME), STREAM_RESERVE) ?
		       item :
		       NULL;
}

/* Whether there is something to do for who is sending. */
bool ms_has_work(struct peer *peer)
{
	const struct session *session = &peer->session;

	lockdep_assert_held(&peer->lock);
	if (!session->epoch)
		return false;
	return (peer->connected && session->pushed < session->end) || next_item(peer) ||
	       (peer->ack_due && ms_has_stream_room(peer, 0, 0));
}

static int check_session(const struct peer *peer, const struct popcorn_send *send)
{
	lockdep_assert_held(&peer->lock);
	if (send->epoch && send->epoch != peer->session.epoch)
		return -ECONNRESET;
	return peer->session.epoch ? 0 : -EHOSTDOWN;
}

static bool has_room(struct peer *peer, const struct popcorn_send *send)
{
	const struct queue *queue = queue_for(peer, send->message->urgent);
	u32 limit = send->flags & POPCORN_FLAG_REPLY ? HARD_LIMIT : SOFT_LIMIT;

	lockdep_assert_held(&peer->lock);
	return !queue->bytes || queue->bytes + size_of(send->message) <= limit;
}

/* While there is a connection, what it has not taken goes first. */
static bool may_send_directly(const struct peer *peer, const struct popcorn_send *send)
{
	const struct session *session = &peer->session;

	lockdep_assert_held(&peer->lock);
	return send->patience != POPCORN_ATOMIC && size_of(send->message) <= POPCORN_MAX_FRAME &&
	       !peer->sending && is_queue_empty(peer) &&
	       !(peer->connected && session->pushed < session->end) &&
	       ms_has_stream_room(peer, size_of(send->message), STREAM_RESERVE);
}

/* The lock keeps numbers in the order of the queues. */
static void number_message(struct peer *peer, const struct popcorn_send *send,
			   struct popcorn_header *header)
{
	bool control = send->message->type <= POPCORN_TYPE_TRANSPORT_LAST;

	lockdep_assert_held(&peer->lock);
	*header = (struct popcorn_header){
		.magic = cpu_to_le32(POPCORN_MAGIC),
		.type = cpu_to_le16(send->message->type),
		.from = ms_settings.self,
		.to = peer->id,
		.epoch = cpu_to_le32(peer->session.epoch),
		.station = cpu_to_le32(send->station),
		.seq = control ? 0 : cpu_to_le64(++peer->seq),
		.size = cpu_to_le32(size_of(send->message)),
		.length = cpu_to_le32(size_of(send->message)),
		.flags = send->flags | (send->message->urgent ? POPCORN_FLAG_URGENT : 0),
	};
	if (!control)
		popcorn_note_sent(header);
}

struct outgoing *ms_copy_message(const struct popcorn_send *send)
{
	const struct popcorn_message *message = send->message;
	size_t size = sizeof(struct outgoing) + size_of(message);
	struct outgoing *item;

	if (send->patience == POPCORN_ATOMIC)
		item = kmalloc(size, GFP_ATOMIC);
	else
		item = kvmalloc(size, GFP_KERNEL);
	if (!item)
		return NULL;
	item->sent = 0;
	memcpy(item->payload, message->head, message->head_size);
	memcpy(item->payload + message->head_size, message->body, message->body_size);
	return item;
}

/*
 * Decides how the message goes. WAY_DIRECT: @header is filled in. WAY_COPY: the caller shall
 * come again with @item. Else an error, -EAGAIN if there is no room.
 */
int ms_choose_way(struct peer *peer, const struct popcorn_send *send, struct popcorn_header *header,
		  struct outgoing *item)
{
	struct queue *queue = queue_for(peer, send->message->urgent);
	int way;

	lockdep_assert_held(&peer->lock);
	way = check_session(peer, send);
	if (way)
		return way;
	if (may_send_directly(peer, send)) {
		WRITE_ONCE(peer->sending, true);
		number_message(peer, send, header);
		return WAY_DIRECT;
	}
	if (!has_room(peer, send))
		return -EAGAIN;
	if (!item)
		return WAY_COPY;
	number_message(peer, send, &item->header);
	list_add_tail(&item->list, &queue->items);
	queue->bytes += size_of(send->message);
	return peer->sending ? WAY_QUEUED : WAY_WAKE;
}

/* Whether waiting for room is over, one way or the other. */
bool ms_room_or_loss(struct peer *peer, const struct popcorn_send *send)
{
	bool over;

	spin_lock_irq(&peer->lock);
	over = check_session(peer, send) || has_room(peer, send);
	spin_unlock_irq(&peer->lock);
	return over;
}

/* The message whose next frame shall go into the stream, if any can. */
struct outgoing *ms_next_item(struct peer *peer, struct queue **queue)
{
	struct outgoing *item;

	spin_lock_irq(&peer->lock);
	item = next_item(peer);
	*queue = next_queue(peer);
	spin_unlock_irq(&peer->lock);
	return item;
}

/* Takes a message that is in the stream out of its queue. */
void ms_finish_item(struct peer *peer, struct queue *queue, struct outgoing *item)
{
	spin_lock_irq(&peer->lock);
	list_del(&item->list);
	queue->bytes -= le32_to_cpu(item->header.size);
	spin_unlock_irq(&peer->lock);
	kvfree(item);
	if (wq_has_sleeper(&peer->room_wait))
		wake_up_all(&peer->room_wait);
}

static void drop_queue(struct queue *queue)
{
	struct outgoing *item, *next;

	list_for_each_entry_safe (item, next, &queue->items, list) {
		list_del(&item->list);
		kvfree(item);
	}
	queue->bytes = 0;
}

/* Messages that did not go are lost with their session. Nobody queues or sends any more. */
void ms_drop_queues(struct peer *peer)
{
	drop_queue(&peer->urgent);
	drop_queue(&peer->bulk);
}
