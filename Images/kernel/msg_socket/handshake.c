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
#define pr_fmt(fmt) "popcorn: " fmt

#include <crypto/algapi.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/ratelimit.h>
#include <net/sock.h>
#include "msg_socket.h"

#define HANDSHAKE_TIME	(2 * HZ)
#define LOG_SAME	(60 * HZ)	/* between equal complaints about a peer */
#define LOG_OTHER	(5 * HZ)	/* between different ones */

struct hello_frame {
	struct popcorn_header header;
	struct popcorn_hello body;
};
static_assert(sizeof(struct hello_frame) % POPCORN_ALIGN == 0);

/* One attempt at a connection. */
struct attempt {
	struct socket *sock;
	struct peer *peer;
	unsigned long deadline;
	struct hello_frame dialer;
	struct hello_frame acceptor;
	bool refused_by_peer;
};

static const char *const reasons[] = {
	[0] = "unknown reason",
	[POPCORN_REFUSED_MALFORMED] = "malformed handshake",
	[POPCORN_REFUSED_VERSION] = "protocol version differs",
	[POPCORN_REFUSED_NODE] = "node id does not belong to the address",
	[POPCORN_REFUSED_LIST] = "node list or port differs",
	[POPCORN_REFUSED_SECRET] = "lab secret differs",
	[POPCORN_REFUSED_BUSY] = "too many handshakes at once",
	[POPCORN_REFUSED_SILENT] = "handshake not finished in time",
	[POPCORN_REFUSED_STRANGER] = "not a node that may dial this one",
};

static const char *reason_text(u32 reason)
{
	return reasons[reason < ARRAY_SIZE(reasons) ? reason : 0];
}

static void fill_header(struct popcorn_header *header, const struct peer *peer, u16 type,
			u32 size)
{
	*header = (struct popcorn_header){
		.magic = cpu_to_le32(POPCORN_MAGIC),
		.type = cpu_to_le16(type),
		.from = settings.self,
		.to = peer ? peer->id : 0xff,
		.size = cpu_to_le32(size),
		.length = cpu_to_le32(size),
	};
}

static int send_bytes(struct socket *sock, const void *data, size_t size, int flags)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL | flags };
	struct kvec vec = { .iov_base = (void *)data, .iov_len = size };
	int sent = kernel_sendmsg(sock, &msg, &vec, 1, size);

	return sent == size ? 0 : sent < 0 ? sent : -EPIPE;
}

static void send_refusal(struct socket *sock, const struct peer *peer,
			 enum popcorn_refusal reason)
{
	struct {
		struct popcorn_header header;
		struct popcorn_refuse body;
	} frame = { .body.reason = cpu_to_le32(reason) };

	fill_header(&frame.header, peer, POPCORN_TYPE_REFUSE, sizeof(frame.body));
	send_bytes(sock, &frame, sizeof(frame), MSG_DONTWAIT);
}

/* Whether to log this now; a peer that retries for ever is logged when the reason changes. */
static bool is_news(struct peer *peer, enum popcorn_refusal reason)
{
	static DEFINE_RATELIMIT_STATE(strangers, 10 * HZ, 5);
	unsigned long pause;
	bool news;

	if (!peer)
		return __ratelimit(&strangers);
	spin_lock_irq(&peer->lock);
	pause = peer->logged_refusal == reason ? LOG_SAME : LOG_OTHER;
	news = !peer->logged_refusal || time_after(jiffies, peer->logged_at + pause);
	if (news) {
		peer->logged_refusal = reason;
		peer->logged_at = jiffies;
	}
	spin_unlock_irq(&peer->lock);
	return news;
}

void refuse(struct socket *sock, struct peer *peer, __be32 address, enum popcorn_refusal reason)
{
	send_refusal(sock, peer, reason);
	if (is_news(peer, reason))
		pr_warn("refused %pI4: %s\n", &address, reason_text(reason));
}

static int receive_bytes(struct attempt *attempt, void *data, size_t size)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = data, .iov_len = size };
	long left = attempt->deadline - jiffies;
	int got;

	if (left <= 0)
		return -ETIMEDOUT;
	attempt->sock->sk->sk_rcvtimeo = left;
	got = kernel_recvmsg(attempt->sock, &msg, &vec, 1, size, MSG_WAITALL);
	if (got == size)
		return 0;
	if (time_after_eq(jiffies, attempt->deadline))
		return -ETIMEDOUT;
	return got < 0 ? got : -ECONNRESET;
}

static int take_refusal(struct attempt *attempt)
{
	struct popcorn_refuse body;
	u32 reason;
	int err = receive_bytes(attempt, &body, sizeof(body));

	if (err)
		return err;
	attempt->refused_by_peer = true;
	reason = le32_to_cpu(body.reason);
	if (is_news(attempt->peer, reason))
		pr_warn("%pI4 refused this node: %s\n", &attempt->peer->address,
			reason_text(reason));
	return -ECONNREFUSED;
}

