// SPDX-License-Identifier: GPL-2.0
/*
 * Sending. Whoever has a message, finds the queue empty and nobody sending, sends it from its
 * own buffers, and then what others queued meanwhile, as far as it need not wait. The sender
 * thread does the rest. Two queues, urgent before bulk; each keeps the order of its messages.
 *
 * Sending is a right that one task has at a time (peer->sending). Its holder, if the socket
 * takes only a part of a frame, puts the rest into the stash, which goes out first.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "msg_socket.h"
#include "parcel.h"

#define SOFT_LIMIT	SZ_1M	/* bytes that senders may queue, for each urgency */
#define HARD_LIMIT	SZ_8M	/* the same for replies, which must not wait */
#define HELPED_FRAMES	16	/* of others, sent by one who sends directly */

/* A queued message. */
struct outgoing {
	struct list_head list;
	struct popcorn_header header;
	u32 sent;		/* bytes of the payload that have gone */
	u8 payload[];
};

void init_queues(struct peer *peer)
{
	INIT_LIST_HEAD(&peer->urgent.items);
	INIT_LIST_HEAD(&peer->bulk.items);
}

static u32 size_of(const struct popcorn_message *message)
{
	return message->head_size + message->body_size;
}

static struct queue *queue_for(struct peer *peer, bool urgent)
{
	return urgent ? &peer->urgent : &peer->bulk;
}

static bool has_work(const struct peer *peer)
{
	return peer->stash_begin < peer->stash_end || !list_empty(&peer->urgent.items) ||
	       !list_empty(&peer->bulk.items);
}

static void stash(struct peer *peer, const struct parcel *parcel)
{
	int i;

	peer->stash_begin = 0;
	peer->stash_end = 0;
	for (i = 0; i < parcel->count; i++) {
		memcpy(peer->stash + peer->stash_end, parcel->parts[i].iov_base,
		       parcel->parts[i].iov_len);
		peer->stash_end += parcel->parts[i].iov_len;
	}
}

/* Gives the right to send back, and passes it to the sender thread if there is work. */
static void stop_sending(struct peer *peer)
{
	unsigned long flags;
	bool work, ended;

	spin_lock_irqsave(&peer->lock, flags);
	WRITE_ONCE(peer->sending, false);
	work = peer->up && has_work(peer);
	ended = !peer->up;
	spin_unlock_irqrestore(&peer->lock, flags);
	if (work)
		wake_up(&peer->work_wait);
	if (ended)
		wake_up_all(&peer->room_wait);
}

static int check_connection(const struct peer *peer, const struct popcorn_send *send)
{
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

	return !queue->bytes || queue->bytes + size_of(send->message) <= limit;
}

static bool may_send_directly(const struct peer *peer, const struct popcorn_send *send)
{
	return send->patience != POPCORN_ATOMIC && size_of(send->message) <= POPCORN_MAX_FRAME &&
	       !peer->sending && !has_work(peer);
}

/* With the lock held, so that numbers and queues have the same order. */
static void number_message(struct peer *peer, const struct popcorn_send *send,
			   struct popcorn_header *header)
{
	bool control = send->message->type <= POPCORN_TYPE_TRANSPORT_LAST;

