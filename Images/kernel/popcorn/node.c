// SPDX-License-Identifier: GPL-2.0
/* The node table: who is in the lab, who has a session here, and telling others about changes. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/module.h>
#include <linux/spinlock.h>
#include "core.h"

static struct popcorn_node nodes[POPCORN_MAX_NODES];
static int node_count;
static int self_id = -1;
static DEFINE_SPINLOCK(nodes_lock); /* protects all of the above */

/* Threads here that wait for something from a node, to tell whom its silence concerns. */
static atomic_t waiting[POPCORN_MAX_NODES];

static BLOCKING_NOTIFIER_HEAD(notifiers);
DEFINE_POPCORN_CHANGES(popcorn_node_changes); /* of any node's state */

static const char *const state_names[] = {
	[POPCORN_NODE_DOWN] = "down",
	[POPCORN_NODE_UP] = "up",
	[POPCORN_NODE_SILENT] = "silent",
	[POPCORN_NODE_SELF] = "self",
};

int popcorn_self(void)
{
	return READ_ONCE(self_id);
}
EXPORT_SYMBOL_GPL(popcorn_self);

int popcorn_node_count(void)
{
	return READ_ONCE(node_count);
}
EXPORT_SYMBOL_GPL(popcorn_node_count);

int popcorn_get_node(int id, struct popcorn_node *node)
{
	int err = -ENXIO;

	spin_lock(&nodes_lock);
	if (id >= 0 && id < node_count) {
		*node = nodes[id];
		err = 0;
	}
	spin_unlock(&nodes_lock);
	return err;
}
EXPORT_SYMBOL_GPL(popcorn_get_node);

const char *popcorn_arch_name(enum popcorn_arch arch)
{
	switch (arch) {
	case POPCORN_ARCH_AARCH64:
		return "aarch64";
	case POPCORN_ARCH_X86_64:
		return "x86_64";
	default:
		return "unknown";
	}
}
EXPORT_SYMBOL_GPL(popcorn_arch_name);

int popcorn_register_node_notifier(struct notifier_block *block)
{
	return blocking_notifier_chain_register(&notifiers, block);
}
EXPORT_SYMBOL_GPL(popcorn_register_node_notifier);

int popcorn_unregister_node_notifier(struct notifier_block *block)
{
	return blocking_notifier_chain_unregister(&notifiers, block);
}
EXPORT_SYMBOL_GPL(popcorn_unregister_node_notifier);

bool popcorn_node_is_up(int id)
{
	struct popcorn_node node;

	return !popcorn_get_node(id, &node) && popcorn_node_takes_part(node.state);
}

void popcorn_init_nodes(const __be32 *addresses, int count, int self, u64 boot_id)
{
	int id;

	spin_lock(&nodes_lock);
	for (id = 0; id < count; id++)
		nodes[id] = (struct popcorn_node){
			.address = addresses[id],
			.state = id == self ? POPCORN_NODE_SELF : POPCORN_NODE_DOWN,
			.arch = id == self ? POPCORN_ARCH_HERE : POPCORN_ARCH_UNKNOWN,
			.boot_id = id == self ? boot_id : 0,
		};
	WRITE_ONCE(node_count, count);
	WRITE_ONCE(self_id, self);
	popcorn_changed(&popcorn_node_changes);
	spin_unlock(&nodes_lock);
}

void popcorn_clear_nodes(void)
{
	spin_lock(&nodes_lock);
	WRITE_ONCE(node_count, 0);
	WRITE_ONCE(self_id, -1);
	popcorn_changed(&popcorn_node_changes);
	spin_unlock(&nodes_lock);
}

void popcorn_node_joined(int id, enum popcorn_arch arch, u32 epoch, u64 boot_id)
{
	struct popcorn_node_event event = { .id = id, .epoch = epoch };
	struct popcorn_node *node = &nodes[id];
	struct popcorn_node before;

	spin_lock(&nodes_lock);
	before = *node;
	node->state = POPCORN_NODE_UP;
	node->arch = arch;
	node->epoch = epoch;
	node->boot_id = boot_id;
	popcorn_changed(&popcorn_node_changes);
	spin_unlock(&nodes_lock);

	popcorn_count(POPCORN_COUNT_JOINS);
	if (!before.epoch)
		pr_info("%4d joined, %s\n", id, popcorn_arch_name(arch));
	else
		pr_info("%4d joined, %s (back, %s, epoch %u)\n", id, popcorn_arch_name(arch),
			before.boot_id == boot_id ? "same boot" : "rebooted", epoch);
	blocking_notifier_call_chain(&notifiers, POPCORN_NODE_JOINED, &event);
}
EXPORT_SYMBOL_GPL(popcorn_node_joined);

