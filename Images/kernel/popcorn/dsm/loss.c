// SPDX-License-Identifier: GPL-2.0
/* What the loss or the leaving of a node means for a page, at its home. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/bitops.h>
#include "dsm.h"

/* The only valid copy is gone. The entry is locked. */
void popcorn_lose_page(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;

	if (!dir->lost)
		pr_warn_ratelimited("process %#llx: page %#llx is lost with node %d\n", space->id,
				    entry->number << PAGE_SHIFT, dir->owner);
	dir->lost = true;
	dir->owner = space->home;
	dir->sharers = BIT(space->home);
}

/*
 * @node has left or is lost. If it left orderly, it returned what it had changed: a page that
 * it still seems to own it never saw, and the copy here is as good. The entry is locked.
 */
void popcorn_home_lose_node(struct space *space, struct entry *entry, int node, bool orderly)
{
	struct directory *dir = &entry->dir;

	if (dir->owner == node && orderly) {
		dir->owner = space->home;
		dir->sharers = BIT(space->home);
		entry->access = ACCESS_WRITE;
	} else if (dir->owner == node) {
		popcorn_lose_page(space, entry);
	}
	dir->sharers &= ~BIT(node);
	dir->readers &= ~BIT(node);
	dir->writers &= ~BIT(node);
	if (dir->awaited & BIT(node)) {
		dir->awaited &= ~BIT(node);
		popcorn_home_continue(space, entry);
	}
}
