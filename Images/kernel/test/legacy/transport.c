// SPDX-License-Identifier: GPL-2.0
/* Connects each node with each other; loading it ends when all are connected. */
#include <linux/delay.h>
#include <linux/inet.h>
#include <linux/inetdevice.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "legacy.h"

static char *ip[LEGACY_NODES];
static int ip_count;
module_param_array(ip, charp, &ip_count, 0444);
MODULE_PARM_DESC(ip, "addresses of all nodes, in the order of their ids");

static __be32 addresses[LEGACY_NODES];
static struct socket *peers[LEGACY_NODES];
static struct socket *listener;
static int self = -1;
/* A message is not to begin inside another. */
static DEFINE_MUTEX(sending);

int legacy_self(void)
{
	return self;
}

int legacy_send(int nid, struct legacy_header *message)
{
	struct msghdr head = {};
	struct kvec piece = { .iov_base = message, .iov_len = message->size };
	int count;

	message->from_nid = self;
	mutex_lock(&sending);
	count = kernel_sendmsg(peers[nid], &head, &piece, 1, message->size);
	mutex_unlock(&sending);
	return count == message->size ? 0 : -EIO;
}

static int find_self(void)
{
	int i;

	for (i = 0; i < ip_count; i++) {
		struct net_device *device;

		addresses[i] = in_aton(ip[i]);
		device = ip_dev_find(&init_net, addresses[i]);
		if (!device)
			continue;
		dev_put(device);
		self = i;
	}
	if (self >= 0)
		return 0;
	pr_err("legacy: my address is not among the nodes' addresses\n");
	return -EINVAL;
}

static int receive_all(struct socket *from, void *buffer, size_t size)
{
	struct msghdr message = {};
	struct kvec piece = { .iov_base = buffer, .iov_len = size };

	return kernel_recvmsg(from, &message, &piece, 1, size, MSG_WAITALL) == size ? 0 : -EIO;
}

static void handle(int nid, const struct legacy_header *message)
{
	const struct legacy_node_info *info = (const void *)message;

	switch (message->type) {
	case LEGACY_NODE_INFO:
		legacy_joined(info->nid, info->arch);
		break;
	case LEGACY_TEST_REQUEST:
	case LEGACY_TEST_RESPONSE:
		legacy_test_message(nid, message);
		break;
	default:
		legacy_hop_message(nid, message);
	}
}

struct receiver {
	struct socket *from;
	int nid;
};

/* A peer that is lost is waited for like one that has nothing to say. */
static int receive(void *argument)
{
	struct receiver *receiver = argument;
	u8 *message = kmalloc(LEGACY_MAX, GFP_KERNEL);
	struct legacy_header *header = (void *)message;

	while (message && !receive_all(receiver->from, message, sizeof(*header)) &&
	       header->size >= sizeof(*header) && header->size <= LEGACY_MAX) {
		if (header->size > sizeof(*header) &&
		    receive_all(receiver->from, message + sizeof(*header),
				header->size - sizeof(*header)))
			break;
		handle(receiver->nid, header);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(MAX_SCHEDULE_TIMEOUT);
	return 0;
}

static int start(int nid, struct socket *connection)
{
	static struct receiver receivers[LEGACY_NODES];

	peers[nid] = connection;
	receivers[nid] = (struct receiver){ .from = connection, .nid = nid };
	return PTR_ERR_OR_ZERO(kthread_run(receive, &receivers[nid], "legacy_recv_%d", nid));
}

static struct sockaddr_in place(__be32 address)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(LEGACY_PORT),
		.sin_addr.s_addr = address,
	};
}

static int listen_to_peers(void)
{
	struct sockaddr_in own = place(htonl(INADDR_ANY));
	int error = sock_create_kern(&init_net, PF_INET, SOCK_STREAM, IPPROTO_TCP, &listener);

	if (!error)
		error = kernel_bind(listener, (struct sockaddr *)&own, sizeof(own));
	return error ?: kernel_listen(listener, LEGACY_NODES);
}

static int connect_to(int nid)
{
	struct sockaddr_in peer = place(addresses[nid]);
	struct socket *connection;
	int error = sock_create_kern(&init_net, PF_INET, SOCK_STREAM, IPPROTO_TCP, &connection);

	if (error)
		return error;
	/* For ever, and silently: a lab has to find out by itself whom a node waits for. */
	while (kernel_connect(connection, (struct sockaddr *)&peer, sizeof(peer), 0) < 0)
		msleep(1000);
	return start(nid, connection);
}

static int accept_peer(void)
{
	struct sockaddr_in from;
	struct socket *connection;
	int error = kernel_accept(listener, &connection, 0), i;

	if (error < 0)
		return error;
	error = kernel_getpeername(connection, (struct sockaddr *)&from);
	for (i = 0; error >= 0 && i < LEGACY_NODES; i++)
		if (addresses[i] == from.sin_addr.s_addr)
			return start(i, connection);
	sock_release(connection);
	return -EAGAIN;
}

static void tell_all(void)
{
	struct legacy_node_info info = {
		.header = { .type = LEGACY_NODE_INFO, .size = sizeof(info) },
		.nid = self,
		.arch = legacy_arch(),
	};
	int i;

	for (i = 0; i < LEGACY_NODES; i++)
		if (peers[i])
			legacy_send(i, &info.header);
}

static int __init load(void)
{
	int error = find_self(), i;

	if (!error)
		error = listen_to_peers();
	for (i = 0; !error && i < self; i++)
		error = connect_to(i);
	for (i = self + 1; !error && i < LEGACY_NODES; i++)
		error = accept_peer();
	if (!error)
		error = legacy_hop_init() ?: legacy_test_init();
	if (error)
		return error;
	tell_all();
	pr_info("legacy: Ready on TCP/IP\n");
	return legacy_show_peers(addresses, self);
}

/* Without an exit function the module stays: like the one that it stands in for, it cannot be unloaded. */
module_init(load);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("TCP for a message layer that behaves like an old one, for tests");
