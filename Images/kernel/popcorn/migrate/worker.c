// SPDX-License-Identifier: GPL-2.0
/* Workers: the process at this node whose threads have their origin at another. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/file.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "../core.h"
#include "../dsm/dsm.h"
#include "migrate.h"

static LIST_HEAD(workers);
static DEFINE_MUTEX(workers_mutex); /* protects the list */

static bool has_id(const struct worker *worker, const void *id)
{
	/* One that has lost its origin is not what a new connection means. */
	return worker->id == *(const u64 *)id && !READ_ONCE(worker->orphan);
}

static bool has_pid(const struct worker *worker, const void *pid)
{
	return READ_ONCE(worker->pid) == pid;
}

static struct worker *find(bool (*matches)(const struct worker *worker, const void *key),
			   const void *key)
{
	struct worker *worker, *found = NULL;

	mutex_lock(&workers_mutex);
	list_for_each_entry (worker, &workers, list) {
		if (matches(worker, key)) {
			kref_get(&worker->ref);
			found = worker;
			break;
		}
	}
	mutex_unlock(&workers_mutex);
	return found;
}

struct worker *popcorn_worker_find(u64 id)
{
	return find(has_id, &id);
}

struct worker *popcorn_worker_of_pid(struct pid *tgid)
{
	return find(has_pid, tgid);
}

/* A process proves that it is a worker by being it. */
struct worker *popcorn_worker_of_current(void)
{
	return popcorn_worker_of_pid(task_tgid(current));
}

static void free_worker(struct kref *ref)
{
	struct worker *worker = container_of(ref, struct worker, ref);

	popcorn_free_guests(worker);
	popcorn_space_put(worker->space);
	put_pid(worker->pid);
	kvfree(worker);
}

void popcorn_worker_put(struct worker *worker)
{
	kref_put(&worker->ref, free_worker);
}

/* Holds up the birth and death of workers meanwhile. */
void popcorn_worker_each(void (*function)(struct worker *worker, void *data), void *data)
{
	struct worker *worker;

	mutex_lock(&workers_mutex);
	list_for_each_entry (worker, &workers, list)
		function(worker, data);
	mutex_unlock(&workers_mutex);
}

void popcorn_unlist_worker(struct worker *worker)
{
	mutex_lock(&workers_mutex);
	list_del(&worker->list);
	mutex_unlock(&workers_mutex);
	popcorn_changed(&popcorn_ps_changes);
	popcorn_worker_put(worker);
}

struct build_id popcorn_expected_build_id(const struct worker *worker)
{
	struct build_id id = { .size = le32_to_cpu(worker->spec.build_id_size) };

	memcpy(id.bytes, worker->spec.build_id, sizeof(id.bytes));
	return id;
}

static int post_about(int node, u64 id, u16 type, int status)
{
	struct popcorn_worker_message body = {
		.process = cpu_to_le64(id),
		.status = cpu_to_le32(status),
	};
	struct popcorn_message message = {
		.type = type,
		.head = &body,
		.head_size = sizeof(body),
	};

	return popcorn_post(node, &message);
}

/* Tells the origin, unless it is lost: the loss takes the lock, too. */
int popcorn_worker_report(struct worker *worker, u16 type, int status)
{
	int err;

	lockdep_assert_held(&worker->lock);
	if (worker->orphan)
		return -EHOSTDOWN;
	err = post_about(worker->origin, worker->id, type, status);
	if (err && err != -EHOSTDOWN && err != -ECONNRESET)
		pr_warn("node %d was not told about process %#llx: error %d\n", worker->origin,
			worker->id, err);
	return err;
}

/* The worker ends as soon as it can. */
void popcorn_worker_kill(struct worker *worker)
{
	mutex_lock(&worker->lock);
	worker->dead = true;
	if (worker->pid)
		kill_pid(worker->pid, SIGKILL, 1);
	wake_up_all(&worker->wait);
	mutex_unlock(&worker->lock);
}

static int check_identity(const struct worker *worker)
{
	struct build_id expected = popcorn_expected_build_id(worker), id;
	struct file *program = popcorn_current_program();
	int err;

	if (!program)
		return -ENOENT;
	err = popcorn_read_build_id(program, &id);
	fput(program);
	if (err)
		return err;
	return id.size == expected.size && !memcmp(id.bytes, expected.bytes, id.size) ? 0 : -ESTALE;
}

/* The program runs and is the right one: it may take threads. */
int popcorn_worker_attach(struct worker *worker, struct popcorn_attach *attach)
{
	const struct popcorn_worker_start *spec = &worker->spec;
	int err = check_identity(worker);

	if (err)
		return err;
	mutex_lock(&worker->lock);
	if (worker->attached || worker->dead) {
		err = -EBUSY;
	} else {
		worker->attached = true;
		err = popcorn_worker_report(worker, POPCORN_TYPE_WORKER_READY, 0);
	}
	mutex_unlock(&worker->lock);
	*attach = (struct popcorn_attach){
		.id = worker->id,
		.origin = worker->origin,
		.self = popcorn_self(),
		.pid = le32_to_cpu(spec->pid),
		.ppid = le32_to_cpu(spec->ppid),
		.pgid = le32_to_cpu(spec->pgid),
		.sid = le32_to_cpu(spec->sid),
		.regions = READ_ONCE(worker->space->region_count),
		.move_signal = le16_to_cpu(spec->move_signal),
	};
	return err;
}

static bool is_terminated(const char *text)
{
	return strnlen(text, POPCORN_PATH) < POPCORN_PATH;
}

