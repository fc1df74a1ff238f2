// SPDX-License-Identifier: GPL-2.0
/* Refusing a handshake, and telling the log of refusals on either side, but not for ever. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ratelimit.h>
#include "handshake.h"

#define LOG_SAME  (60 * HZ) /* between equal complaints about a peer */
#define LOG_OTHER (5 * HZ)  /* between different ones */

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

static void send_refusal(struct socket *sock, const struct peer *peer, enum popcorn_refusal reason)
{
	struct {
		struct popcorn_header header;
		struct popcorn_refuse body;
	} frame = { .body.reason = cpu_to_le32(reason) };

	ms_fill_header(&frame.header, peer, POPCORN_TYPE_REFUSE, sizeof(frame.body));
	ms_send_bytes(sock, &frame, sizeof(frame), MSG_DONTWAIT);
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

void ms_refuse(struct socket *sock, struct peer *peer, __be32 address, enum popcorn_refusal reason)
{
	send_refusal(sock, peer, reason);
	if (is_news(peer, reason))
		pr_warn("refused %pI4: %s\n", &address, reason_text(reason));
}

/* @peer refused this node. */
void ms_note_refusal(struct peer *peer, u32 reason)
{
	if (is_news(peer, reason))
		pr_warn("%pI4 refused this node: %s\n", &peer->address, reason_text(reason));
}
