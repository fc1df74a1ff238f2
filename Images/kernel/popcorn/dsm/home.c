// SPDX-License-Identifier: GPL-2.0
/*
 * The home of a page: serves one request at a time, in three stages.
 *
 *	begin()		the request becomes the page's asker
 *	collect()	takes the page from its owner, or from its sharers if the asker writes;
 *			while dir->awaited names nodes, their answers continue the request
 *	grant()		gives it to the asker
 *
 * Requests that come meanwhile wait in dir->readers and dir->writers, a bit per node, for a
 * node has at most one request per page under way. They are served round robin.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/bitops.h>
#include <linux/module.h>
#include "dsm.h"

static bool migratory = true;
module_param(migratory, bool, 0644);
MODULE_PARM_DESC(migratory,
		 "give write access at once to pages that are always read, then written");

enum progress {
	DONE,
	WAITING, /* for answers */
	REFUSED, /* no room in a queue: try again later */
};

static bool is_temporary(int err)
{
	return err == -EAGAIN || err == -ENOMEM;
}

static void begin(struct space *space, struct entry *entry, int node, bool writes)
{
	struct directory *dir = &entry->dir;

	dir->asker = node;
	dir->asker_upgrades = writes && dir->owner == NOBODY && (dir->sharers & BIT(node)) &&
			      hweight32(dir->sharers) == 2;
	if (dir->owner == space->home && node != space->home && !entry->written)
		dir->migratory = false;
	dir->asker_writes = writes || (READ_ONCE(migratory) && dir->migratory &&
				       dir->owner != NOBODY && dir->owner != node);
}

/* The waiting node after the one that was served last. */
static bool begin_next(struct space *space, struct entry *entry, int last)
{
	struct directory *dir = &entry->dir;
	u32 waiting = dir->readers | dir->writers;
	u32 later = waiting & ~(u32)GENMASK(last, 0);
	int node;
	bool writes;

	if (!waiting)
		return false;
	node = __ffs(later ? later : waiting);
	writes = dir->writers & BIT(node);
	dir->readers &= ~BIT(node);
	dir->writers &= ~BIT(node);
	begin(space, entry, node, writes);
	return true;
}

static enum progress fetch(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;
	int err = popcorn_send_page(space, entry, dir->owner, POPCORN_TYPE_PAGE_FETCH,
				    dir->asker_writes ? POPCORN_PAGE_WRITE : 0);

	if (is_temporary(err))
		return REFUSED;
	if (err) {
		popcorn_lose_page(space, entry);
		return DONE;
	}
	dir->awaited = BIT(dir->owner);
	return WAITING;
}

static enum progress invalidate(struct space *space, struct entry *entry, unsigned long sharers)
{
	struct directory *dir = &entry->dir;
	bool refused = false;
	int node, err;

	for_each_set_bit(node, &sharers, POPCORN_MAX_NODES)
	{
		err = popcorn_send_page(space, entry, node, POPCORN_TYPE_PAGE_INVALIDATE, 0);
		if (!err)
			dir->awaited |= BIT(node);
		else if (is_temporary(err))
			refused = true;
		else
			dir->sharers &= ~BIT(node);
	}
	if (dir->awaited)
		return WAITING;
	return refused ? REFUSED : DONE;
}

static enum progress collect(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;
	u32 others;

	if (dir->lost || dir->owner == dir->asker)
		return DONE;
	if (dir->owner != NOBODY && dir->owner != space->home)
		return fetch(space, entry);
	others = dir->sharers & ~BIT(space->home) & ~BIT(dir->asker);
	if (dir->asker_writes && dir->owner == NOBODY && others)
		return invalidate(space, entry, others);
	return DONE;
}

static void grant_here(struct entry *entry)
{
	struct directory *dir = &entry->dir;

	if (dir->lost) {
		popcorn_finish_request(entry, ACCESS_NONE, -EIO);
		return;
	}
	if (dir->asker_writes) {
		dir->owner = dir->asker;
		dir->sharers = BIT(dir->asker);
		popcorn_finish_request(entry, ACCESS_WRITE, 0);
	} else {
		popcorn_finish_request(entry, max_t(u8, entry->access, ACCESS_READ), 0);
	}
}

static enum progress refuse(struct space *space, struct entry *entry)
{
	int err = popcorn_send_page(space, entry, entry->dir.asker, POPCORN_TYPE_PAGE_GRANT,
				    POPCORN_PAGE_FAILED);

	return is_temporary(err) ? REFUSED : DONE;
}

