/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which nodes there are, and which of them are connected.
 */
#ifndef POPCORN_NODE_H
#define POPCORN_NODE_H

#include <linux/notifier.h>
#include <popcorn/wire.h>

enum popcorn_node_state {
	POPCORN_NODE_DOWN,
	POPCORN_NODE_UP,
	POPCORN_NODE_SILENT, /* as UP, but nothing was heard of it for a while; nothing is lost */
	POPCORN_NODE_SELF,
};

/**
 * struct popcorn_node - what is known about a node
 * @address: IPv4 address in network byte order
 * @state: whether there is a session with it, or it is this node itself
 * @arch: POPCORN_ARCH_UNKNOWN until it first joined; kept while it is down
 * @epoch: of the current session, or of the last one while down; 0 if there was none
 * @boot_id: of the node's message layer, to tell a reboot from a cut cable
 * @silent_since: while SILENT, when it last gave a sign of life, in jiffies
 */
struct popcorn_node {
	__be32 address;
	enum popcorn_node_state state;
	enum popcorn_arch arch;
	u32 epoch;
	u64 boot_id;
	unsigned long silent_since;
};

/** popcorn_node_takes_part() - whether a node in @state has a session with this one */
static inline bool popcorn_node_takes_part(enum popcorn_node_state state)
{
	return state == POPCORN_NODE_UP || state == POPCORN_NODE_SILENT;
}

/** popcorn_self() - id of this node, or -1 if no transport is loaded. */
int popcorn_self(void);

/** popcorn_node_count() - number of nodes, this one included; 0 if no transport is loaded. */
int popcorn_node_count(void);

/**
 * popcorn_get_node() - look a node up
 * @id: node id
 * @node: receives a copy
 *
 * Return: 0, or -ENXIO if there is no such node.
 */
int popcorn_get_node(int id, struct popcorn_node *node);

/** popcorn_arch_name() - as uname -m spells it. */
const char *popcorn_arch_name(enum popcorn_arch arch);

/* Events of popcorn_register_node_notifier(). */
#define POPCORN_NODE_JOINED 1
#define POPCORN_NODE_LOST   2

/**
 * struct popcorn_node_event - the data of a notifier call
 * @id: the node
 * @epoch: the session that now stands, or that has ended
 */
struct popcorn_node_event {
	int id;
	u32 epoch;
};

/**
 * popcorn_register_node_notifier() - be told when nodes join and are lost
 * @block: called with POPCORN_NODE_JOINED or POPCORN_NODE_LOST
 *
 * Called in the node's receive thread, so in order with its messages: JOINED before the first
 * message of a session, LOST after its last one and after its pending requests have failed.
 * The callback may sleep but must not wait for that node.
 */
int popcorn_register_node_notifier(struct notifier_block *block);
int popcorn_unregister_node_notifier(struct notifier_block *block);

#endif
