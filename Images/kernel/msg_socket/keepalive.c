// SPDX-License-Identifier: GPL-2.0
/*
 * Noticing that a peer is gone. Time is counted in ticks of this work, not by the clock: when
 * this machine itself stands still, ticks stand still too, and the peer is not blamed.
 *
 * silent_ticks: since anything came from the peer's machine, be it a TCP acknowledgement. After
 *	two, a PROBE is sent; after dead_ms of silence the peer is lost.
 * mute_ticks: since its message layer sent anything, though its TCP may be alive. It is lost
 *	after MUTE_FACTOR times dead_ms, so that a slow handler is not mistaken for a hang.
 *
 * Bytes that have arrived and wait for our own receiver to read them speak for the peer.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/jiffies.h>
#include <linux/tcp.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include "msg_socket.h"

#define TICKS       15 /* per dead_ms */
#define PROBE_AFTER 2
#define PROBE_EVERY 5
#define MUTE_FACTOR 4

static void tick(struct work_struct *work);
static DECLARE_DELAYED_WORK(keepalive, tick);

static unsigned long tick_time(void)
{
	return max(msecs_to_jiffies(ms_settings.dead_ms) / TICKS, 1ul);
}

struct signs {
	u32 epoch;
	u32 heard;
	u32 ack;
	bool unread;
};

/* Returns whether there is a connection to look at. */
static bool look(struct peer *peer, struct signs *signs)
{
	bool connected;

	mutex_lock(&peer->sock_mutex);
	connected = peer->sock;
	if (connected) {
		struct sock *sk = peer->sock->sk;

		signs->epoch = peer->epoch;
		signs->heard = READ_ONCE(peer->heard);
		signs->ack = READ_ONCE(tcp_sk(sk)->rcv_tstamp);
		signs->unread = !skb_queue_empty_lockless(&sk->sk_receive_queue);
	}
	mutex_unlock(&peer->sock_mutex);
	return connected;
}

static void check(struct peer *peer)
{
	struct signs signs;
	bool spoke, moved;

	if (!look(peer, &signs))
		return;
	spoke = signs.epoch != peer->seen_epoch || signs.heard != peer->seen_heard || signs.unread;
	moved = spoke || signs.ack != peer->seen_ack;
	peer->seen_epoch = signs.epoch;
	peer->seen_heard = signs.heard;
	peer->seen_ack = signs.ack;
	peer->mute_ticks = spoke ? 0 : peer->mute_ticks + 1;
	peer->silent_ticks = moved ? 0 : peer->silent_ticks + 1;

	if (peer->silent_ticks >= TICKS)
		ms_disconnect(peer, signs.epoch, "no sign of life");
	else if (peer->mute_ticks >= MUTE_FACTOR * TICKS)
		ms_disconnect(peer, signs.epoch, "message layer does not answer");
	else if (peer->mute_ticks % PROBE_EVERY == PROBE_AFTER)
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
