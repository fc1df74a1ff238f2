// SPDX-License-Identifier: GPL-2.0
/* The other nodes, and what all threads of this module may ask about them. */

#include <linux/mm.h>
#include <linux/net.h>
#include <linux/slab.h>
#include "msg_socket.h"

static struct peer *peers; /* by id; the one of this node is unused */
static bool stopping;

bool ms_is_stopping(void)
{
	return READ_ONCE(stopping);
}

/* All threads and connections end from now on. */
void ms_begin_stop(void)
{
	WRITE_ONCE(stopping, true);
}

struct peer *ms_peer_by_id(int id)
{
	return &peers[id];
}

/* Returns NULL if no other node has this address. */
struct peer *ms_peer_by_address(__be32 address)
{
	int id;

	for (id = 0; id < ms_settings.count; id++)
		if (id != ms_settings.self && ms_settings.addresses[id] == address)
			return &peers[id];
	return NULL;
}

static void init_peer(struct peer *peer, int id)
{
	peer->id = id;
	peer->address = ms_settings.addresses[id];
	spin_lock_init(&peer->lock);
	mutex_init(&peer->sock_mutex);
	init_waitqueue_head(&peer->offer_wait);
	init_waitqueue_head(&peer->work_wait);
	init_waitqueue_head(&peer->room_wait);
	INIT_LIST_HEAD(&peer->urgent.items);
	INIT_LIST_HEAD(&peer->bulk.items);
}

int ms_make_peers(void)
{
	int id;

	peers = kvcalloc(ms_settings.count, sizeof(*peers), GFP_KERNEL);
	if (!peers)
		return -ENOMEM;
	for (id = 0; id < ms_settings.count; id++)
		init_peer(&peers[id], id);
	return 0;
}

/* When no thread uses them any more. */
void ms_free_peers(void)
{
	int id;

	for (id = 0; id < ms_settings.count; id++) {
		kvfree(peers[id].buffer);
		ms_free_stream(peers[id].stream);
		kvfree(peers[id].assembly.data);
	}
	kvfree(peers);
}

/* Shuts a connection down; the receiver does the rest. Does nothing if it stands no more. */
void ms_disconnect(struct peer *peer, u32 connection, const char *why)
{
	mutex_lock(&peer->sock_mutex);
	if (peer->sock && peer->connection == connection) {
		if (!peer->why_lost)
			peer->why_lost = why;
		spin_lock_irq(&peer->lock);
		peer->connected = false;
		spin_unlock_irq(&peer->lock);
		kernel_sock_shutdown(peer->sock, SHUT_RDWR);
	}
	mutex_unlock(&peer->sock_mutex);
}

/* The session shall end: the receiver sees to that. The first reason counts. */
void ms_give_up(struct peer *peer, const char *why)
{
	u32 connection;

	spin_lock_irq(&peer->lock);
	if (peer->session.epoch && !peer->given_up)
		peer->given_up = why;
	connection = peer->connection;
	spin_unlock_irq(&peer->lock);
	ms_disconnect(peer, connection, why);
	wake_up(&peer->offer_wait);
}
