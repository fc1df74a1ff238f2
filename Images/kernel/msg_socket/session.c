// SPDX-License-Identifier: GPL-2.0
/* What becomes of a session when a connection begins, and what the peer's word for bytes means. */
#include "session.h"

static void begin(struct session *session, u32 epoch, u64 boot_id)
{
	*session = (struct session){ .epoch = epoch, .newest = epoch, .boot_id = boot_id };
}

void session_end(struct session *session)
{
	*session = (struct session){ .newest = session->newest, .boot_id = session->boot_id };
}

/* Goes on from where the peer is. */
static enum session_step resume(struct session *session, u64 received_by_peer)
{
	if (!session_acknowledge(session, received_by_peer) || session->acked != received_by_peer) {
		session_end(session);
		return SESSION_CONFUSED;
	}
	session->pushed = received_by_peer;
	return SESSION_RESUMED;
}

/* Why another session than the one that stands, if one stands. */
static enum session_step end_of(const struct session *session, u64 boot_id)
{
	if (!session->epoch)
		return SESSION_BEGUN;
	return session->boot_id == boot_id ? SESSION_DROPPED : SESSION_REBOOTED;
}

enum session_step session_accept(struct session *session, const struct session_claim *dialer)
{
	u32 newest = session->newest > dialer->newest ? session->newest : dialer->newest;
	enum session_step step;

	if (session->epoch && session->epoch == dialer->epoch &&
	    session->boot_id == dialer->boot_id)
		return resume(session, dialer->received);
	step = end_of(session, dialer->boot_id);
	begin(session, newest + 1, dialer->boot_id);
	return step;
}

enum session_step session_follow(struct session *session, const struct session_claim *acceptor)
{
	enum session_step step;

	if (session->epoch && session->epoch == acceptor->epoch) {
		if (session->boot_id == acceptor->boot_id)
			return resume(session, acceptor->received);
		session_end(session);
		return SESSION_CONFUSED;
	}
	if (acceptor->epoch <= session->newest || acceptor->received) {
		session_end(session);
		return SESSION_CONFUSED;
	}
	step = end_of(session, acceptor->boot_id);
	begin(session, acceptor->epoch, acceptor->boot_id);
	return step;
}

bool session_acknowledge(struct session *session, u64 bytes)
{
	if (bytes > session->end)
		return false;
	if (bytes > session->acked)
		session->acked = bytes;
	return true;
}
