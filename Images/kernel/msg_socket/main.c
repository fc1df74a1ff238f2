// SPDX-License-Identifier: GPL-2.0
/* msg_socket.ko: carries popcorn's messages over TCP. Loading it never waits for other nodes. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "msg_socket.h"

static struct peer *peers;	/* by id; the one of this node is unused */
static bool stopping;

static const struct popcorn_transport transport = {
	.name = "TCP/IP",
	.send = send_message,
};

bool is_stopping(void)
{
	return READ_ONCE(stopping);
}

struct peer *peer_by_id(int id)
{
	return &peers[id];
}

/* Returns NULL if no other node has this address. */
struct peer *peer_by_address(__be32 address)
{
	int id;

	for (id = 0; id < settings.count; id++)
		if (id != settings.self && settings.addresses[id] == address)
			return &peers[id];
	return NULL;
}

/* The thread may return at any time; end_thread() must follow all the same. */
struct task_struct *spawn_thread(int (*function)(void *), void *data, const char *name, int id)
{
	struct task_struct *task = kthread_create(function, data, name, id);

	if (!IS_ERR(task)) {
		get_task_struct(task);
		wake_up_process(task);
	}
	return task;
}

/* The signal ends blocking calls on sockets, in threads that allow it. */
void end_thread(struct task_struct *task)
{
	if (IS_ERR_OR_NULL(task))
		return;
	send_sig(SIGKILL, task, 1);
	kthread_stop(task);
	put_task_struct(task);
}

static void init_peer(struct peer *peer, int id)
{
	peer->id = id;
	peer->address = settings.addresses[id];
	spin_lock_init(&peer->lock);
	mutex_init(&peer->sock_mutex);
	init_waitqueue_head(&peer->offer_wait);
	init_waitqueue_head(&peer->work_wait);
	init_waitqueue_head(&peer->room_wait);
	init_queues(peer);
}

static void stop_peers(void)
{
	int id;

	for (id = 0; id < settings.count; id++)
		end_thread(peers[id].receiver);
	for (id = 0; id < settings.count; id++)
		end_thread(peers[id].sender);
}

static int start_peers(void)
{
	int id;

	for (id = 0; id < settings.count; id++) {
		struct peer *peer = &peers[id];

		if (id == settings.self)
			continue;
		peer->sender = spawn_thread(sender_main, peer, "popcorn_send/%d", id);
		if (IS_ERR(peer->sender))
			return PTR_ERR(peer->sender);
		peer->receiver = spawn_thread(receiver_main, peer, "popcorn_recv/%d", id);
		if (IS_ERR(peer->receiver))
			return PTR_ERR(peer->receiver);
	}
	return 0;
}

static void free_peers(void)
{
	int id;

	for (id = 0; id < settings.count; id++)
		free_buffers(&peers[id]);
	kvfree(peers);
}

static void print_nodes(void)
{
	int id;

	for (id = 0; id < settings.count; id++)
		pr_info("%c %d: %pI4\n", id == settings.self ? '*' : ' ', id,
			&settings.addresses[id]);
}

static int __init msg_socket_init(void)
{
	int id, err;

	err = read_parameters();
	if (err)
		goto forget;
	peers = kvcalloc(settings.count, sizeof(*peers), GFP_KERNEL);
	if (!peers) {
		err = -ENOMEM;
		goto forget;
	}
	for (id = 0; id < settings.count; id++)
		init_peer(&peers[id], id);
	err = popcorn_attach_transport(&transport, settings.addresses, settings.count,
				       settings.self);
	if (err)
		goto free;
	err = start_listening();
	if (err)
		goto detach;
	print_nodes();
	pr_info("Ready on %s\n", transport.name);
	err = start_peers();
	if (err)
		goto stop;
	start_keepalive();
	return 0;

stop:
	WRITE_ONCE(stopping, true);
	stop_listening();
	stop_peers();
detach:
	popcorn_detach_transport(&transport);
free:
	free_peers();
forget:
	forget_secret();
	return err;
}

static void __exit msg_socket_exit(void)
{
	WRITE_ONCE(stopping, true);
	stop_keepalive();
	stop_listening();
	stop_peers();
	popcorn_detach_transport(&transport);
	free_peers();
	forget_secret();
}

module_init(msg_socket_init);
module_exit(msg_socket_exit);

MODULE_DESCRIPTION("TCP/IP transport for the Popcorn message layer");
MODULE_LICENSE("GPL");
