// SPDX-License-Identifier: GPL-2.0
/*
 * Frames on their way into a peer's socket. Only who has the right to send comes here. If the
 * socket takes only a part of a frame, the rest goes into the stash, which goes out first.
 */

#include <linux/kernel.h>
#include <linux/sched.h>
#include "msg_socket.h"
#include "parcel.h"
#include "queue.h"

#define HELPED_FRAMES 16 /* of others, sent by one who sends directly */

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

/* Returns whether the message may go: one who only helps leaves it to the sender thread. */
static bool spend_delay(const struct outgoing *item, bool wait)
{
	u16 type = le16_to_cpu(item->header.type);

	if (wait)
		ms_delay(type);
	return wait || !ms_is_delayed(type);
}

/* Sends one frame from the queues. Returns 1 if there was one, 0 if not, or an error. */
static int push_next(struct peer *peer, bool wait)
{
	struct outgoing *item;
	struct queue *queue;
	bool more;
	int err;

	item = ms_next_item(peer, &queue, &more);
	if (!item)
		return 0;
	if (!item->sent && !spend_delay(item, wait))
		return 0;
	err = push_item(peer, item, more, wait);
	if (item->sent == le32_to_cpu(item->header.size))
		ms_finish_item(peer, queue, item);
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

/* Sends a frame of the caller's, waiting up to @timeout, and then some of what others queued. */
int ms_push_directly(struct peer *peer, struct parcel *parcel, bool wait, long timeout)
{
	int err = parcel_push(parcel, peer->sock, wait ? 0 : MSG_DONTWAIT, wait ? timeout : 0);

	if (err)
		return err;
	stash(peer, parcel);
	return push_some(peer);
}

/* Sends until there is nothing left or the connection fails. */
int ms_push_everything(struct peer *peer)
{
	int more = 1;

	if (peer->stash_begin < peer->stash_end)
		more = push_stash(peer) ?: 1;
	while (more > 0)
		more = push_next(peer, true);
	return more;
}
