// SPDX-License-Identifier: GPL-2.0
/*
 * The life of connections and of the session that they carry, one after the other. All of it is in
 * the receiver thread.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "msg_socket.h"

#define REDIAL_MIN (HZ / 10)
#define REDIAL_MAX HZ

static void free_link(struct link *link)
{
	if (!link)
		return;
	ms_close_socket(link->sock);
	kfree(link);
}

/*
 * Hands an accepted connection to the receiver; it replaces the one that stands, whose other
 * end has evidently given it up. The link is the receiver's, unless false is returned.
 */
bool ms_offer_link(struct peer *peer, struct link *link)
{
	struct link *unwanted;
	u32 connection;

	if (ms_is_stopping())
		return false;
	spin_lock_irq(&peer->lock);
	unwanted = peer->offered;
	peer->offered = link;
	connection = peer->connection;
	spin_unlock_irq(&peer->lock);
	free_link(unwanted);
	ms_disconnect(peer, connection, "replaced by a new connection");
	wake_up(&peer->offer_wait);
	return true;
}

static struct link *take_offered(struct peer *peer)
{
	struct link *link;

	spin_lock_irq(&peer->lock);
	link = peer->offered;
	peer->offered = NULL;
	spin_unlock_irq(&peer->lock);
	return link;
}

static bool is_over(const struct peer *peer)
{
	return ms_is_stopping() || READ_ONCE(peer->given_up);
}

static struct link *wait_for_offer(struct peer *peer)
{
	wait_event_interruptible(peer->offer_wait, READ_ONCE(peer->offered) || is_over(peer));
	return take_offered(peer);
}

static struct link *dial_until_connected(struct peer *peer)
{
	struct link *link = kmalloc(sizeof(*link), GFP_KERNEL);
	long pause = REDIAL_MIN;
	int err;

	while (link && !is_over(peer)) {
		err = ms_dial(peer, link);
		if (!err)
			return link;
		/* By its TCP: nobody listens, so no session lives there. */
		if (err == -ECONNREFUSED)
			ms_give_up(peer, "no message layer there any more");
		wait_event_interruptible_timeout(peer->offer_wait, is_over(peer), pause);
		pause = min_t(long, 2 * pause, REDIAL_MAX);
	}
	kfree(link);
	return NULL;
}

/* Kept from the first connection until the module goes. */
static int allocate_buffers(struct peer *peer)
{
	if (!peer->buffer)
		peer->buffer = kvmalloc(RECEIVE_BUFFER_SIZE, GFP_KERNEL);
	if (!peer->stream)
		peer->stream = ms_make_stream();
	return peer->buffer && peer->stream ? 0 : -ENOMEM;
}

/* The caller has the right to send, and there is no connection. */
static void drop_session(struct peer *peer, const char *why)
{
	u32 epoch = peer->session.epoch;

	spin_lock_irq(&peer->lock);
	session_end(&peer->session);
	peer->given_up = NULL;
	spin_unlock_irq(&peer->lock);
	ms_drop_queues(peer);
	wake_up_all(&peer->room_wait);
	if (epoch)
		popcorn_node_lost(peer->id, epoch, why);
}

static void end_session(struct peer *peer, const char *why)
{
	ms_acquire_sending(peer);
	drop_session(peer, why);
	ms_stop_sending(peer);
}

static const char *reason_for(enum session_step step)
{
	switch (step) {
	case SESSION_REBOOTED:
		return "rebooted";
	case SESSION_DROPPED:
		return "it has dropped the session";
	default:
		return "it contradicts itself about the session";
	}
}

static bool dials(const struct peer *peer)
{
	return peer->id < ms_settings.self;
}

