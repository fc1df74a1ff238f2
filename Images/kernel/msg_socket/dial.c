// SPDX-License-Identifier: GPL-2.0
/* Connecting to a node with a lower id. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/in.h>
#include <linux/net.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "msg_socket.h"

#define CONNECT_TIME (2 * HZ)

static int connect_to(struct socket *sock, const struct peer *peer)
{
	struct sockaddr_in from = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = ms_settings.addresses[ms_settings.self],
	};
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(ms_settings.port),
		.sin_addr.s_addr = peer->address,
	};
	int err;

	sock->sk->sk_sndtimeo = CONNECT_TIME;
	err = kernel_bind(sock, (struct sockaddr *)&from, sizeof(from));
	return err ? err : kernel_connect(sock, (struct sockaddr *)&to, sizeof(to), 0);
}

/*
 * One attempt; takes at most the time to connect and that of a handshake. -ECONNREFUSED: the
 * peer's machine is there, but nobody listens.
 */
int ms_dial(struct peer *peer, struct link *link)
{
	struct socket *sock;
	int err;

	err = sock_create_kern(&init_net, PF_INET, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (err)
		return err;
	ms_tune_socket(sock);
	err = connect_to(sock, peer);
	if (!err)
		err = ms_handshake_dialing(sock, peer, link);
	if (err)
		ms_close_socket(sock);
	return err;
}