/* Receives a frame of @type with a body of exactly @size bytes. */
static int receive_frame(struct attempt *attempt, u16 type, struct popcorn_header *header,
			 void *body, u32 size)
{
	u32 length;
	int err = receive_bytes(attempt, header, sizeof(*header));

	if (err)
		return err;
	length = le32_to_cpu(header->length);
	if (header->magic != cpu_to_le32(POPCORN_MAGIC) || header->epoch || header->seq ||
	    header->station || header->offset || header->flags || header->size != header->length)
		return -EBADMSG;
	if (le16_to_cpu(header->type) == POPCORN_TYPE_REFUSE &&
	    length == sizeof(struct popcorn_refuse))
		return take_refusal(attempt);
	if (le16_to_cpu(header->type) != type || length != size)
		return -EBADMSG;
	return receive_bytes(attempt, body, size);
}

static void make_hello(struct hello_frame *frame, struct peer *peer)
{
	fill_header(&frame->header, peer, POPCORN_TYPE_HELLO, sizeof(frame->body));
	frame->body = (struct popcorn_hello){
		.version = cpu_to_le16(POPCORN_VERSION),
		.arch = POPCORN_ARCH_HERE,
		.nodes = settings.count,
		.boot_id = cpu_to_le64(settings.boot_id),
	};
	spin_lock_irq(&peer->lock);
	frame->body.epoch = cpu_to_le32(peer->newest_epoch);
	spin_unlock_irq(&peer->lock);
	memcpy(frame->body.list_digest, settings.list_digest, POPCORN_DIGEST_SIZE);
	get_random_bytes(frame->body.nonce, POPCORN_NONCE_SIZE);
}

/* Returns why the peer's HELLO is no good, 0 if it is. */
static enum popcorn_refusal judge_hello(const struct hello_frame *frame, const struct peer *peer)
{
	const struct popcorn_hello *body = &frame->body;

	if (le16_to_cpu(body->version) != POPCORN_VERSION)
		return POPCORN_REFUSED_VERSION;
	if (body->nodes != settings.count ||
	    memcmp(body->list_digest, settings.list_digest, POPCORN_DIGEST_SIZE))
		return POPCORN_REFUSED_LIST;
	if (frame->header.from != peer->id || frame->header.to != settings.self)
		return POPCORN_REFUSED_NODE;
	if (body->arch != POPCORN_ARCH_X86_64 && body->arch != POPCORN_ARCH_AARCH64)
		return POPCORN_REFUSED_MALFORMED;
	if (le32_to_cpu(body->epoch) > U32_MAX / 2)	/* nobody gets there by reconnecting */
		return POPCORN_REFUSED_MALFORMED;
	return 0;
}

static void make_proof(const struct attempt *attempt, bool by_dialer,
		       u8 mac[POPCORN_DIGEST_SIZE])
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

	hmac_sha256(mac, parts, sizes, ARRAY_SIZE(parts));
}

static int send_proof(struct attempt *attempt, bool as_dialer)
{
	struct {
		struct popcorn_header header;
		struct popcorn_proof body;
	} frame;

	fill_header(&frame.header, attempt->peer, POPCORN_TYPE_PROOF, sizeof(frame.body));
	make_proof(attempt, as_dialer, frame.body.mac);
	return send_bytes(attempt->sock, &frame, sizeof(frame), 0);
}

/* Returns 0, a refusal (positive) or an error (negative). */
static int check_proof(struct attempt *attempt, bool of_dialer)
{
	u8 expected[POPCORN_DIGEST_SIZE];
	struct popcorn_header header;
	struct popcorn_proof proof;
	int err = receive_frame(attempt, POPCORN_TYPE_PROOF, &header, &proof, sizeof(proof));

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

	fill_header(&frame.header, attempt->peer, POPCORN_TYPE_ACCEPT, sizeof(frame.body));
	return send_bytes(attempt->sock, &frame, sizeof(frame), 0);
}

static int receive_accept(struct attempt *attempt, u32 *epoch)
{
	struct peer *peer = attempt->peer;
	struct popcorn_header header;
	struct popcorn_accept body;
	int err = receive_frame(attempt, POPCORN_TYPE_ACCEPT, &header, &body, sizeof(body));

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
	if (outcome == -ETIMEDOUT || outcome == -EAGAIN)
		outcome = POPCORN_REFUSED_SILENT;
	else if (outcome == -EBADMSG)
		outcome = POPCORN_REFUSED_MALFORMED;
	if (outcome <= 0 || attempt->refused_by_peer)
		return outcome;
	refuse(attempt->sock, attempt->peer, attempt->peer->address, outcome);
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
	err = send_bytes(attempt->sock, &attempt->dialer, sizeof(attempt->dialer), 0);
	if (!err)
		err = receive_frame(attempt, POPCORN_TYPE_HELLO, &theirs->header, &theirs->body,
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

int handshake_dialing(struct socket *sock, struct peer *peer, struct link *link)
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

	err = receive_frame(attempt, POPCORN_TYPE_HELLO, &theirs->header, &theirs->body,
			    sizeof(theirs->body));
	if (!err)
		err = judge_hello(theirs, attempt->peer);
	if (err)
		return err;
	make_hello(&attempt->acceptor, attempt->peer);
	err = send_bytes(attempt->sock, &attempt->acceptor, sizeof(attempt->acceptor), MSG_MORE);
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

int handshake_accepting(struct socket *sock, struct peer *peer, struct link *link)
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
