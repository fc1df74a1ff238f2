/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the handshake share with each other. */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include "msg_socket.h"

/* One attempt at a connection. */
struct attempt {
	struct socket *sock;
	struct peer *peer;
	unsigned long deadline;
	struct link *link; /* what comes of it */
	bool refused_by_peer;
	u32 refusal; /* the peer's reason, if it refused */
};

/* handshake_frame.c */
void ms_fill_header(struct popcorn_header *header, const struct peer *peer, u16 type, u32 size);
int ms_send_bytes(struct socket *sock, const void *data, size_t size, int flags);
int ms_receive_frame(struct attempt *attempt, u16 type, struct popcorn_header *header, void *body,
		     u32 size);

/* refusal.c */
void ms_note_refusal(struct peer *peer, u32 reason);

#endif
