// SPDX-License-Identifier: GPL-2.0
/* The life of a connection: made or taken over, used, torn down. All in the receiver thread. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include "msg_socket.h"

#define REDIAL_MIN (HZ / 10)
#define REDIAL_MAX HZ

/*
 * Hands an accepted connection to the receiver; it replaces the one that stands, whose other
 * end has evidently given it up. Returns false if it came too late to matter.
 */
bool ms_offer_link(struct peer *peer, const struct link *link)
{
	struct socket *unwanted = NULL;
	bool taken = false;
	u32 old_epoch;

	spin_lock_irq(&peer->lock);
	old_epoch = peer->epoch;
	if (link->epoch > peer->epoch && link->epoch > peer->offered.epoch && !ms_is_stopping()) {
		unwanted = peer->offered.sock;
		peer->offered = *link;
		taken = true;
	}
	spin_unlock_irq(&peer->lock);
	if (unwanted)
		ms_close_socket(unwanted);
	if (taken) {
		ms_disconnect(peer, old_epoch, "replaced by a new connection");
		wake_up(&peer->offer_wait);
	}
	return taken;
}

static bool take_offered(struct peer *peer, struct link *link)
{
	spin_lock_irq(&peer->lock);
	*link = peer->offered;
	peer->offered.sock = NULL;
	spin_unlock_irq(&peer->lock);
	return link->sock;
}

static bool wait_for_offer(struct peer *peer, struct link *link)
{
	wait_event_interruptible(peer->offer_wait,
				 READ_ONCE(peer->offered.sock) || ms_is_stopping());
	return take_offered(peer, link);
}

static bool dial_until_connected(struct peer *peer, struct link *link)
{
	long pause = REDIAL_MIN;

	while (!ms_is_stopping()) {
		if (!ms_dial(peer, link))
			return true;
		wait_event_interruptible_timeout(peer->offer_wait, ms_is_stopping(), pause);
		pause = min_t(long, 2 * pause, REDIAL_MAX);
	}
	return false;
}

/* Kept from the first connection until the module goes. */
static int allocate_buffers(struct peer *peer)
{
	if (!peer->buffer)
		peer->buffer = kvmalloc(RECEIVE_BUFFER_SIZE, GFP_KERNEL);
	if (!peer->stash)
		peer->stash = kvmalloc(STASH_SIZE, GFP_KERNEL);
	return peer->buffer && peer->stash ? 0 : -ENOMEM;
}

static void set_up(struct peer *peer, const struct link *link)
{
	peer->begin = 0;
	peer->end = 0;
	memset(peer->received_seq, 0, sizeof(peer->received_seq));
	peer->assembly.active = false;

	mutex_lock(&peer->sock_mutex);
	spin_lock_irq(&peer->lock);
	peer->sock = link->sock;
	peer->why_lost = NULL;
	peer->epoch = link->epoch;
	peer->seq = 0;
	peer->logged_refusal = 0;
	peer->up = true;
	spin_unlock_irq(&peer->lock);
	mutex_unlock(&peer->sock_mutex);
}

/* Whoever is sending is woken by the shutdown and finds the peer down. */
static const char *tear_down(struct peer *peer, const char *why)
{
	struct socket *sock = peer->sock;

	spin_lock_irq(&peer->lock);
	peer->up = false;
	spin_unlock_irq(&peer->lock);
	kernel_sock_shutdown(sock, SHUT_RDWR);
	wake_up_all(&peer->room_wait);
	wait_event(peer->room_wait, !READ_ONCE(peer->sending));
	ms_drop_queues(peer);

	mutex_lock(&peer->sock_mutex);
	peer->sock = NULL;
	if (peer->why_lost)
		why = peer->why_lost;
	mutex_unlock(&peer->sock_mutex);
	ms_close_socket(sock);
	return why;
}

static void run_connection(struct peer *peer, const struct link *link)
{
	const char *why;

	set_up(peer, link);
	popcorn_node_joined(peer->id, link->arch, link->epoch, link->boot_id);
	why = ms_receive_until_lost(peer);
	why = tear_down(peer, ms_is_stopping() ? "message layer unloaded here" : why);
	popcorn_node_lost(peer->id, link->epoch, why);
}

int ms_receiver_main(void *data)
{
	struct peer *peer = data;
	struct link link;
	bool connected;

	allow_signal(SIGKILL);
	while (!ms_is_stopping()) {
		if (peer->id < ms_settings.self)
			connected = dial_until_connected(peer, &link);
		else
			connected = wait_for_offer(peer, &link);
		if (!connected)
			continue;
		if (ms_is_stopping() || allocate_buffers(peer))
			ms_close_socket(link.sock);
		else
			run_connection(peer, &link);
	}
	if (take_offered(peer, &link))
		ms_close_socket(link.sock);
	return 0;
}
