// SPDX-License-Identifier: GPL-2.0
/* What every TCP socket of this module gets, and what its errors mean. */

#include <linux/net.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "msg_socket.h"

/*
 * TCP_USER_TIMEOUT backs up the keepalive, so it gets twice the time. Without __GFP_DIRECT_RECLAIM
 * TCP copies into pages of the socket, not of the task: a page fault that is served over this
 * socket may have interrupted a send on another one.
 */
void ms_tune_socket(struct socket *sock)
{
	struct sock *sk = sock->sk;

	tcp_sock_set_nodelay(sk);
	tcp_sock_set_user_timeout(sk, 2 * ms_settings.dead_ms);
	sk->sk_allocation = GFP_NOWAIT | __GFP_NOWARN;
}

/* Resets the connection rather than leaving it behind with data that nobody wants. */
void ms_close_socket(struct socket *sock)
{
	sock_no_linger(sock->sk);
	sock_release(sock);
}

/* What a result of the socket says about the connection's end. */
const char *ms_loss_reason(int result)
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
