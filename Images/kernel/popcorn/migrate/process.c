// SPDX-License-Identifier: GPL-2.0
/* Migratable processes at their origin. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/file.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "../core.h"
#include "../dsm/dsm.h"
#include "migrate.h"

#define ORIGIN_SHIFT 56 /* the top byte of an id is the origin, the rest is random */

static LIST_HEAD(processes);
static DEFINE_MUTEX(processes_mutex); /* protects the list */

static struct space *create_space(int self)
{
	struct space *space;
	u64 id;

	do {
		id = (u64)self << ORIGIN_SHIFT | get_random_u64() >> (64 - ORIGIN_SHIFT);
		space = popcorn_space_create(id, self, true);
	} while (space == ERR_PTR(-EBUSY));
	return space;
}

static int identify(struct process *process)
{
	struct file *program;
	int err;

	err = popcorn_check_program();
	if (err)
		return err;
	program = popcorn_current_program();
	if (!program)
		return -ENOENT;
	err = popcorn_read_build_id(program, &process->build_id);
	fput(program);
	return err;
}

/* The calling process becomes migratable. */
struct process *popcorn_process_create(const struct popcorn_create *create)
{
	struct process *process;
	int self = popcorn_self();
	int err;

	if (self < 0)
		return ERR_PTR(-ENXIO);
	if (create->flags || !valid_signal(create->move_signal) ||
	    !valid_signal(create->kick_signal))
		return ERR_PTR(-EINVAL);
	process = kzalloc(sizeof(*process), GFP_KERNEL_ACCOUNT);
	if (!process)
		return ERR_PTR(-ENOMEM);
	err = identify(process);
	if (err)
		goto free;
	process->space = create_space(self);
	if (IS_ERR(process->space)) {
		err = PTR_ERR(process->space);
		goto free;
	}
	kref_init(&process->ref);
	mutex_init(&process->lock);
	INIT_LIST_HEAD(&process->threads);
	process->id = process->space->id;
	process->self = self;
	process->tgid = get_pid(task_tgid(current));
	process->move_signal = create->move_signal;
	process->kick_signal = create->kick_signal;
	mutex_lock(&processes_mutex);
	list_add_tail(&process->list, &processes);
	mutex_unlock(&processes_mutex);
	popcorn_changed(&popcorn_ps_changes);
	return process;

free:
	kfree(process);
	return ERR_PTR(err);
}

static void free_process(struct kref *ref)
{
	struct process *process = container_of(ref, struct process, ref);

	popcorn_unreserve(process);
	popcorn_free_threads(process);
	popcorn_space_put(process->space);
	put_pid(process->tgid);
	kvfree(process->spec);
	kfree(process);
}

void popcorn_process_put(struct process *process)
{
	kref_put(&process->ref, free_process);
}

struct process *popcorn_process_find(u64 id)
{
	struct process *process, *found = NULL;

	mutex_lock(&processes_mutex);
	list_for_each_entry (process, &processes, list) {
		if (process->id == id) {
			kref_get(&process->ref);
			found = process;
			break;
		}
	}
	mutex_unlock(&processes_mutex);
	return found;
}

struct process *popcorn_process_of_pid(struct pid *tgid)
{
	struct process *process, *found = NULL;

	mutex_lock(&processes_mutex);
	list_for_each_entry (process, &processes, list) {
		if (process->tgid == tgid) {
			kref_get(&process->ref);
			found = process;
			break;
		}
	}
	mutex_unlock(&processes_mutex);
	return found;
}

/* Holds up the birth and death of processes meanwhile. */
void popcorn_process_each(void (*function)(struct process *process, void *data), void *data)
{
	struct process *process;

	mutex_lock(&processes_mutex);
	list_for_each_entry (process, &processes, list)
		function(process, data);
	mutex_unlock(&processes_mutex);
}

static void kill_worker(const struct process *process, int node)
{
	struct popcorn_worker_message body = { .process = cpu_to_le64(process->id) };
	struct popcorn_message message = {
		.type = POPCORN_TYPE_WORKER_KILL,
		.head = &body,
		.head_size = sizeof(body),
	};
	int err = popcorn_post(node, &message);

	if (err && err != -EHOSTDOWN && err != -ECONNRESET)
		pr_warn("process %#llx: its worker on node %d was not killed: error %d\n",
			process->id, node, err);
}

/* The process has exited or is about to: ends its workers. May be called again. */
void popcorn_process_end(struct process *process)
{
	bool ended;
	int node;

	mutex_lock(&processes_mutex);
	mutex_lock(&process->lock);
	ended = process->ended;
	process->ended = true;
	if (!ended) {
		list_del(&process->list);
		for (node = 0; node < POPCORN_MAX_NODES; node++)
			if (process->workers[node] != WORKER_NONE)
				kill_worker(process, node);
	}
	mutex_unlock(&process->lock);
	mutex_unlock(&processes_mutex);
	if (!ended)
		WRITE_ONCE(process->space->dead, true);
	popcorn_changed(&popcorn_ps_changes);
}

static void announce_region(const struct process *process, const struct popcorn_region_info *region,
			    int node)
{
	struct popcorn_worker_region body = {
		.process = cpu_to_le64(process->id),
		.index = cpu_to_le32(region->index),
		.region.address = cpu_to_le64(region->address),
		.region.size = cpu_to_le64(region->size),
	};
	struct popcorn_message message = {
		.type = POPCORN_TYPE_WORKER_REGION,
		.head = &body,
		.head_size = sizeof(body),
	};

	popcorn_post(node, &message);
}

/* The lock keeps a worker that starts meanwhile from missing the region. */
int popcorn_process_add_region(struct process *process, struct popcorn_region_info *region)
{
	int node, err;

	mutex_lock(&process->lock);
	err = popcorn_add_region(process->space, region);
	for (node = 0; node < POPCORN_MAX_NODES && !err; node++)
		if (process->workers[node] != WORKER_NONE)
			announce_region(process, region, node);
	mutex_unlock(&process->lock);
	return err;
}
