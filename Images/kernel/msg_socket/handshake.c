// SPDX-License-Identifier: GPL-2.0
/*
 * The handshake. D dials, A accepts:
 *
 *	D -> A	HELLO (who I am, nonce)
 *	A -> D	HELLO (who I am, nonce), PROOF
 *	D -> A	PROOF
 *	A -> D	READY
 *	D -> A	CLAIM (the session that I have, and how far I am in it)
 *	A -> D	ACCEPT (the session that the connection carries, and how far I am in it)
 *
 * A PROOF is the HMAC, under the lab secret, of the prover's role and both HELLO frames. The
 * nonces make it fresh, the role keeps it from being sent back to its maker, and the frames
 * bind it to both node ids, versions and node lists. CLAIM and ACCEPT have such MACs, too.
 * Either side may answer REFUSE instead.
 *
 * The first half is a work item of A's listener and must be over within HANDSHAKE_TIME, however
 * slowly the bytes come. The second is made by A's receiver when it has put the last connection
 * away: a dialer that has given up since says nothing more, so a CLAIM is never an old one.
 */

#include <asm/unaligned.h>
#include <crypto/algapi.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <net/sock.h>
#include "handshake.h"

#define HANDSHAKE_TIME (5 * HZ)

static const char dialer_role[] = "popcorn dialer";
static const char acceptor_role[] = "popcorn acceptor";
static const char claim_role[] = "popcorn claim";
static const char accept_role[] = "popcorn accept";
static const char frames_role[] = "popcorn frames";

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
	frame->body.epoch = cpu_to_le32(peer->session.newest);
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

/* Of @role, its terminating zero included, the HELLO frames of @link, and @size bytes of @said. */
static void transcript_mac(const struct link *link, const char *role, const void *said, size_t size,
			   u8 mac[POPCORN_DIGEST_SIZE])
{
	const void *const parts[] = { role, &link->dialer, &link->acceptor, said };
	const size_t sizes[] = { strlen(role) + 1, sizeof(link->dialer), sizeof(link->acceptor),
				 size };

	ms_hmac_sha256(mac, parts, sizes, ARRAY_SIZE(parts));
}

/* Both sides of a new session derive the key of its frames from the handshake that began it. */
void ms_derive_mac_key(const struct link *link, siphash_key_t *key)
{
	u8 mac[POPCORN_DIGEST_SIZE];

	transcript_mac(link, frames_role, NULL, 0, mac);
	key->key[0] = get_unaligned_le64(mac);
	key->key[1] = get_unaligned_le64(mac + 8);
	memzero_explicit(mac, sizeof(mac));
}

static bool is_mac_right(const struct link *link, const char *role, const void *said, size_t size,
			 const u8 mac[POPCORN_DIGEST_SIZE])
{
	u8 expected[POPCORN_DIGEST_SIZE];
	bool right;

	transcript_mac(link, role, said, size, expected);
	right = !crypto_memneq(expected, mac, sizeof(expected));
	memzero_explicit(expected, sizeof(expected));
	return right;
}

static int send_proof(struct attempt *attempt, const char *role)
{
	struct {
		struct popcorn_header header;
		struct popcorn_proof body;
	} frame;

	ms_fill_header(&frame.header, attempt->peer, POPCORN_TYPE_PROOF, sizeof(frame.body));
	transcript_mac(attempt->link, role, NULL, 0, frame.body.mac);
	return ms_send_bytes(attempt->sock, &frame, sizeof(frame), 0);
}

/* Returns 0, a refusal (positive) or an error (negative). */
static int receive_proof(struct attempt *attempt, const char *role)
{
	struct popcorn_header header;
	struct popcorn_proof body;
	int err = ms_receive_frame(attempt, POPCORN_TYPE_PROOF, &header, &body, sizeof(body));

	if (err)
		return err;
	return is_mac_right(attempt->link, role, NULL, 0, body.mac) ? 0 : POPCORN_REFUSED_SECRET;
}

static int send_ready(struct attempt *attempt)
{
	struct popcorn_header header;

	ms_fill_header(&header, attempt->peer, POPCORN_TYPE_READY, 0);
	return ms_send_bytes(attempt->sock, &header, sizeof(header), 0);
}

static int receive_ready(struct attempt *attempt)
{
	struct popcorn_header header;

	return ms_receive_frame(attempt, POPCORN_TYPE_READY, &header, NULL, 0);
}

/* @type: CLAIM or ACCEPT. */
static int send_stand(const struct link *link, struct peer *peer, u16 type,
		      const struct session *session, u32 flags)
{
	struct {
		struct popcorn_header header;
		struct popcorn_stand body;
	} frame = {
		.body.epoch = cpu_to_le32(session->epoch),
		.body.flags = cpu_to_le32(flags),
		.body.received = cpu_to_le64(session->received),
	};
	const char *role = type == POPCORN_TYPE_CLAIM ? claim_role : accept_role;

	ms_fill_header(&frame.header, peer, type, sizeof(frame.body));
	transcript_mac(link, role, &frame.body, offsetof(struct popcorn_stand, mac),
		       frame.body.mac);
	return ms_send_bytes(link->sock, &frame, sizeof(frame), 0);
}