static void note_grant(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;

	if (dir->asker_writes) {
		dir->owner = dir->asker;
		dir->sharers = BIT(dir->asker);
	} else {
		dir->owner = NOBODY;
		dir->sharers |= BIT(dir->asker) | BIT(space->home);
	}
}

/* Takes from this node's processes what the asker gets; returns the flags that tell it so. */
static u32 release(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;
	u32 flags = dir->asker_writes ? POPCORN_PAGE_WRITE : 0;

	popcorn_lower_access(space, entry, dir->asker_writes ? ACCESS_NONE : ACCESS_READ);
	if (!(dir->sharers & BIT(dir->asker)))
		flags |= entry->page ? POPCORN_PAGE_DATA : POPCORN_PAGE_ZERO;
	return flags;
}

/* The asker does not get it. */
static void take_back(struct space *space, struct entry *entry)
{
	if (entry->dir.owner == space->home)
		entry->access = ACCESS_WRITE;
	else if (entry->dir.owner == NOBODY && entry->access < ACCESS_READ)
		entry->access = ACCESS_READ;
}

static enum progress grant_there(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;
	u32 flags;
	int err;

	if (dir->lost || READ_ONCE(space->dead))
		return refuse(space, entry);
	if (dir->owner == dir->asker)
		dir->asker_writes = true; /* it has got the page since it asked */
	flags = release(space, entry);
	err = popcorn_send_page(space, entry, dir->asker, POPCORN_TYPE_PAGE_GRANT, flags);
	if (is_temporary(err))
		return REFUSED;
	if (!err)
		note_grant(space, entry);
	else
		take_back(space, entry); /* the asker is gone */
	return DONE;
}

static enum progress grant(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;

	if (dir->asker_writes && dir->asker_upgrades)
		dir->migratory = true;
	if (dir->asker == space->home) {
		grant_here(entry);
		return DONE;
	}
	if (!popcorn_space_has_member(space, dir->asker))
		return DONE; /* it left while it waited */
	return grant_there(space, entry);
}

/* Whether @node can have the page without anybody being asked. */
static bool can_offer(const struct space *space, const struct entry *entry, int node, bool writes)
{
	const struct directory *dir = &entry->dir;

	if (dir->asker != NOBODY || dir->awaited || dir->lost || entry->pending || entry->fresh)
		return false;
	if (dir->owner != NOBODY)
		return dir->owner == space->home;
	if (!writes)
		return !(dir->sharers & BIT(node));
	return !(dir->sharers & ~BIT(space->home) & ~BIT(node));
}

/*
 * The page may leave for @node with a thread that will want it: as a grant, but unasked. The
 * entry is locked, and stays so until popcorn_home_settle().
 */
bool popcorn_home_offer(struct space *space, struct entry *entry, int node, bool writes, u32 *flags)
{
	struct directory *dir = &entry->dir;

	if (!popcorn_space_has_member(space, node) || !can_offer(space, entry, node, writes))
		return false;
	dir->asker = node;
	dir->asker_writes =
		writes || (READ_ONCE(migratory) && dir->migratory && dir->owner == space->home);
	*flags = release(space, entry);
	return true;
}

void popcorn_home_settle(struct space *space, struct entry *entry, bool sent)
{
	if (sent)
		note_grant(space, entry);
	else
		take_back(space, entry);
	entry->dir.asker = NOBODY;
}

static void stall(struct space *space, struct entry *entry)
{
	entry->stalled = true;
	popcorn_sweep_later(space, entry, 1);
}

/* Goes on with the page's requests as far as possible. The entry is locked. */
void popcorn_home_continue(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;
	enum progress progress;

	while (dir->asker != NOBODY && !dir->awaited && !entry->stalled) {
		if (dir->asker != space->home && popcorn_defer_for_turn(space, entry)) {
			entry->stalled = true;
			return;
		}
		progress = collect(space, entry);
		if (progress == DONE)
			progress = grant(space, entry);
		if (progress == REFUSED)
			stall(space, entry);
		if (progress != DONE)
			return;
		if (!begin_next(space, entry, dir->asker))
			dir->asker = NOBODY;
	}
}

/* @node asks for access; it has no other request for the page under way. The entry is locked. */
void popcorn_home_request(struct space *space, struct entry *entry, int node, bool writes)
{
	struct directory *dir = &entry->dir;

	if (dir->asker != NOBODY) {
		if (writes)
			dir->writers |= BIT(node);
		else
			dir->readers |= BIT(node);
		return;
	}
	begin(space, entry, node, writes);
	popcorn_home_continue(space, entry);
}
