// SPDX-License-Identifier: GPL-2.0
/*
 * Noticing that a peer is silent, and at last that it is gone. Time is counted in ticks of this
 * work, not by the clock: when this machine itself stands still, ticks stand still too, and the
 * peer is not blamed.
 *
 * silent	ticks since anything came from the peer's machine, be it a TCP acknowledgement.
 * mute		ticks since its message layer sent anything, though its TCP may be alive. It counts
 *		for a quarter, so that a slow handler is not mistaken for a hang. From two ticks on,
 *		a PROBE asks now and then.
 *
 * How long is silence? silent_ms, or, where silences were longer of late, twice as long as those,
 * at most MOST_PATIENCE times silent_ms: on a busy machine everybody is late. It is only told;
 * nothing ends by it. After twice that time the dialer gives the connection up and dials anew,
 * for TCP waits ever longer before it tries again. After dead_ms the session is given up.
 *
 * Bytes that have arrived and wait for our own receiver to read them speak for the peer.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/jiffies.h>
#include <linux/tcp.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include "msg_socket.h"

#define TICKS         15 /* per silent_ms */
#define PROBE_AFTER   2
#define PROBE_EVERY   5
#define MUTE_FACTOR   4
#define MOST_PATIENCE 3
#define FORGET        7 /* of 2^FORGET ticks: how fast a long silence is forgotten */

static void tick(struct work_struct *work);
static DECLARE_DELAYED_WORK(keepalive, tick);

static unsigned long tick_time(void)
{
	return max(msecs_to_jiffies(ms_settings.silent_ms) / TICKS, 1ul);
}

static unsigned int ticks_until_gone(void)
{
	return msecs_to_jiffies(ms_settings.dead_ms) / tick_time();
}

struct signs {
	u32 epoch;      /* of the session, 0 if there is none */
	u32 connection; /* 0 if there is none */
	u32 heard;
	u32 ack;
	bool unread;
};

static void look(struct peer *peer, struct signs *signs)
{
	*signs = (struct signs){ .heard = READ_ONCE(peer->heard) };
	mutex_lock(&peer->sock_mutex);
	signs->epoch = READ_ONCE(peer->session.epoch);
	if (peer->sock) {
		struct sock *sk = peer->sock->sk;

		signs->connection = peer->connection;
		signs->ack = READ_ONCE(tcp_sk(sk)->rcv_tstamp);
		signs->unread = !skb_queue_empty_lockless(&sk->sk_receive_queue);
	}
	mutex_unlock(&peer->sock_mutex);
}

/* Ticks that count as silence. */
static unsigned int patience(const struct silence *silence)
{
	return clamp_t(unsigned int, 2 * silence->usual >> FORGET, TICKS, MOST_PATIENCE * TICKS);
}

static unsigned int length_of(const struct silence *silence)
{
	return max(silence->silent, silence->mute / MUTE_FACTOR);
}

/* The longest of late: it is forgotten little by little. */
static void remember(struct silence *silence)
{
	silence->usual -= silence->usual >> FORGET;
	silence->usual = max(silence->usual, length_of(silence) << FORGET);
}

static void count(struct silence *silence, const struct signs *signs)
{
	bool spoke = signs->heard != silence->heard || signs->unread;
	bool moved = spoke || (signs->connection && signs->ack != silence->ack);

	if (moved)
		remember(silence);
	silence->mute = spoke ? 0 : silence->mute + 1;
	silence->silent = moved ? 0 : silence->silent + 1;
	silence->heard = signs->heard;
	silence->ack = signs->ack;
}

static void tell(struct peer *peer, bool silent)
{
	if (peer->silence.told == silent)
		return;
	peer->silence.told = silent;
	popcorn_node_silent(peer->id,
			    silent ? jiffies_to_msecs(length_of(&peer->silence) * tick_time()) : 0);
}

static void check(struct peer *peer)
{
	struct silence *silence = &peer->silence;
	struct signs signs;

	look(peer, &signs);
	if (!signs.epoch || signs.epoch != silence->epoch) {
		*silence = (struct silence){ .epoch = signs.epoch };
		return;
	}
	count(silence, &signs);
	tell(peer, length_of(silence) >= patience(silence));
	if (length_of(silence) >= ticks_until_gone())
		ms_give_up(peer, "no sign of life");
	else if (length_of(silence) >= 2 * patience(silence) && peer->id < ms_settings.self)
		ms_disconnect(peer, signs.connection, "no sign of life");
	else if (signs.connection && silence->mute % PROBE_EVERY == PROBE_AFTER)
		ms_send_control(peer, POPCORN_TYPE_PROBE);
}

static void tick(struct work_struct *work)
{
	int id;

	for (id = 0; id < ms_settings.count; id++)
		if (id != ms_settings.self)
			check(ms_peer_by_id(id));
	queue_delayed_work(system_highpri_wq, &keepalive, tick_time());
}

void ms_start_keepalive(void)
{
	queue_delayed_work(system_highpri_wq, &keepalive, tick_time());
}

void ms_stop_keepalive(void)
{
	cancel_delayed_work_sync(&keepalive);
}
