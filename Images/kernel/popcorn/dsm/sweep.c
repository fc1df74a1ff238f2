// SPDX-License-Identifier: GPL-2.0
/*
 * Steps that have to wait for something else than a message: a fresh page that its thread has
 * not used yet, or a send queue without room.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/jiffies.h>
#include <popcorn/node.h>
#include "dsm.h"

#define RETRY    1 /* jiffies */
#define PATIENCE (HZ / 50 + 1)

/* Lets the sweeper look at the entry, at the latest after @delay jiffies. The entry is locked. */
void popcorn_sweep_later(struct space *space, struct entry *entry, unsigned long delay)
{
	spin_lock(&space->sweep_lock);
	if (list_empty(&entry->sweep))
		list_add_tail(&entry->sweep, &space->sweep_list);
	spin_unlock(&space->sweep_lock);
	if (!delay)
		mod_delayed_work(popcorn_dsm_queue, &space->sweeper, 0);
	else
		queue_delayed_work(popcorn_dsm_queue, &space->sweeper, delay);
}

/* Defers what would take a fresh page away. The entry is locked. */
bool popcorn_defer_for_turn(struct space *space, struct entry *entry)
{
	if (!entry->fresh)
		return false;
	entry->deadline = jiffies + PATIENCE;
	count_space(space, SPACE_DEFERRED);
	popcorn_sweep_later(space, entry, PATIENCE);
	return true;
}

/* The thread that waited for the page has its turn now: the page is locked until it is mapped. */
void popcorn_mapped_entry(struct space *space, struct entry *entry)
{
	if (!entry->fresh)
		return;
	entry->fresh = false;
	if (entry->demand || entry->stalled)
		popcorn_sweep_later(space, entry, 0);
}

static void sweep_entry(struct space *space, struct entry *entry)
{
	bool again = false;

	mutex_lock(&entry->lock);
	if (entry->fresh && time_before(jiffies, entry->deadline)) {
		popcorn_sweep_later(space, entry, entry->deadline - jiffies);
		mutex_unlock(&entry->lock);
		return;
	}
	entry->fresh = false;
	if (entry->demand)
		again = !popcorn_serve_demand(space, entry);
	if (entry->stalled) {
		entry->stalled = false;
		popcorn_home_continue(space, entry);
	}
	if (again)
		popcorn_sweep_later(space, entry, RETRY);
	mutex_unlock(&entry->lock);
}

static void sweep(struct work_struct *work)
{
	struct space *space = container_of(to_delayed_work(work), struct space, sweeper);
	struct entry *entry;
	LIST_HEAD(entries);

	spin_lock(&space->sweep_lock);
	list_splice_init(&space->sweep_list, &entries);
	while (!list_empty(&entries)) {
		entry = list_first_entry(&entries, struct entry, sweep);
		list_del_init(&entry->sweep);
		spin_unlock(&space->sweep_lock);
		sweep_entry(space, entry);
		spin_lock(&space->sweep_lock);
	}
	spin_unlock(&space->sweep_lock);
}

void popcorn_init_sweeper(struct space *space)
{
	spin_lock_init(&space->sweep_lock);
	INIT_LIST_HEAD(&space->sweep_list);
	INIT_DELAYED_WORK(&space->sweeper, sweep);
}
