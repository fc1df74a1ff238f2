// SPDX-License-Identifier: GPL-2.0
/* Between the users of messages and the transport: attaching it, sending, delivering. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/srcu.h>
#include <popcorn/trace.h>
#include "core.h"

static const struct popcorn_transport __rcu *transport;
static DEFINE_MUTEX(transport_mutex); /* serialises attaching and detaching */
DEFINE_STATIC_SRCU(transport_srcu);   /* held inside transport->send(), which may sleep */

int popcorn_attach_transport(const struct popcorn_transport *new, const __be32 *addresses,
			     int count, int self, u64 boot_id)
{
	int err = 0;

	mutex_lock(&transport_mutex);
	if (rcu_access_pointer(transport)) {
		err = -EBUSY;
	} else {
		popcorn_init_nodes(addresses, count, self, boot_id);
		rcu_assign_pointer(transport, new);
	}
	mutex_unlock(&transport_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(popcorn_attach_transport);

void popcorn_detach_transport(const struct popcorn_transport *old)
{
	mutex_lock(&transport_mutex);
	if (!WARN_ON(rcu_access_pointer(transport) != old)) {
		RCU_INIT_POINTER(transport, NULL);
		synchronize_srcu(&transport_srcu);
		popcorn_clear_nodes();
	}
	mutex_unlock(&transport_mutex);
}
EXPORT_SYMBOL_GPL(popcorn_detach_transport);

int popcorn_submit(struct popcorn_send *send)
{
	const struct popcorn_message *message = send->message;
	const struct popcorn_transport *carrier;
	u32 limit = message->urgent ? POPCORN_MAX_FRAME : POPCORN_MAX_MESSAGE;
	int idx, err;

	if (message->type <= POPCORN_TYPE_TRANSPORT_LAST || message->type >= POPCORN_MAX_TYPES)
		return -EINVAL;
	if (message->head_size > limit || message->body_size > limit - message->head_size)
		return -EMSGSIZE;
	idx = srcu_read_lock(&transport_srcu);
	carrier = srcu_dereference(transport, &transport_srcu);
	if (!carrier || send->node < 0 || send->node >= popcorn_node_count())
		err = -ENXIO;
	else if (send->node == popcorn_self())
		err = -ELOOP;
	else
		err = carrier->send(send);
	srcu_read_unlock(&transport_srcu, idx);
	if (err)
		popcorn_count(POPCORN_COUNT_REFUSED_SENDS);
	return err;
}

int popcorn_give_up_node(int node, u64 boot_id)
{
	const struct popcorn_transport *carrier;
	int idx, err;

	idx = srcu_read_lock(&transport_srcu);
	carrier = srcu_dereference(transport, &transport_srcu);
	if (!carrier || node < 0 || node >= popcorn_node_count())
		err = -ENXIO;
	else if (node == popcorn_self())
		err = -ELOOP;
	else
		err = carrier->give_up(node, boot_id);
	srcu_read_unlock(&transport_srcu, idx);
	return err;
}

int popcorn_post(int node, const struct popcorn_message *message)
{
	struct popcorn_send send = {
		.node = node,
		.message = message,
		.patience = POPCORN_NO_WAIT,
	};

	return popcorn_submit(&send);
}
EXPORT_SYMBOL_GPL(popcorn_post);

int popcorn_post_atomic(int node, const struct popcorn_message *message)
{
	struct popcorn_send send = {
		.node = node,
		.message = message,
		.patience = POPCORN_ATOMIC,
	};

	if (message->head_size > PAGE_SIZE || message->body_size > PAGE_SIZE - message->head_size)
		return -EMSGSIZE;
	return popcorn_submit(&send);
}
EXPORT_SYMBOL_GPL(popcorn_post_atomic);

int popcorn_send(int node, const struct popcorn_message *message, long timeout)
{
	struct popcorn_send send = {
		.node = node,
		.message = message,
		.patience = POPCORN_WAIT,
		.timeout = timeout,
	};

	return popcorn_submit(&send);
}
EXPORT_SYMBOL_GPL(popcorn_send);

void popcorn_note_sent(const struct popcorn_header *header)
{
	trace_msg_send(header);
	popcorn_count_sent(le16_to_cpu(header->type), le32_to_cpu(header->size));
}
EXPORT_SYMBOL_GPL(popcorn_note_sent);

void popcorn_deliver(const struct popcorn_header *header, const void *payload)
{
	struct popcorn_received message = {
		.sender.node = header->from,
		.sender.type = le16_to_cpu(header->type),
		.sender.epoch = le32_to_cpu(header->epoch),
		.sender.station = le32_to_cpu(header->station),
		.seq = le64_to_cpu(header->seq),
		.payload = payload,
		.size = le32_to_cpu(header->size),
	};

	trace_msg_recv(header);
	popcorn_count_received(message.sender.type, message.size);
	if (header->flags & POPCORN_FLAG_REPLY)
		popcorn_take_reply(&message, header->flags);
	else
		popcorn_dispatch(&message);
}
EXPORT_SYMBOL_GPL(popcorn_deliver);
