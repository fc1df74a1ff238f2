// SPDX-License-Identifier: GPL-2.0
/*
 * The handshake. D dials, A accepts:
 *
 *	D -> A	HELLO (who I am, nonce)
 *	A -> D	HELLO (who I am, nonce), PROOF
 *	D -> A	PROOF
 *	A -> D	ACCEPT (epoch)
 *
 * A PROOF is the HMAC, under the lab secret, of the prover's role and both HELLO frames. The
 * nonces make it fresh, the role keeps it from being sent back to its maker, and the frames
 * bind it to both node ids, versions and node lists. Either side may answer REFUSE instead.
 * All of it must be over within HANDSHAKE_TIME, however slowly the bytes come.
 */

#include <crypto/algapi.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <net/sock.h>
#include "handshake.h"

#define HANDSHAKE_TIME (2 * HZ)

static void make_hello(struct hello_frame *frame, struct peer *peer)
{
	ms_fill_header(&frame->header, peer, POPCORN_TYPE_HELLO, sizeof(frame->body));
	frame->body = (struct popcorn_hello){
		.version = cpu_to_le16(POPCORN_VERSION),
		.arch = POPCORN_ARCH_HERE,
		.nodes = ms_settings.count,
		.boot_id = cpu_to_le64(ms_settings.boot_id),
	};
	spin_lock_irq(&peer->lock);
	frame->body.epoch = cpu_to_le32(peer->newest_epoch);
	spin_unlock_irq(&peer->lock);
	memcpy(frame->body.list_digest, ms_settings.list_digest, POPCORN_DIGEST_SIZE);
	get_random_bytes(frame->body.nonce, POPCORN_NONCE_SIZE);
}

/* Returns why the peer's HELLO is no good, 0 if it is. */
static enum popcorn_refusal judge_hello(const struct hello_frame *frame, const struct peer *peer)
{
	const struct popcorn_hello *body = &frame->body;

	if (le16_to_cpu(body->version) != POPCORN_VERSION)
		return POPCORN_REFUSED_VERSION;
	if (body->nodes != ms_settings.count ||
	    memcmp(body->list_digest, ms_settings.list_digest, POPCORN_DIGEST_SIZE))
		return POPCORN_REFUSED_LIST;
	if (frame->header.from != peer->id || frame->header.to != ms_settings.self)
		return POPCORN_REFUSED_NODE;
	if (body->arch != POPCORN_ARCH_X86_64 && body->arch != POPCORN_ARCH_AARCH64)
		return POPCORN_REFUSED_MALFORMED;
	if (le32_to_cpu(body->epoch) > U32_MAX / 2) /* nobody gets there by reconnecting */
		return POPCORN_REFUSED_MALFORMED;
	return 0;
}

static void make_proof(const struct attempt *attempt, bool by_dialer, u8 mac[POPCORN_DIGEST_SIZE])
{
	static const char dialer_role[] = "popcorn dialer";
	static const char acceptor_role[] = "popcorn acceptor";
	const void *const parts[] = {
		by_dialer ? dialer_role : acceptor_role,
		&attempt->dialer,
		&attempt->acceptor,
	};
	const size_t sizes[] = {
		by_dialer ? sizeof(dialer_role) : sizeof(acceptor_role),
		sizeof(attempt->dialer),
		sizeof(attempt->acceptor),
	};

	ms_hmac_sha256(mac, parts, sizes, ARRAY_SIZE(parts));
}

static int send_proof(struct attempt *attempt, bool as_dialer)
{
	struct {
		struct popcorn_header header;
		struct popcorn_proof body;
	} frame;

	ms_fill_header(&frame.header, attempt->peer, POPCORN_TYPE_PROOF, sizeof(frame.body));
	make_proof(attempt, as_dialer, frame.body.mac);
	return ms_send_bytes(attempt->sock, &frame, sizeof(frame), 0);
}

/* Returns 0, a refusal (positive) or an error (negative). */
static int check_proof(struct attempt *attempt, bool of_dialer)
{
	u8 expected[POPCORN_DIGEST_SIZE];
	struct popcorn_header header;
	struct popcorn_proof proof;
	int err = ms_receive_frame(attempt, POPCORN_TYPE_PROOF, &header, &proof, sizeof(proof));

	if (err)
		return err;
	make_proof(attempt, of_dialer, expected);
	err = crypto_memneq(expected, proof.mac, sizeof(expected)) ? POPCORN_REFUSED_SECRET : 0;
	memzero_explicit(expected, sizeof(expected));
	return err;
}

/* The epoch is chosen when the dialer has proved itself: strangers cannot move it. */
static u32 choose_epoch(struct attempt *attempt)
{
	struct peer *peer = attempt->peer;
	u32 epoch;

	spin_lock_irq(&peer->lock);
	epoch = max(peer->newest_epoch, le32_to_cpu(attempt->dialer.body.epoch)) + 1;
	peer->newest_epoch = epoch;
	spin_unlock_irq(&peer->lock);
	return epoch;
}