/* Begins the use of a connection. The caller has the right to send. */
static void connect(struct peer *peer, const struct link *link, const struct session *session)
{
	peer->begin = 0;
	peer->end = 0;
	mutex_lock(&peer->sock_mutex);
	spin_lock_irq(&peer->lock);
	peer->sock = link->sock;
	peer->why_lost = NULL;
	peer->session = *session;
	peer->told = session->received;
	peer->logged_refusal = 0;
	peer->connection++;
	peer->connected = true;
	spin_unlock_irq(&peer->lock);
	mutex_unlock(&peer->sock_mutex);
}

static void begin_session(struct peer *peer, const struct link *link, u32 flags)
{
	peer->seq = 0;
	memset(peer->received_seq, 0, sizeof(peer->received_seq));
	peer->assembly.active = false;
	peer->macs = flags & POPCORN_SESSION_MACS;
	ms_derive_mac_key(link, &peer->mac_key);
}

/*
 * Both sides come to the same session, an old or a new one. Returns whether the connection stands.
 * The caller has the right to send.
 */
static bool agree(struct peer *peer, struct link *link, enum session_step *step)
{
	struct session next = peer->session;
	u32 flags;

	if (!dials(peer) && ms_hear_claim(peer, link))
		return false;
	flags = link->flags;
	*step = dials(peer) ? session_follow(&next, &link->claim) :
			      session_accept(&next, &link->claim);
	if (*step != SESSION_RESUMED)
		drop_session(peer, reason_for(*step));
	if (*step == SESSION_CONFUSED)
		return false;
	if (!dials(peer)) {
		flags |= ms_settings.macs ? POPCORN_SESSION_MACS : 0;
		if (*step == SESSION_RESUMED)
			flags = peer->macs ? POPCORN_SESSION_MACS : 0;
		if (ms_send_accept(peer, link, &next, flags))
			return false;
	}
	if (*step != SESSION_RESUMED)
		begin_session(peer, link, flags);
	connect(peer, link, &next);
	return true;
}

/* Whoever is sending is woken by the shutdown and finds the connection gone. */
static const char *tear_down(struct peer *peer, const char *why)
{
	struct socket *sock = peer->sock;

	ms_disconnect(peer, peer->connection, why);
	ms_acquire_sending(peer);
	mutex_lock(&peer->sock_mutex);
	peer->sock = NULL;
	why = peer->why_lost;
	mutex_unlock(&peer->sock_mutex);
	ms_stop_sending(peer);
	if (ms_is_stopping())
		sock_release(sock); /* the peer shall read the goodbye */
	else
		ms_close_socket(sock);
	return why;
}

static void announce(struct peer *peer, const struct link *link, enum session_step step)
{
	if (step == SESSION_RESUMED)
		popcorn_node_reconnected(peer->id);
	else
		popcorn_node_joined(peer->id, link->arch, peer->session.epoch, link->claim.boot_id);
}

static void run_connection(struct peer *peer, struct link *link)
{
	enum session_step step;
	const char *why;
	bool stands;

	ms_acquire_sending(peer);
	stands = agree(peer, link, &step);
	ms_stop_sending(peer);
	if (!stands) {
		ms_close_socket(link->sock);
		return;
	}
	announce(peer, link, step);
	why = READ_ONCE(peer->given_up); /* just before it was resumed */
	if (!why)
		why = ms_receive_until_lost(peer);
	why = tear_down(peer, why ?: "message layer unloaded here");
	if (!is_over(peer))
		popcorn_node_disconnected(peer->id, why);
}

int ms_receiver_main(void *data)
{
	struct peer *peer = data;
	struct link *link;

	allow_signal(SIGKILL);
	while (!ms_is_stopping()) {
		link = dials(peer) ? dial_until_connected(peer) : wait_for_offer(peer);
		if (READ_ONCE(peer->given_up)) {
			end_session(peer, peer->given_up);
			free_link(link);
		} else if (link && allocate_buffers(peer)) {
			free_link(link);
		} else if (link) {
			run_connection(peer, link);
			kfree(link);
		}
	}
	free_link(take_offered(peer));
	end_session(peer, "message layer unloaded here");
	return 0;
}
