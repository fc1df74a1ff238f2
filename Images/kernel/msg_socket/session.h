/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session: two streams of bytes, one each way, that outlive connections.
 *
 * Whoever sends keeps what it has sent until the other has handled it. A connection that breaks
 * takes nothing along: the next one begins where the receiver is. A session ends when either side
 * is another one than before (its message layer was loaded anew, so its boot id is another), says
 * that it has dropped the session, or is given up.
 *
 * The functions are the whole protocol of sessions, and pure: no lock, no clock, no socket. They
 * are compiled into msg_socket.ko, and into the explorer that visits all states of two sides
 * (Tests/KernelTests/explore). All positions count bytes from the session's begin.
 */
#ifndef SESSION_H
#define SESSION_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "host_types.h"
#endif

/**
 * struct session - one side's half
 * @epoch: number of the session between the two; 0: there is none
 * @newest: the largest epoch ever agreed on with the peer
 * @boot_id: of the peer's message layer
 * @end: bytes that were put into this side's stream
 * @pushed: of these, bytes that the connection has taken
 * @acked: of these, bytes that the peer is known to have handled
 * @received: bytes of the peer's stream that were handled here
 */
struct session {
	u32 epoch;
	u32 newest;
	u64 boot_id;
	u64 end;
	u64 pushed;
	u64 acked;
	u64 received;
};

/**
 * struct session_claim - what one side says of the session at the begin of a connection
 * @boot_id: of its message layer
 * @newest: the largest epoch that it ever agreed on
 * @epoch: of the session that it has; in the acceptor's answer: that the connection carries
 * @received: bytes of the other's stream that it has handled
 */
struct session_claim {
	u64 boot_id;
	u32 newest;
	u32 epoch;
	u64 received;
};

enum session_step {
	SESSION_RESUMED,  /* it goes on where the other side is */
	SESSION_BEGUN,    /* a new one; there was none before */
	SESSION_REBOOTED, /* a new one: the old one's peer is no more */
	SESSION_DROPPED,  /* a new one: the peer, still the same, has dropped the old one */
	SESSION_CONFUSED, /* the claim contradicts what is known: no connection, no session */
};

/**
 * session_accept() - the acceptor's step, when the dialer has proved itself
 * @session: changed accordingly; without one after SESSION_CONFUSED
 * @dialer: its claim
 *
 * The answer to the dialer is @session->epoch and @session->received. Nothing may be received on
 * an older connection any more.
 */
enum session_step session_accept(struct session *session, const struct session_claim *dialer);

/**
 * session_follow() - the dialer's step, when the acceptor has answered
 * @session: changed accordingly; without one after SESSION_CONFUSED
 * @acceptor: its answer
 */
enum session_step session_follow(struct session *session, const struct session_claim *acceptor);

/** session_end() - there is none any more; epochs stay remembered */
void session_end(struct session *session);

/**
 * session_acknowledge() - the peer has handled @bytes of this side's stream
 *
 * Return: whether that can be. It says less than it said before in a frame that is sent again.
 */
bool session_acknowledge(struct session *session, u64 bytes);

/** session_kept() - bytes that must be kept, since the peer may want them again */
static inline u64 session_kept(const struct session *session)
{
	return session->end - session->acked;
}

#endif
