// SPDX-License-Identifier: GPL-2.0
/*
 * Sending. Whoever has a message, finds the queue empty and nobody sending, sends it from its
 * own buffers, and then what others queued meanwhile, as far as it need not wait. The sender
 * thread does the rest. Sending is a right that one task has at a time (peer->sending).
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include "msg_socket.h"
#include "parcel.h"
#include "queue.h"

/* Gives the right to send back, and passes it to the sender thread if there is work. */
static void stop_sending(struct peer *peer)
{
	unsigned long flags;
	bool work, ended;

	spin_lock_irqsave(&peer->lock, flags);
	WRITE_ONCE(peer->sending, false);
	work = peer->up && ms_has_work(peer);
	ended = !peer->up;
	spin_unlock_irqrestore(&peer->lock, flags);
	if (work)
		wake_up(&peer->work_wait);
	if (ended)
		wake_up_all(&peer->room_wait);
}

static int send_directly(struct peer *peer, const struct popcorn_send *send,
			 const struct popcorn_header *header)
{
	const struct popcorn_message *message = send->message;
	struct parcel parcel = {};
	int err;

	parcel_add(&parcel, header, sizeof(*header));
	parcel_add(&parcel, message->head, message->head_size);
	parcel_add(&parcel, message->body, message->body_size);
	parcel_pad(&parcel, message->head_size + message->body_size);
	ms_delay(message->type);
	err = ms_push_directly(peer, &parcel, send->patience == POPCORN_WAIT, send->timeout);
	stop_sending(peer);
	if (err)
		ms_disconnect(peer, le32_to_cpu(header->epoch), ms_loss_reason(err));
	return err ? -ECONNRESET : 0;
}

static int wait_for_room(struct peer *peer, struct popcorn_send *send)
{
	long left;

	if (send->patience != POPCORN_WAIT)
		return -EAGAIN;
	left = wait_event_killable_timeout(peer->room_wait, ms_room_or_loss(peer, send),
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
		way = ms_choose_way(peer, send, &header, item);
		spin_unlock_irqrestore(&peer->lock, flags);
		if (way == -EAGAIN) {
			way = wait_for_room(peer, send);
			if (!way)
				continue;
		} else if (way == WAY_COPY) {
			item = ms_copy_message(send);
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

int ms_send_message(const struct popcorn_send *send)
{
	struct popcorn_send copy = *send;

	return send_to(ms_peer_by_id(send->node), &copy);
}

/* A message of the transport itself, without payload. */
int ms_send_control(struct peer *peer, u16 type)
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
	lockdep_assert_held(&peer->lock);
	return peer->up && !peer->sending && ms_has_work(peer);
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

int ms_sender_main(void *data)
{
	struct peer *peer = data;
	u32 epoch;
	int err;

	while (!kthread_should_stop()) {
		wait_event_interruptible(peer->work_wait, kthread_should_stop() || is_needed(peer));
		if (!start_sending(peer, &epoch))
			continue;
		err = ms_push_everything(peer);
		stop_sending(peer);
		if (err)
			ms_disconnect(peer, epoch, ms_loss_reason(err));
	}
	return 0;
}