static int send_accept(struct attempt *attempt, u32 epoch)
{
	struct {
		struct popcorn_header header;
		struct popcorn_accept body;
	} frame = { .body.epoch = cpu_to_le32(epoch) };

	ms_fill_header(&frame.header, attempt->peer, POPCORN_TYPE_ACCEPT, sizeof(frame.body));
	return ms_send_bytes(attempt->sock, &frame, sizeof(frame), 0);
}

static int receive_accept(struct attempt *attempt, u32 *epoch)
{
	struct peer *peer = attempt->peer;
	struct popcorn_header header;
	struct popcorn_accept body;
	int err = ms_receive_frame(attempt, POPCORN_TYPE_ACCEPT, &header, &body, sizeof(body));

	if (err)
		return err;
	*epoch = le32_to_cpu(body.epoch);
	spin_lock_irq(&peer->lock);
	if (*epoch > peer->newest_epoch)
		peer->newest_epoch = *epoch;
	else
		err = POPCORN_REFUSED_MALFORMED;
	spin_unlock_irq(&peer->lock);
	return err;
}

static void begin(struct attempt *attempt, struct socket *sock, struct peer *peer)
{
	attempt->sock = sock;
	attempt->peer = peer;
	attempt->deadline = jiffies + HANDSHAKE_TIME;
	attempt->refused_by_peer = false;
	sock->sk->sk_sndtimeo = HANDSHAKE_TIME;
}

/* Turns the outcome of an attempt into an errno, telling the peer and the log why. */
static int conclude(struct attempt *attempt, int outcome)
{
	if (attempt->refused_by_peer) {
		ms_note_refusal(attempt->peer, attempt->refusal);
		return outcome;
	}
	if (outcome == -ETIMEDOUT || outcome == -EAGAIN)
		outcome = POPCORN_REFUSED_SILENT;
	else if (outcome == -EBADMSG)
		outcome = POPCORN_REFUSED_MALFORMED;
	if (outcome <= 0)
		return outcome;
	ms_refuse(attempt->sock, attempt->peer, attempt->peer->address, outcome);
	return -ECONNREFUSED;
}

static void fill_link(struct link *link, struct attempt *attempt,
		      const struct popcorn_hello *theirs, u32 epoch)
{
	attempt->sock->sk->sk_rcvtimeo = MAX_SCHEDULE_TIMEOUT;
	attempt->sock->sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	link->sock = attempt->sock;
	link->epoch = epoch;
	link->arch = theirs->arch;
	link->boot_id = le64_to_cpu(theirs->boot_id);
}

static int shake_dialing(struct attempt *attempt, u32 *epoch)
{
	struct hello_frame *theirs = &attempt->acceptor;
	int err;

	make_hello(&attempt->dialer, attempt->peer);
	err = ms_send_bytes(attempt->sock, &attempt->dialer, sizeof(attempt->dialer), 0);
	if (!err)
		err = ms_receive_frame(attempt, POPCORN_TYPE_HELLO, &theirs->header, &theirs->body,
				       sizeof(theirs->body));
	if (!err)
		err = judge_hello(theirs, attempt->peer);
	if (!err)
		err = check_proof(attempt, false);
	if (!err)
		err = send_proof(attempt, true);
	if (!err)
		err = receive_accept(attempt, epoch);
	return err;
}

int ms_handshake_dialing(struct socket *sock, struct peer *peer, struct link *link)
{
	struct attempt attempt;
	u32 epoch;
	int err;

	begin(&attempt, sock, peer);
	err = conclude(&attempt, shake_dialing(&attempt, &epoch));
	if (!err)
		fill_link(link, &attempt, &attempt.acceptor.body, epoch);
	return err;
}

static int shake_accepting(struct attempt *attempt, u32 *epoch)
{
	struct hello_frame *theirs = &attempt->dialer;
	int err;

	err = ms_receive_frame(attempt, POPCORN_TYPE_HELLO, &theirs->header, &theirs->body,
			       sizeof(theirs->body));
	if (!err)
		err = judge_hello(theirs, attempt->peer);
	if (err)
		return err;
	make_hello(&attempt->acceptor, attempt->peer);
	err = ms_send_bytes(attempt->sock, &attempt->acceptor, sizeof(attempt->acceptor), MSG_MORE);
	if (!err)
		err = send_proof(attempt, false);
	if (!err)
		err = check_proof(attempt, true);
	if (!err) {
		*epoch = choose_epoch(attempt);
		err = send_accept(attempt, *epoch);
	}
	return err;
}

int ms_handshake_accepting(struct socket *sock, struct peer *peer, struct link *link)
{
	struct attempt attempt;
	u32 epoch;
	int err;

	begin(&attempt, sock, peer);
	err = conclude(&attempt, shake_accepting(&attempt, &epoch));
	if (!err)
		fill_link(link, &attempt, &attempt.dialer.body, epoch);
	return err;
}
