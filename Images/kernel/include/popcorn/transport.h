/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core and a transport (msg_socket) owe each other.
 */
#ifndef POPCORN_TRANSPORT_H
#define POPCORN_TRANSPORT_H

#include <popcorn/message.h>
#include <popcorn/node.h>

/* How far a send may go to get its message out. */
enum popcorn_patience {
	POPCORN_ATOMIC,  /* do not sleep: queue it */
	POPCORN_NO_WAIT, /* may sleep, but not for the network */
	POPCORN_WAIT,    /* may wait for the network */
};

/**
 * struct popcorn_send - a message with all that the core decides about it
 * @node: receiver, valid and not this node
 * @message: type, urgency, payload
 * @flags: POPCORN_FLAG_REQUEST, _REPLY, _ERROR
 * @epoch: the only session that it may use; 0 for whichever stands
 * @station: for the header
 * @patience: see there; replies (POPCORN_FLAG_REPLY) may exceed the queue's soft limit
 * @timeout: in jiffies, with POPCORN_WAIT
 */
struct popcorn_send {
	int node;
	const struct popcorn_message *message;
	u8 flags;
	u32 epoch;
	u32 station;
	enum popcorn_patience patience;
	long timeout;
};

/**
 * struct popcorn_transport - carries messages between nodes
 * @name: for the log
 * @send: sends or queues a message; must call popcorn_note_sent() when its number is known and
 *	before a byte of it leaves
 * @give_up: the session with a node is at its end, since the message layer there with this boot id
 *	is known to be no more; reports the node lost. -ESTALE if the session is with another one,
 *	-EHOSTDOWN if there is none
 */
struct popcorn_transport {
	const char *name;
	int (*send)(const struct popcorn_send *send);
	int (*give_up)(int node, u64 boot_id);
};

/**
 * popcorn_attach_transport() - set up the node table and begin
 * @transport: must stay valid until it is detached
 * @addresses: of all nodes, by id
 * @count: number of nodes
 * @self: id of this node
 * @boot_id: of the message layer here: random, new whenever it is loaded
 *
 * Return: 0, or -EBUSY if there is a transport already.
 */
int popcorn_attach_transport(const struct popcorn_transport *transport, const __be32 *addresses,
			     int count, int self, u64 boot_id);

/**
 * popcorn_detach_transport() - no call of the transport runs or comes after this
 *
 * The transport has reported all its nodes lost before.
 */
void popcorn_detach_transport(const struct popcorn_transport *transport);

/** popcorn_node_joined() - a session stands; called before its first message is delivered. */
void popcorn_node_joined(int id, enum popcorn_arch arch, u32 epoch, u64 boot_id);

/** popcorn_node_lost() - it has ended; called after its last message was delivered. */
void popcorn_node_lost(int id, u32 epoch, const char *why);

/**
 * popcorn_node_silent() - nothing is heard of a node with a session, or something is again
 * @id: the node
 * @ms: since the last sign of life; 0: there is one
 */
void popcorn_node_silent(int id, unsigned int ms);

/** popcorn_node_disconnected() - the session waits for its next connection. */
void popcorn_node_disconnected(int id, const char *why);

/** popcorn_node_reconnected() - it has one again; nothing was lost. */
void popcorn_node_reconnected(int id);

/** popcorn_note_sent() - count and trace a message that is about to go. Any context. */
void popcorn_note_sent(const struct popcorn_header *header);

/**
 * popcorn_deliver() - hand a received message to its handler or waiting request
 * @header: validated by the transport: source, destination, epoch, sizes, flags
 * @payload: header->size bytes aligned to 8
 *
 * One call at a time per node.
 */
void popcorn_deliver(const struct popcorn_header *header, const void *payload);

/* The architecture this module is built for. */
#if defined(CONFIG_X86_64)
#define POPCORN_ARCH_HERE POPCORN_ARCH_X86_64
#elif defined(CONFIG_ARM64)
#define POPCORN_ARCH_HERE POPCORN_ARCH_AARCH64
#else
#error "popcorn supports x86-64 and arm64"
#endif

#endif
