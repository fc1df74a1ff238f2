// SPDX-License-Identifier: GPL-2.0
/* Spaces: making, finding, leaving and losing them. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/pseudo_fs.h>
#include <linux/slab.h>
#include "../core.h"
#include "dsm.h"

#define SPACE_MAGIC 0x70636e73

static LIST_HEAD(all_spaces);
static DEFINE_MUTEX(spaces_mutex); /* protects all_spaces */
static atomic_t space_count;
static struct vfsmount *space_mount;

/* A space is in the table until it is left or killed; its memory lives as long as its users. */
struct listed_space {
	struct space space;
	struct list_head list; /* in all_spaces, protected by spaces_mutex */
	bool listed;
};

static struct listed_space *listed(struct space *space)
{
	return container_of(space, struct listed_space, space);
}

/* Without .owner: kern_mount() would hold this module for ever. */
static int init_space_fs(struct fs_context *context)
{
	return init_pseudo(context, SPACE_MAGIC) ? 0 : -ENOMEM;
}

static struct file_system_type space_fs = {
	.name = "popcorn_space",
	.init_fs_context = init_space_fs,
	.kill_sb = kill_anon_super,
};

static const struct address_space_operations space_mapping_ops = {
	.dirty_folio = noop_dirty_folio,
};

int popcorn_space_count(void)
{
	return atomic_read(&space_count);
}

static struct space *find_locked(u64 id)
{
	struct listed_space *one;

	list_for_each_entry (one, &all_spaces, list)
		if (one->space.id == id)
			return &one->space;
	return NULL;
}

/**
 * popcorn_space_create() - a space that this node has not had before
 * @id: of the process
 * @home: its origin
 * @at_home: whether that is this node
 *
 * Return: the space, with one reference for the caller and one until popcorn_space_leave();
 * -EBUSY if there is one with this id.
 */
struct space *popcorn_space_create(u64 id, int home, bool at_home)
{
	struct listed_space *new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	struct space *space;
	int err = 0;

	if (!new)
		return ERR_PTR(-ENOMEM);
	space = &new->space;
	space->inode = alloc_anon_inode(space_mount->mnt_sb);
	if (IS_ERR(space->inode)) {
		err = PTR_ERR(space->inode);
		kfree(new);
		return ERR_PTR(err);
	}
	space->inode->i_mapping->a_ops = &space_mapping_ops;
	space->id = id;
	space->home = home;
	space->at_home = at_home;
	refcount_set(&space->ref, 2);
	xa_init(&space->pages);
	spin_lock_init(&space->regions_lock);
	spin_lock_init(&space->trackers_lock);
	INIT_LIST_HEAD(&space->trackers);
	popcorn_init_sweeper(space);

	mutex_lock(&spaces_mutex);
	if (find_locked(id)) {
		err = -EBUSY;
	} else {
		list_add_tail(&new->list, &all_spaces);
		new->listed = true;
		atomic_inc(&space_count);
	}
	mutex_unlock(&spaces_mutex);
	if (err) {
		iput(space->inode);
		kfree(new);
		return ERR_PTR(err);
	}
	return space;
}

struct space *popcorn_space_find(u64 id)
{
	struct space *space;

	mutex_lock(&spaces_mutex);
	space = find_locked(id);
	if (space)
		refcount_inc(&space->ref);
	mutex_unlock(&spaces_mutex);
	return space;
}

static void free_pages_of(struct space *space)
{
	struct entry *entry;
	unsigned long number;

	xa_for_each (&space->pages, number, entry) {
		popcorn_drop_page(space, entry);
		kfree(entry);
	}
	xa_destroy(&space->pages);
}

void popcorn_space_put(struct space *space)
{
	if (!refcount_dec_and_test(&space->ref))
		return;
	cancel_delayed_work_sync(&space->sweeper);
	free_pages_of(space);
	WARN_ON(atomic_read(&space->resident));
	iput(space->inode);
	kfree(listed(space));
	atomic_dec(&space_count);
	popcorn_changed(&popcorn_ps_changes);
}

static bool unlist(struct space *space)
{
	struct listed_space *one = listed(space);
	bool was;

	mutex_lock(&spaces_mutex);
	was = one->listed;
	if (was) {
		list_del(&one->list);
		one->listed = false;
	}
	mutex_unlock(&spaces_mutex);
	return was;
}

static void forget(struct space *space)
{
	if (unlist(space))
		popcorn_space_put(space);
}

/* Each function call may sleep; spaces that come or go meanwhile may be missed. */
void popcorn_space_each(void (*function)(struct space *space, void *data), void *data)
{
	struct listed_space *one;
	struct space **list;
	int count = 0, i, room;

	mutex_lock(&spaces_mutex);
	room = atomic_read(&space_count);
	list = kvmalloc_array(room + 1, sizeof(*list), GFP_KERNEL);
	if (list) {
		list_for_each_entry (one, &all_spaces, list) {
			if (count > room)
				break;
			refcount_inc(&one->space.ref);
			list[count++] = &one->space;
		}
	}
	mutex_unlock(&spaces_mutex);
	for (i = 0; i < count; i++) {
		function(list[i], data);
		popcorn_space_put(list[i]);
	}
	kvfree(list);
}