void popcorn_node_lost(int id, u32 epoch, const char *why)
{
	struct popcorn_node_event event = { .id = id, .epoch = epoch };

	spin_lock(&nodes_lock);
	nodes[id].state = POPCORN_NODE_DOWN;
	popcorn_changed(&popcorn_node_changes);
	spin_unlock(&nodes_lock);

	popcorn_count(POPCORN_COUNT_LOSSES);
	popcorn_fail_requests(id);
	pr_warn("%4d lost, %s (epoch %u)\n", id, why, epoch);
	blocking_notifier_call_chain(&notifiers, POPCORN_NODE_LOST, &event);
}
EXPORT_SYMBOL_GPL(popcorn_node_lost);

/* The calling thread is about to wait for something from @node; a node that is none counts nothing. */
void popcorn_begin_wait(int node)
{
	if (node >= 0 && node < POPCORN_MAX_NODES)
		atomic_inc(&waiting[node]);
}

/* It waits no more: @node as in popcorn_begin_wait(). */
void popcorn_end_wait(int node)
{
	if (node >= 0 && node < POPCORN_MAX_NODES)
		atomic_dec(&waiting[node]);
}

void popcorn_node_silent(int id, unsigned int ms)
{
	struct popcorn_node *node = &nodes[id];
	unsigned long since;
	bool changes;

	spin_lock(&nodes_lock);
	since = node->silent_since;
	changes = node->state == (ms ? POPCORN_NODE_UP : POPCORN_NODE_SILENT);
	if (changes) {
		node->state = ms ? POPCORN_NODE_SILENT : POPCORN_NODE_UP;
		node->silent_since = jiffies - msecs_to_jiffies(ms);
		popcorn_changed(&popcorn_node_changes);
	}
	spin_unlock(&nodes_lock);
	if (!changes)
		return;
	if (ms) {
		popcorn_count(POPCORN_COUNT_SILENCES);
		pr_warn("%4d is silent for %u ms; %d threads wait for it\n", id, ms,
			atomic_read(&waiting[id]));
	} else {
		pr_info("%4d speaks again, after %u ms of silence\n", id,
			jiffies_to_msecs(jiffies - since));
	}
}
EXPORT_SYMBOL_GPL(popcorn_node_silent);

void popcorn_node_disconnected(int id, const char *why)
{
	pr_info("%4d disconnected, %s; its session waits\n", id, why);
}
EXPORT_SYMBOL_GPL(popcorn_node_disconnected);

void popcorn_node_reconnected(int id)
{
	popcorn_count(POPCORN_COUNT_RECONNECTIONS);
	pr_info("%4d reconnected, its session goes on\n", id);
}
EXPORT_SYMBOL_GPL(popcorn_node_reconnected);

/* What is written to /proc/popcorn_peers: "gone NODE BOOT-ID". */
int popcorn_command_nodes(char *command)
{
	unsigned long long boot_id;
	int node, end = 0;

	if (sscanf(command, "gone %d %llx%n", &node, &boot_id, &end) != 2 || command[end])
		return -EINVAL;
	return popcorn_give_up_node(node, boot_id);
}

/*
 * /proc/popcorn_peers: mark, id and address as Popcorn Linux prints them, then our columns: arch,
 * state, epoch, boot id, for how many ms the node has been silent (0 if it is not), and how many
 * threads here wait for something from it.
 */
int popcorn_show_nodes(struct seq_file *file, void *unused)
{
	unsigned int silent_ms;
	int id;

	spin_lock(&nodes_lock);
	for (id = 0; id < node_count; id++) {
		const struct popcorn_node *node = &nodes[id];

		silent_ms = node->state == POPCORN_NODE_SILENT ?
				    jiffies_to_msecs(jiffies - node->silent_since) :
				    0;
		seq_printf(file, "%c %3d  %pI4  %s  %s  %u  %016llx  %u  %d\n",
			   id == self_id ? '*' : ' ', id, &node->address,
			   popcorn_arch_name(node->arch), state_names[node->state], node->epoch,
			   node->boot_id, silent_ms, atomic_read(&waiting[id]));
	}
	spin_unlock(&nodes_lock);
	return 0;
}
