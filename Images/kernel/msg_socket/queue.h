/* SPDX-License-Identifier: GPL-2.0 */
/* What the files that send share with each other: queue.c, push.c, send.c. */
#ifndef QUEUE_H
#define QUEUE_H

#include "msg_socket.h"

/* A queued message. */
struct outgoing {
	struct list_head list;
	struct popcorn_header header;
	u32 sent; /* bytes of the payload that are in the stream */
	u8 payload[];
};

/*
 * How a message goes. WAY_DIRECT: the caller has the right to send. WAY_COPY: the caller shall
 * come again with a copy of it. WAY_QUEUED: done, whoever is sending will see it. WAY_WAKE:
 * queued, but nobody is sending.
 */
enum way { WAY_DIRECT, WAY_COPY, WAY_QUEUED, WAY_WAKE };

/* queue.c */
bool ms_has_work(struct peer *peer);
bool ms_has_stream_room(const struct peer *peer, u32 length, u32 reserve);
struct outgoing *ms_copy_message(const struct popcorn_send *send);
int ms_choose_way(struct peer *peer, const struct popcorn_send *send, struct popcorn_header *header,
		  struct outgoing *item);
bool ms_room_or_loss(struct peer *peer, const struct popcorn_send *send);
struct outgoing *ms_next_item(struct peer *peer, struct queue **queue);
void ms_finish_item(struct peer *peer, struct queue *queue, struct outgoing *item);

/* push.c */
void ms_put_frame(struct peer *peer, const struct popcorn_header *header,
		  const struct popcorn_message *message);
int ms_push_some(struct peer *peer);
int ms_push_everything(struct peer *peer);

#endif