/* What a full queue or short memory refuses is worth another try. */
static bool shall_retry(int err)
{
	if (err != -EAGAIN && err != -ENOMEM)
		return false;
	schedule_timeout_uninterruptible(1);
	return true;
}

/*
 * Gives up one page. The mutex of each is taken after "leaving" was set, and demands are served
 * under it: so none is served after its page was returned, or after SPACE_LEAVE.
 */
static int return_page(struct space *space, struct entry *entry)
{
	bool owned;
	int err = 0;

	mutex_lock(&entry->lock);
	owned = entry->page && (entry->access == ACCESS_WRITE || entry->returning);
	entry->returning = owned;
	popcorn_lower_access(space, entry, ACCESS_NONE);
	if (owned && !READ_ONCE(space->dead))
		err = popcorn_send_page(space, entry, space->home, POPCORN_TYPE_PAGE_RETURN,
					POPCORN_PAGE_DATA);
	mutex_unlock(&entry->lock);
	return err;
}

static void return_pages(struct space *space)
{
	struct entry *entry;
	unsigned long number;

	WRITE_ONCE(space->leaving, true);
	xa_for_each (&space->pages, number, entry)
		while (shall_retry(return_page(space, entry)))
			;
}

static int post_leave(struct space *space)
{
	struct popcorn_space_message body = { .space = cpu_to_le64(space->id) };
	struct popcorn_message message = {
		.type = POPCORN_TYPE_SPACE_LEAVE,
		.head = &body,
		.head_size = sizeof(body),
	};

	return popcorn_post(space->home, &message);
}

/* Out of the table and out of the home's list in one: what comes later is for a later worker. */
static int try_leave(struct space *space)
{
	struct listed_space *one = listed(space);
	int err = 0;

	mutex_lock(&spaces_mutex);
	if (!one->listed) {
		err = -EALREADY;
	} else {
		if (!READ_ONCE(space->dead))
			err = post_leave(space);
		if (err != -EAGAIN && err != -ENOMEM) {
			list_del(&one->list);
			one->listed = false;
			err = 0;
		}
	}
	mutex_unlock(&spaces_mutex);
	return err;
}

/**
 * popcorn_space_leave() - this node has no more use for the space
 *
 * No mapping of it is left here. Elsewhere than at home, what was owned goes back home. At
 * home, other nodes may still hold pages; the space stays in the table until they have left.
 */
void popcorn_space_leave(struct space *space)
{
	int err;

	if (space->at_home) {
		WRITE_ONCE(space->dead, true);
		smp_mb(); /* against popcorn_space_lose_member() */
		if (!READ_ONCE(space->members))
			forget(space);
		return;
	}
	return_pages(space);
	do {
		err = try_leave(space);
	} while (shall_retry(err));
	if (!err)
		popcorn_space_put(space);
}

/* Ends all waiting for pages. For a node's loss, see there. */
static void fail_requests(struct space *space)
{
	struct entry *entry;
	unsigned long number;

	xa_for_each (&space->pages, number, entry) {
		mutex_lock(&entry->lock);
		if (entry->pending)
			popcorn_finish_request(entry, entry->access, -EHOSTDOWN);
		entry->demand = 0;
		mutex_unlock(&entry->lock);
	}
}

/**
 * popcorn_space_kill() - the home is lost: nothing can be had from it any more
 *
 * Called before the home may be connected again. Whoever sends to the home does it under an
 * entry's mutex, or spaces_mutex, after a look at "dead", and each of these is taken here after
 * that was set: so nothing of this space goes out on a later connection.
 */
void popcorn_space_kill(struct space *space)
{
	WRITE_ONCE(space->dead, true);
	fail_requests(space);
	forget(space);
}

bool popcorn_space_has_member(struct space *space, int node)
{
	return node == space->home || test_bit(node, &space->members);
}

void popcorn_space_add_member(struct space *space, int node)
{
	set_bit(node, &space->members);
}

/* At the home: @node has left, orderly (it returned its pages) or not (they are lost). */
void popcorn_space_lose_member(struct space *space, int node, bool orderly)
{
	struct entry *entry;
	unsigned long number;

	if (!test_and_clear_bit(node, &space->members))
		return;
	xa_for_each (&space->pages, number, entry) {
		mutex_lock(&entry->lock);
		popcorn_home_lose_node(space, entry, node, orderly);
		mutex_unlock(&entry->lock);
	}
	if (READ_ONCE(space->dead) && !READ_ONCE(space->members))
		forget(space);
}

int popcorn_init_spaces(void)
{
	space_mount = kern_mount(&space_fs);
	return PTR_ERR_OR_ZERO(space_mount);
}

void popcorn_exit_spaces(void)
{
	WARN_ON(popcorn_space_count());
	kern_unmount(space_mount);
}
