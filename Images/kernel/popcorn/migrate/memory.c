// SPDX-License-Identifier: GPL-2.0
/*
 * How much memory processes may have. A process says how much it is about to use, before it
 * touches any of it (POPCORN_IOC_RESERVE): at every node that it goes to, its pages may all be.
 *
 * Each node tells the others how much it holds of one process. A process is refused what a node
 * would not hold where it is at home or has a worker, and a hop to a node that does not hold what
 * it has. What processes of one origin reserve together is limited too; what those of different
 * origins do at one node is not known here.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/mm.h>
#include <linux/uaccess.h>
#include "../dsm/dsm.h"
#include "migrate.h"

static u64 memory_of[POPCORN_MAX_NODES]; /* bytes, as the node says; 0: not known */
static u64 reserved;                     /* by all processes of this node; under reserve_lock */
static DEFINE_SPINLOCK(reserve_lock);

/* Beside what is reserved, a process has stacks, and pages that it gave back while others had them. */
static u64 share(u64 bytes)
{
	return bytes - bytes / 8;
}

static u64 memory_here(void)
{
	return share(popcorn_space_limit());
}

/* A quarter is for the kernel, and for programs that do not move. */
static u64 memory_for_all(void)
{
	u64 all = (u64)totalram_pages() << PAGE_SHIFT;

	return all - all / 4;
}

void popcorn_tell_memory(int node)
{
	struct popcorn_node_memory body = { .bytes = cpu_to_le64(memory_here()) };
	struct popcorn_message message = {
		.type = POPCORN_TYPE_NODE_MEMORY,
		.head = &body,
		.head_size = sizeof(body),
	};

	popcorn_post(node, &message);
}

static void tell_all(void)
{
	struct popcorn_node info;
	int node;

	for (node = 0; node < popcorn_node_count(); node++)
		if (!popcorn_get_node(node, &info) && popcorn_node_takes_part(info.state))
			popcorn_tell_memory(node);
}

void popcorn_init_memory(void)
{
	popcorn_watch_space_limit(tell_all);
}

void popcorn_forget_memory(int node)
{
	WRITE_ONCE(memory_of[node], 0);
}

static void handle_memory(const struct popcorn_received *message)
{
	const struct popcorn_node_memory *body = message->payload;

	WRITE_ONCE(memory_of[message->sender.node], le64_to_cpu(body->bytes));
}

const struct popcorn_handler popcorn_node_memory_handler = {
	.type = POPCORN_TYPE_NODE_MEMORY,
	.name = "NODE_MEMORY",
	.min_size = sizeof(struct popcorn_node_memory),
	.max_size = sizeof(struct popcorn_node_memory),
	.handle = handle_memory,
};

/*
 * What @size bytes that will be used and @data that may be come to where there are @limit. Much
 * data is often hardly used, and leaves a quarter to the rest.
 */
static u64 total(u64 size, u64 data, u64 limit)
{
	return size + min(data, limit - limit / 4);
}

/* Whether a node that has no worker yet would hold the process. */
bool popcorn_has_room(const struct process *process, int node)
{
	u64 there = READ_ONCE(memory_of[node]);

	lockdep_assert_held(&process->lock);
	return !there || total(process->reserved, process->data, there) <= there;
}

/* What the process may reserve, whatever others do. */
static u64 limit_of(const struct process *process)
{
	u64 limit = memory_here(), there;
	int node;

	lockdep_assert_held(&process->lock);
	for (node = 0; node < POPCORN_MAX_NODES; node++) {
		there = READ_ONCE(memory_of[node]);
		if (process->workers[node] != WORKER_NONE && there)
			limit = min(limit, there);
	}
	return limit;
}

/* What the process holds already it keeps. */
static int change(struct process *process, const struct popcorn_memory *memory, u64 limit)
{
	u64 sum = total(memory->size, memory->data, limit);
	int err = 0;

	spin_lock(&reserve_lock);
	if (memory->size > process->reserved &&
	    (sum > limit || sum < memory->size ||
	     reserved - process->counted + sum > memory_for_all())) {
		err = -ENOMEM;
	} else {
		reserved += sum - process->counted;
		process->counted = sum;
		process->reserved = memory->size;
		process->data = memory->data;
	}
	spin_unlock(&reserve_lock);
	return err;
}

int popcorn_reserve(struct process *process, struct popcorn_memory __user *user)
{
	struct popcorn_memory memory;
	int err;

	if (copy_from_user(&memory, user, sizeof(memory)))
		return -EFAULT;
	mutex_lock(&process->lock);
	memory.limit = limit_of(process);
	err = process->ended ? -ESRCH : change(process, &memory, memory.limit);
	mutex_unlock(&process->lock);
	if (copy_to_user(user, &memory, sizeof(memory)))
		return -EFAULT;
	return err;
}

void popcorn_unreserve(struct process *process)
{
	const struct popcorn_memory nothing = {};

	change(process, &nothing, 0);
}
