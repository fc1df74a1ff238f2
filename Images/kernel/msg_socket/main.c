// SPDX-License-Identifier: GPL-2.0
/* msg_socket.ko: carries popcorn's messages over TCP. Loading it never waits for other nodes. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/err.h>
#include <linux/module.h>
#include "msg_socket.h"

/* Somebody knows that the session with the node's message layer @boot_id is at its end. */
static int give_up_node(int node, u64 boot_id)
{
	struct peer *peer = ms_peer_by_id(node);
	int err;

	spin_lock_irq(&peer->lock);
	if (!peer->session.epoch)
		err = -EHOSTDOWN;
	else
		err = peer->session.boot_id == boot_id ? 0 : -ESTALE;
	spin_unlock_irq(&peer->lock);
	if (!err)
		ms_give_up(peer, "gone, as somebody knows");
	return err;
}

static const struct popcorn_transport transport = {
	.name = "TCP/IP",
	.send = ms_send_message,
	.give_up = give_up_node,
};

static void stop_peers(void)
{
	int id;

	for (id = 0; id < ms_settings.count; id++)
		ms_end_thread(ms_peer_by_id(id)->receiver);
	for (id = 0; id < ms_settings.count; id++)
		ms_end_thread(ms_peer_by_id(id)->sender);
}

static int start_peers(void)
{
	int id;

	for (id = 0; id < ms_settings.count; id++) {
		struct peer *peer = ms_peer_by_id(id);

		if (id == ms_settings.self)
			continue;
		peer->sender = ms_spawn_thread(ms_sender_main, peer, "popcorn_send/%d", id);
		if (IS_ERR(peer->sender))
			return PTR_ERR(peer->sender);
		peer->receiver = ms_spawn_thread(ms_receiver_main, peer, "popcorn_recv/%d", id);
		if (IS_ERR(peer->receiver))
			return PTR_ERR(peer->receiver);
	}
	return 0;
}

static void print_nodes(void)
{
	int id;

	for (id = 0; id < ms_settings.count; id++)
		pr_info("%c %d: %pI4\n", id == ms_settings.self ? '*' : ' ', id,
			&ms_settings.addresses[id]);
}

static int __init msg_socket_init(void)
{
	int err;

	err = ms_read_parameters();
	if (err)
		goto forget;
	err = ms_make_peers();
	if (err)
		goto forget;
	err = popcorn_attach_transport(&transport, ms_settings.addresses, ms_settings.count,
				       ms_settings.self, ms_settings.boot_id);
	if (err)
		goto free;
	err = ms_start_listening();
	if (err)
		goto detach;
	print_nodes();
	pr_info("Ready on %s\n", transport.name);
	err = start_peers();
	if (err)
		goto stop;
	err = ms_watch_reboot();
	if (err)
		goto stop;
	ms_start_keepalive();
	return 0;

stop:
	ms_begin_stop();
	ms_stop_listening();
	stop_peers();
detach:
	popcorn_detach_transport(&transport);
free:
	ms_free_peers();
forget:
	ms_forget_secret();
	return err;
}

static void __exit msg_socket_exit(void)
{
	ms_unwatch_reboot();
	ms_stop_keepalive();
	ms_begin_stop();
	ms_say_bye();
	ms_stop_listening();
	stop_peers();
	popcorn_detach_transport(&transport);
	ms_free_peers();
	ms_forget_secret();
}

module_init(msg_socket_init);
module_exit(msg_socket_exit);

MODULE_DESCRIPTION("TCP/IP transport for the Popcorn message layer");
MODULE_LICENSE("GPL");