	*header = (struct popcorn_header){
		.magic = cpu_to_le32(POPCORN_MAGIC),
		.type = cpu_to_le16(send->message->type),
		.from = settings.self,
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

static struct outgoing *copy_message(const struct popcorn_send *send)
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

enum way { WAY_DIRECT, WAY_COPY, WAY_QUEUED, WAY_WAKE };

/*
 * Decides, under the lock, how the message goes. WAY_DIRECT: the caller has the right to send
 * and @header is filled in. WAY_COPY: the caller shall come again with @item. WAY_QUEUED: done,
 * whoever is sending will see it. WAY_WAKE: queued, but nobody is sending. -EAGAIN: no room.
 */
static int choose_way(struct peer *peer, const struct popcorn_send *send,
		      struct popcorn_header *header, struct outgoing *item)
{
	struct queue *queue = queue_for(peer, send->message->urgent);
	int way = check_connection(peer, send);

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

/* Sends @parcel whole, however long it takes. */
static int push_all(struct peer *peer, struct parcel *parcel, int flags)
{
	int err = 0;

	while (parcel->left && !err && READ_ONCE(peer->up))
		err = parcel_push(parcel, peer->sock, flags, MAX_SCHEDULE_TIMEOUT);
	return err;
}

static int push_stash(struct peer *peer)
{
	struct parcel parcel = {};
	int err;

	parcel_add(&parcel, peer->stash + peer->stash_begin, peer->stash_end - peer->stash_begin);
	err = push_all(peer, &parcel, 0);
	peer->stash_begin = 0;
	peer->stash_end = 0;
	return err;
}

/*
 * Sends the next frame of a queued message, waiting for the socket or using the stash. The
 * message stays in its queue until its last frame.
 */
static int push_item(struct peer *peer, struct outgoing *item, bool more, bool wait)
{
	u32 size = le32_to_cpu(item->header.size);
	u32 length = min_t(u32, size - item->sent, POPCORN_MAX_FRAME);
	int flags = more ? MSG_MORE : 0;
	struct parcel parcel = {};
	int err;

	item->header.offset = cpu_to_le32(item->sent);
	item->header.length = cpu_to_le32(length);
	parcel_add(&parcel, &item->header, sizeof(item->header));
	parcel_add(&parcel, item->payload + item->sent, length);
	parcel_pad(&parcel, length);
	item->sent += length;
	if (wait)
		return push_all(peer, &parcel, flags);
	err = parcel_push(&parcel, peer->sock, flags | MSG_DONTWAIT, 0);
	if (!err)
		stash(peer, &parcel);
	return err;
}

static struct outgoing *next_item(struct peer *peer, struct queue **queue, bool *more)
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
static void finish_item(struct peer *peer, struct queue *queue, struct outgoing *item)
{
	spin_lock_irq(&peer->lock);
	list_del(&item->list);
	queue->bytes -= le32_to_cpu(item->header.size);
	spin_unlock_irq(&peer->lock);
	kvfree(item);
	if (wq_has_sleeper(&peer->room_wait))
		wake_up_all(&peer->room_wait);
}

/* Sends one frame from the queues. Returns 1 if there was one, 0 if not, or an error. */
static int push_next(struct peer *peer, bool wait)
{
	struct outgoing *item;
	struct queue *queue;
	bool more;
	int err;

	item = next_item(peer, &queue, &more);
	if (!item)
		return 0;
	err = push_item(peer, item, more, wait);
	if (item->sent == le32_to_cpu(item->header.size))
		finish_item(peer, queue, item);
	return err ? err : 1;
}

/* What came into the queue while the caller was sending: cheaper than waking the sender. */
static int push_some(struct peer *peer)
{
	int budget = HELPED_FRAMES;
	int more = 1;

	while (more > 0 && budget-- && peer->stash_begin == peer->stash_end)
		more = push_next(peer, false);
	return min(more, 0);
}

static int send_directly(struct peer *peer, const struct popcorn_send *send,
			 const struct popcorn_header *header)
{
	const struct popcorn_message *message = send->message;
	bool wait = send->patience == POPCORN_WAIT;
	struct parcel parcel = {};
	int err;

	parcel_add(&parcel, header, sizeof(*header));
	parcel_add(&parcel, message->head, message->head_size);
	parcel_add(&parcel, message->body, message->body_size);
	parcel_pad(&parcel, size_of(message));
	err = parcel_push(&parcel, peer->sock, wait ? 0 : MSG_DONTWAIT, wait ? send->timeout : 0);
	if (!err) {
		stash(peer, &parcel);
		err = push_some(peer);
	}
	stop_sending(peer);
	if (err)
		disconnect(peer, le32_to_cpu(header->epoch), loss_reason(err));
	return err ? -ECONNRESET : 0;
}

static bool room_or_loss(struct peer *peer, const struct popcorn_send *send)
{
	bool over;

	spin_lock_irq(&peer->lock);
	over = check_connection(peer, send) || has_room(peer, send);
	spin_unlock_irq(&peer->lock);
	return over;
}

static int wait_for_room(struct peer *peer, struct popcorn_send *send)
{
	long left;

	if (send->patience != POPCORN_WAIT)
		return -EAGAIN;
	left = wait_event_killable_timeout(peer->room_wait, room_or_loss(peer, send),
					   send->timeout);
	if (left <= 0)
		return left ? -ERESTARTSYS : -ETIMEDOUT;
	send->timeout = left;
	return 0;
}

static int send_to(struct peer *peer, struct popcorn_send *send)
{
	struct outgoing *item = NULL;
	struct popcorn_header header;
	unsigned long flags;
	int way;

	for (;;) {
		spin_lock_irqsave(&peer->lock, flags);
		way = choose_way(peer, send, &header, item);
		spin_unlock_irqrestore(&peer->lock, flags);
		if (way == -EAGAIN) {
			way = wait_for_room(peer, send);
			if (!way)
				continue;
		} else if (way == WAY_COPY) {
			item = copy_message(send);
			if (item)
				continue;
			way = -ENOMEM;
		}
		break;
	}
	if (way == WAY_WAKE)
		wake_up(&peer->work_wait);
	if (way == WAY_WAKE || way == WAY_QUEUED)
		return 0;
	kvfree(item);
	return way == WAY_DIRECT ? send_directly(peer, send, &header) : way;
}

int send_message(const struct popcorn_send *send)
{
	struct popcorn_send copy = *send;

	return send_to(peer_by_id(send->node), &copy);
}

/* A message of the transport itself, without payload. */
int send_control(struct peer *peer, u16 type)
{
	struct popcorn_message message = { .type = type, .urgent = true };
	struct popcorn_send send = {
		.node = peer->id,
		.message = &message,
		.patience = POPCORN_NO_WAIT,
	};

	return send_to(peer, &send);
}

static bool may_start(const struct peer *peer)
{
	return peer->up && !peer->sending && has_work(peer);
}

static bool is_needed(struct peer *peer)
{
	bool needed;

	spin_lock_irq(&peer->lock);
	needed = may_start(peer);
	spin_unlock_irq(&peer->lock);
	return needed;
}

static bool start_sending(struct peer *peer, u32 *epoch)
{
	bool started;

	spin_lock_irq(&peer->lock);
	started = may_start(peer);
	if (started)
		WRITE_ONCE(peer->sending, true);
	*epoch = peer->epoch;
	spin_unlock_irq(&peer->lock);
	return started;
}

/* Sends until there is nothing left or the connection fails. */
static int push_everything(struct peer *peer)
{
	int more = 1;

	if (peer->stash_begin < peer->stash_end)
		more = push_stash(peer) ? : 1;
	while (more > 0)
		more = push_next(peer, true);
	return more;
}

int sender_main(void *data)
{
	struct peer *peer = data;
	u32 epoch;
	int err;

	while (!kthread_should_stop()) {
		wait_event_interruptible(peer->work_wait,
					 kthread_should_stop() || is_needed(peer));
		if (!start_sending(peer, &epoch))
			continue;
		err = push_everything(peer);
		stop_sending(peer);
		if (err)
			disconnect(peer, epoch, loss_reason(err));
	}
	return 0;
}

static void drop_queue(struct queue *queue)
{
	struct outgoing *item, *next;

	list_for_each_entry_safe(item, next, &queue->items, list) {
		list_del(&item->list);
		kvfree(item);
	}
	queue->bytes = 0;
}

/* Messages that did not go are lost with their connection. Nobody queues or sends any more. */
void drop_queues(struct peer *peer)
{
	peer->stash_begin = 0;
	peer->stash_end = 0;
	drop_queue(&peer->urgent);
	drop_queue(&peer->bulk);
}