static int check_spec(const struct popcorn_worker_start *spec, int origin)
{
	if (le64_to_cpu(spec->process) >> 56 != origin || spec->path[0] != '/' ||
	    !is_terminated(spec->path) || !is_terminated(spec->cwd) ||
	    le32_to_cpu(spec->group_count) > POPCORN_GROUPS ||
	    le32_to_cpu(spec->region_count) > POPCORN_REGIONS ||
	    le32_to_cpu(spec->build_id_size) > POPCORN_BUILD_ID ||
	    !valid_signal(le16_to_cpu(spec->move_signal)))
		return -EPROTO;
	return 0;
}

static int add_region(struct worker *worker, const struct popcorn_wire_region *wire)
{
	struct popcorn_region_info region = {
		.address = le64_to_cpu(wire->address),
		.size = le64_to_cpu(wire->size),
	};

	return popcorn_add_region(worker->space, &region);
}

static struct worker *new_worker(const struct popcorn_worker_start *spec, int origin)
{
	struct worker *worker = kvzalloc(sizeof(*worker), GFP_KERNEL);
	u32 i, count = le32_to_cpu(spec->region_count);
	int err = 0;

	if (!worker)
		return ERR_PTR(-ENOMEM);
	worker->id = le64_to_cpu(spec->process);
	worker->origin = origin;
	worker->space = popcorn_space_create(worker->id, origin, false);
	if (IS_ERR(worker->space)) {
		err = PTR_ERR(worker->space);
		kvfree(worker);
		return ERR_PTR(err);
	}
	worker->spec = *spec;
	popcorn_local_path(spec->path, worker->path);
	kref_init(&worker->ref);
	mutex_init(&worker->lock);
	INIT_LIST_HEAD(&worker->arrivals);
	INIT_LIST_HEAD(&worker->guests);
	init_waitqueue_head(&worker->wait);
	for (i = 0; i < count && !err; i++)
		err = add_region(worker, &spec->regions[i]);
	if (!err)
		return worker;
	popcorn_space_leave(worker->space);
	popcorn_worker_put(worker);
	return ERR_PTR(err);
}

/* Also tells the memory's home that there is nothing here. */
static void refuse_start(const struct popcorn_received *message, int error)
{
	const struct popcorn_worker_start *spec = message->payload;
	struct popcorn_space_message body = { .space = spec->process };
	struct popcorn_message leave = {
		.type = POPCORN_TYPE_SPACE_LEAVE,
		.head = &body,
		.head_size = sizeof(body),
	};

	if (error != -EBUSY) /* then the space that there is will be left */
		popcorn_post(message->sender.node, &leave);
	post_about(message->sender.node, le64_to_cpu(spec->process), POPCORN_TYPE_WORKER_EXIT,
		   error);
}

static void handle_start(const struct popcorn_received *message)
{
	const struct popcorn_worker_start *spec = message->payload;
	struct worker *worker;
	int err;

	err = check_spec(spec, message->sender.node);
	worker = err ? ERR_PTR(err) : new_worker(spec, message->sender.node);
	if (IS_ERR(worker)) {
		refuse_start(message, PTR_ERR(worker));
		return;
	}
	mutex_lock(&workers_mutex);
	kref_get(&worker->ref); /* for the list */
	list_add_tail(&worker->list, &workers);
	mutex_unlock(&workers_mutex);
	err = popcorn_launch(worker);
	if (err) {
		popcorn_space_leave(worker->space);
		post_about(worker->origin, worker->id, POPCORN_TYPE_WORKER_EXIT, err);
		popcorn_unlist_worker(worker);
		popcorn_worker_put(worker);
	}
}

/* The worker that a message of its origin speaks of; NULL if there is none, or it is a stranger's. */
struct worker *popcorn_worker_told(const struct popcorn_received *message, __le64 id)
{
	struct worker *worker = popcorn_worker_find(le64_to_cpu(id));

	if (!worker || worker->origin == message->sender.node)
		return worker;
	popcorn_worker_put(worker);
	return NULL;
}

static void handle_region(const struct popcorn_received *message)
{
	const struct popcorn_worker_region *body = message->payload;
	struct worker *worker = popcorn_worker_told(message, body->process);
	int err;

	if (!worker)
		return;
	err = add_region(worker, &body->region);
	if (err)
		pr_warn_ratelimited("node %d declared a bad region: error %d\n", worker->origin,
				    err);
	popcorn_worker_put(worker);
}

static void handle_kill(const struct popcorn_received *message)
{
	const struct popcorn_worker_message *body = message->payload;
	struct worker *worker = popcorn_worker_told(message, body->process);

	if (!worker)
		return;
	popcorn_worker_kill(worker);
	popcorn_worker_put(worker);
}

const struct popcorn_handler popcorn_worker_start_handler = {
	.type = POPCORN_TYPE_WORKER_START,
	.name = "WORKER_START",
	.min_size = sizeof(struct popcorn_worker_start),
	.max_size = sizeof(struct popcorn_worker_start),
	.handle = handle_start,
};

const struct popcorn_handler popcorn_worker_region_handler = {
	.type = POPCORN_TYPE_WORKER_REGION,
	.name = "WORKER_REGION",
	.min_size = sizeof(struct popcorn_worker_region),
	.max_size = sizeof(struct popcorn_worker_region),
	.handle = handle_region,
};

const struct popcorn_handler popcorn_worker_kill_handler = {
	.type = POPCORN_TYPE_WORKER_KILL,
	.name = "WORKER_KILL",
	.min_size = sizeof(struct popcorn_worker_message),
	.max_size = sizeof(struct popcorn_worker_message),
	.handle = handle_kill,
};
