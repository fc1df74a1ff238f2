// SPDX-License-Identifier: GPL-2.0
/* The life of a connection: made or taken over, used, torn down. All in the receiver thread. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "msg_socket.h"

#define REDIAL_MIN	(HZ / 10)
#define REDIAL_MAX	HZ

/*
 * TCP_USER_TIMEOUT backs up the keepalive, so it gets twice the time. Without __GFP_DIRECT_RECLAIM
 * TCP copies into pages of the socket, not of the task: a page fault that is served over this
 * socket may have interrupted a send on another one.
 */
void tune_socket(struct socket *sock)
{
	struct sock *sk = sock->sk;

	tcp_sock_set_nodelay(sk);
	tcp_sock_set_user_timeout(sk, 2 * settings.dead_ms);
	sk->sk_allocation = GFP_NOWAIT | __GFP_NOWARN;
}

/* Resets the connection rather than leaving it behind with data that nobody wants. */
void close_socket(struct socket *sock)
{
	sock_no_linger(sock->sk);
	sock_release(sock);
}

/* What a result of the socket says about the connection's end. */
const char *loss_reason(int result)
{
	switch (result) {
	case 0:
	case -EPIPE:
		return "connection closed by the peer";
	case -ECONNRESET:
		return "connection reset by the peer";
	case -ETIMEDOUT:
	case -EHOSTUNREACH:
	case -ENETUNREACH:
		return "connection timed out";
	default:
		return "connection failed";
	}
}

/* Shuts the connection of @epoch down; the receiver does the rest. */
void disconnect(struct peer *peer, u32 epoch, const char *why)
{
	mutex_lock(&peer->sock_mutex);
	if (peer->sock && peer->epoch == epoch) {
		if (!peer->why_lost)
			peer->why_lost = why;
		kernel_sock_shutdown(peer->sock, SHUT_RDWR);
	}
	mutex_unlock(&peer->sock_mutex);
}

/*
 * Hands an accepted connection to the receiver; it replaces the one that stands, whose other
 * end has evidently given it up. Returns false if it came too late to matter.
 */
bool offer_link(struct peer *peer, const struct link *link)
{
	struct socket *unwanted = NULL;
	bool taken = false;
	u32 old_epoch;

	spin_lock_irq(&peer->lock);
	old_epoch = peer->epoch;
	if (link->epoch > peer->epoch && link->epoch > peer->offered.epoch && !is_stopping()) {
		unwanted = peer->offered.sock;
		peer->offered = *link;
		taken = true;
	}
	spin_unlock_irq(&peer->lock);
	if (unwanted)
		close_socket(unwanted);
	if (taken) {
		disconnect(peer, old_epoch, "replaced by a new connection");
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
	wait_event_interruptible(peer->offer_wait, READ_ONCE(peer->offered.sock) || is_stopping());
	return take_offered(peer, link);
}

static bool dial_until_connected(struct peer *peer, struct link *link)
{
	long pause = REDIAL_MIN;

	while (!is_stopping()) {
		if (!dial(peer, link))
			return true;
		wait_event_interruptible_timeout(peer->offer_wait, is_stopping(), pause);
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

void free_buffers(struct peer *peer)
{
	kvfree(peer->buffer);
	kvfree(peer->stash);
	kvfree(peer->assembly.data);
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
	drop_queues(peer);

	mutex_lock(&peer->sock_mutex);
	peer->sock = NULL;
	if (peer->why_lost)
		why = peer->why_lost;
	mutex_unlock(&peer->sock_mutex);
	close_socket(sock);
	return why;
}

static void run_connection(struct peer *peer, const struct link *link)
{
	const char *why;

	set_up(peer, link);
	popcorn_node_joined(peer->id, link->arch, link->epoch, link->boot_id);
	why = receive_until_lost(peer);
	why = tear_down(peer, is_stopping() ? "message layer unloaded here" : why);
	popcorn_node_lost(peer->id, link->epoch, why);
}

int receiver_main(void *data)
{
	struct peer *peer = data;
	struct link link;
	bool connected;

	allow_signal(SIGKILL);
	while (!is_stopping()) {
		if (peer->id < settings.self)
			connected = dial_until_connected(peer, &link);
		else
			connected = wait_for_offer(peer, &link);
		if (!connected)
			continue;
		if (is_stopping() || allocate_buffers(peer))
			close_socket(link.sock);
		else
			run_connection(peer, &link);
	}
	if (take_offered(peer, &link))
		close_socket(link.sock);
	return 0;
}
