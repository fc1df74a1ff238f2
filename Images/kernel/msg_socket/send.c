// SPDX-License-Identifier: GPL-2.0
/*
 * Sending. Whoever has a message, finds the queue empty and nobody sending, puts it into the
 * stream and pushes it, and then what others queued meanwhile, as far as it need not wait. The
 * sender thread does the rest. Sending is a right that one task has at a time (peer->sending).
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include "msg_socket.h"
#include "queue.h"

static bool start_sending(struct peer *peer)
{
	bool started;

	spin_lock_irq(&peer->lock);
	started = !peer->sending;
	if (started)
		WRITE_ONCE(peer->sending, true);
	spin_unlock_irq(&peer->lock);
	return started;
}

/* For the receiver while there is no connection. */
void ms_acquire_sending(struct peer *peer)
{
	wait_event(peer->room_wait, start_sending(peer));
}

/* Gives the right to send back, and passes it to the sender thread if there is work. */
void ms_stop_sending(struct peer *peer)
{
	unsigned long flags;
	bool work, unconnected;

	spin_lock_irqsave(&peer->lock, flags);
	WRITE_ONCE(peer->sending, false);
	work = ms_has_work(peer);
	unconnected = !peer->connected;
	spin_unlock_irqrestore(&peer->lock, flags);
	if (work)
		wake_up(&peer->work_wait);
	if (unconnected)
		wake_up_all(&peer->room_wait);
}

/* The message is in the stream, so it is as good as sent, whatever becomes of the connection. */
static void send_directly(struct peer *peer, const struct popcorn_send *send,
			  const struct popcorn_header *header)
{
	u32 connection = peer->connection;
	int err;

	ms_delay(send->message->type);
	ms_put_frame(peer, header, send->message);
	err = ms_push_some(peer);
	ms_stop_sending(peer);
	if (err)
		ms_disconnect(peer, connection, ms_loss_reason(err));
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
	if (way != WAY_DIRECT)
		return way;
	send_directly(peer, send, &header);
	return 0;
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

static bool is_needed(struct peer *peer)
{
	bool needed;

	spin_lock_irq(&peer->lock);
	needed = !peer->sending && ms_has_work(peer);
	spin_unlock_irq(&peer->lock);
	return needed;
}

int ms_sender_main(void *data)
{
	struct peer *peer = data;
	u32 connection;
	int err;

	while (!kthread_should_stop()) {
		wait_event_interruptible(peer->work_wait, kthread_should_stop() || is_needed(peer));
		if (!start_sending(peer))
			continue;
		connection = peer->connection;
		err = ms_push_everything(peer);
		ms_stop_sending(peer);
		if (err)
			ms_disconnect(peer, connection, ms_loss_reason(err));
	}
	return 0;
}
