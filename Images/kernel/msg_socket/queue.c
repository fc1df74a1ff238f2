// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that wait, and which way a message goes: at once, if the queue is empty and nobody
 * sends, else into one of two queues, urgent before bulk. Each keeps the order of its messages.
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

/* Whether something waits to be sent. */
bool ms_has_work(const struct peer *peer)
{
	lockdep_assert_held(&peer->lock);
	return peer->stash_begin < peer->stash_end || !list_empty(&peer->urgent.items) ||
	       !list_empty(&peer->bulk.items);
}

static int check_connection(const struct peer *peer, const struct popcorn_send *send)
{
	lockdep_assert_held(&peer->lock);
	if (send->epoch && send->epoch != peer->epoch)
		return -ECONNRESET;
	if (!peer->up)
		return send->epoch ? -ECONNRESET : -EHOSTDOWN;
	return 0;
}

static bool has_room(struct peer *peer, const struct popcorn_send *send)
{
	const struct queue *queue = queue_for(peer, send->message->urgent);
	u32 limit = send->flags & POPCORN_FLAG_REPLY ? HARD_LIMIT : SOFT_LIMIT;

	lockdep_assert_held(&peer->lock);
	return !queue->bytes || queue->bytes + size_of(send->message) <= limit;
}

static bool may_send_directly(const struct peer *peer, const struct popcorn_send *send)
{
	lockdep_assert_held(&peer->lock);
	return send->patience != POPCORN_ATOMIC && size_of(send->message) <= POPCORN_MAX_FRAME &&
	       !peer->sending && !ms_has_work(peer);
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
		.epoch = cpu_to_le32(peer->epoch),
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
	way = check_connection(peer, send);
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
	over = check_connection(peer, send) || has_room(peer, send);
	spin_unlock_irq(&peer->lock);
	return over;
}

/* The message to send next, if any. @more: whether others follow it in its queue. */
struct outgoing *ms_next_item(struct peer *peer, struct queue **queue, bool *more)
{
	struct outgoing *item = NULL;

	spin_lock_irq(&peer->lock);
	*queue = list_empty(&peer->urgent.items) ? &peer->bulk : &peer->urgent;
	if (peer->up)
		item = list_first_entry_or_null(&(*queue)->items, struct outgoing, list);
	*more = item && !list_is_last(&item->list, &(*queue)->items);
	spin_unlock_irq(&peer->lock);
	return item;
}

/* Takes a sent message out of its queue. */
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

/* Messages that did not go are lost with their connection. Nobody queues or sends any more. */
void ms_drop_queues(struct peer *peer)
{
	peer->stash_begin = 0;
	peer->stash_end = 0;
	drop_queue(&peer->urgent);
	drop_queue(&peer->bulk);
}