/* Returns 0, a refusal (positive) or an error (negative). */
static int receive_stand(struct attempt *attempt, u16 type)
{
	const char *role = type == POPCORN_TYPE_CLAIM ? claim_role : accept_role;
	struct link *link = attempt->link;
	struct popcorn_header header;
	struct popcorn_stand body;
	int err = ms_receive_frame(attempt, type, &header, &body, sizeof(body));

	if (err)
		return err;
	if (!is_mac_right(link, role, &body, offsetof(struct popcorn_stand, mac), body.mac))
		return POPCORN_REFUSED_SECRET;
	link->claim.epoch = le32_to_cpu(body.epoch);
	link->claim.received = le64_to_cpu(body.received);
	link->flags = le32_to_cpu(body.flags);
	return 0;
}

/* Tells the dialer that the connection stands, and carries @session. */
int ms_send_accept(struct peer *peer, const struct link *link, const struct session *session,
		   u32 flags)
{
	return send_stand(link, peer, POPCORN_TYPE_ACCEPT, session, flags);
}

static int send_claim(struct attempt *attempt)
{
	struct peer *peer = attempt->peer;
	struct session session;

	spin_lock_irq(&peer->lock);
	session = peer->session;
	spin_unlock_irq(&peer->lock);
	return send_stand(attempt->link, peer, POPCORN_TYPE_CLAIM, &session,
			  ms_settings.macs ? POPCORN_SESSION_MACS : 0);
}

static void begin(struct attempt *attempt, struct socket *sock, struct peer *peer,
		  struct link *link)
{
	*attempt = (struct attempt){
		.sock = sock,
		.peer = peer,
		.link = link,
		.deadline = jiffies + HANDSHAKE_TIME,
	};
	link->sock = sock;
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
	return -EACCES;
}

/* What the peer's HELLO says of it counts when it has proved itself. */
static int finish(struct attempt *attempt, int outcome, const struct popcorn_hello *theirs)
{
	struct link *link = attempt->link;
	int err = conclude(attempt, outcome);

	if (err)
		return err;
	link->sock->sk->sk_rcvtimeo = MAX_SCHEDULE_TIMEOUT;
	link->sock->sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	link->arch = theirs->arch;
	link->claim.boot_id = le64_to_cpu(theirs->boot_id);
	link->claim.newest = le32_to_cpu(theirs->epoch);
	return 0;
}

static int receive_hello(struct attempt *attempt, struct hello_frame *theirs)
{
	int err = ms_receive_frame(attempt, POPCORN_TYPE_HELLO, &theirs->header, &theirs->body,
				   sizeof(theirs->body));

	return err ? err : judge_hello(theirs, attempt->peer);
}

static int shake_dialing(struct attempt *attempt)
{
	struct link *link = attempt->link;
	int err;

	make_hello(&link->dialer, attempt->peer);
	err = ms_send_bytes(attempt->sock, &link->dialer, sizeof(link->dialer), 0);
	if (!err)
		err = receive_hello(attempt, &link->acceptor);
	if (!err)
		err = receive_proof(attempt, acceptor_role);
	if (!err)
		err = send_proof(attempt, dialer_role);
	if (!err)
		err = receive_ready(attempt);
	if (!err)
		err = send_claim(attempt);
	if (!err)
		err = receive_stand(attempt, POPCORN_TYPE_ACCEPT);
	return err;
}

int ms_handshake_dialing(struct socket *sock, struct peer *peer, struct link *link)
{
	struct attempt attempt;

	begin(&attempt, sock, peer, link);
	return finish(&attempt, shake_dialing(&attempt), &link->acceptor.body);
}

static int shake_accepting(struct attempt *attempt)
{
	struct link *link = attempt->link;
	int err = receive_hello(attempt, &link->dialer);

	if (err)
		return err;
	make_hello(&link->acceptor, attempt->peer);
	err = ms_send_bytes(attempt->sock, &link->acceptor, sizeof(link->acceptor), MSG_MORE);
	if (!err)
		err = send_proof(attempt, acceptor_role);
	if (!err)
		err = receive_proof(attempt, dialer_role);
	return err;
}

int ms_handshake_accepting(struct socket *sock, struct peer *peer, struct link *link)
{
	struct attempt attempt;

	begin(&attempt, sock, peer, link);
	return finish(&attempt, shake_accepting(&attempt), &link->dialer.body);
}

/* The second half of accepting: nothing is received on an older connection any more. */
int ms_hear_claim(struct peer *peer, struct link *link)
{
	struct attempt attempt;
	int err;

	begin(&attempt, link->sock, peer, link);
	err = send_ready(&attempt);
	if (!err)
		err = receive_stand(&attempt, POPCORN_TYPE_CLAIM);
	return finish(&attempt, err, &link->dialer.body);
}
