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
#include <popcorn/node.h>
#include "dsm.h"

static bool migratory = true;
module_param(migratory, bool, 0644);
MODULE_PARM_DESC(migratory, "give write access at once to pages that are always read, then written");

enum progress {
	DONE,
	WAITING,	/* for answers */
	REFUSED,	/* no room in a queue: try again later */
};

static bool is_temporary(int err)
{
	return err == -EAGAIN || err == -ENOMEM;
}

static void begin(struct entry *entry, int node, bool writes)
{
	struct directory *dir = &entry->dir;

	dir->asker = node;
	dir->asker_upgrades = writes && dir->owner == NOBODY && (dir->sharers & BIT(node)) &&
			      hweight32(dir->sharers) == 2;
	if (dir->owner == popcorn_self() && node != popcorn_self() && !entry->written)
		dir->migratory = false;
	dir->asker_writes = writes || (READ_ONCE(migratory) && dir->migratory &&
				       dir->owner != NOBODY && dir->owner != node);
}

/* The waiting node after the one that was served last. */
static bool begin_next(struct entry *entry, int last)
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
	begin(entry, node, writes);
	return true;
}

static void lose_page(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;

	if (!dir->lost)
		pr_warn_ratelimited("process %#llx: page %#llx is lost with node %d\n", space->id,
				    entry->number << PAGE_SHIFT, dir->owner);
	dir->lost = true;
	dir->owner = popcorn_self();
	dir->sharers = BIT(popcorn_self());
}

static enum progress fetch(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;
	int err = popcorn_send_page(space, entry, dir->owner, POPCORN_TYPE_PAGE_FETCH,
				    dir->asker_writes ? POPCORN_PAGE_WRITE : 0);

	if (is_temporary(err))
		return REFUSED;
	if (err) {
		lose_page(space, entry);
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

	for_each_set_bit(node, &sharers, POPCORN_MAX_NODES) {
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
	int self = popcorn_self();
	u32 others;

	if (dir->lost || dir->owner == dir->asker)
		return DONE;
	if (dir->owner != NOBODY && dir->owner != self)
		return fetch(space, entry);
	others = dir->sharers & ~BIT(self) & ~BIT(dir->asker);
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

static void note_grant(struct entry *entry)
{
	struct directory *dir = &entry->dir;

	if (dir->asker_writes) {
		dir->owner = dir->asker;
		dir->sharers = BIT(dir->asker);
	} else {
		dir->owner = NOBODY;
		dir->sharers |= BIT(dir->asker) | BIT(popcorn_self());
	}
}

static enum progress grant_there(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;
	bool has_copy = dir->owner == NOBODY && (dir->sharers & BIT(dir->asker));
	u32 flags = dir->asker_writes ? POPCORN_PAGE_WRITE : 0;
	int err;

	if (dir->lost || dir->owner == dir->asker || READ_ONCE(space->dead))
		return refuse(space, entry);
	popcorn_lower_access(space, entry, dir->asker_writes ? ACCESS_NONE : ACCESS_READ);
	if (!has_copy)
		flags |= entry->page ? POPCORN_PAGE_DATA : POPCORN_PAGE_ZERO;
	err = popcorn_send_page(space, entry, dir->asker, POPCORN_TYPE_PAGE_GRANT, flags);
	if (is_temporary(err))
		return REFUSED;
	if (!err)
		note_grant(entry);
	else if (dir->owner == popcorn_self())
		entry->access = ACCESS_WRITE;	/* the asker is gone: it stays here */
	else if (entry->access < ACCESS_READ)
		entry->access = ACCESS_READ;
	return DONE;
}

static enum progress grant(struct space *space, struct entry *entry)
{
	struct directory *dir = &entry->dir;

	if (dir->asker_writes && dir->asker_upgrades)
		dir->migratory = true;
	if (dir->asker == popcorn_self()) {
		grant_here(entry);
		return DONE;
	}
	if (!popcorn_space_has_member(space, dir->asker))
		return DONE;	/* it left while it waited */
	return grant_there(space, entry);
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
		if (dir->asker != popcorn_self() && popcorn_defer_for_turn(space, entry)) {
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
		if (!begin_next(entry, dir->asker))
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
	begin(entry, node, writes);
	popcorn_home_continue(space, entry);
}

/*
 * @node has left or is lost. If it left orderly, it returned what it had changed: a page that
 * it still seems to own it never saw, and the copy here is as good. The entry is locked.
 */
void popcorn_home_lose_node(struct space *space, struct entry *entry, int node, bool orderly)
{
	struct directory *dir = &entry->dir;

	if (dir->owner == node && orderly) {
		dir->owner = popcorn_self();
		dir->sharers = BIT(popcorn_self());
		entry->access = ACCESS_WRITE;
	} else if (dir->owner == node) {
		lose_page(space, entry);
	}
	dir->sharers &= ~BIT(node);
	dir->readers &= ~BIT(node);
	dir->writers &= ~BIT(node);
	if (dir->awaited & BIT(node)) {
		dir->awaited &= ~BIT(node);
		popcorn_home_continue(space, entry);
	}
}

/* Finds space and entry of a message to the home; the caller unlocks and puts. */
static struct entry *lock_home_entry(const struct popcorn_received *message, struct space **found)
{
	const struct popcorn_page_message *body = message->payload;
	struct space *space = popcorn_space_find(le64_to_cpu(body->space));
	u64 number = le64_to_cpu(body->page);
	struct entry *entry = NULL;

	*found = space;
	if (!space)
		return NULL;
	if (space->home == popcorn_self() && popcorn_space_has_member(space, message->ret.node) &&
	    number < BIT_ULL(64 - PAGE_SHIFT) &&
	    popcorn_range_is_valid(space, number << PAGE_SHIFT, PAGE_SIZE))
		entry = popcorn_get_entry(space, number);
	if (entry)
		mutex_lock(&entry->lock);
	else
		popcorn_space_put(space);
	return entry;
}

static void unlock_home_entry(struct space *space, struct entry *entry)
{
	mutex_unlock(&entry->lock);
	popcorn_space_put(space);
}

static void answer_failure(const struct popcorn_received *received)
{
	struct popcorn_page_message body = *(const struct popcorn_page_message *)received->payload;
	struct popcorn_message message = {
		.type = POPCORN_TYPE_PAGE_GRANT,
		.head = &body,
		.head_size = sizeof(body),
	};

	body.flags = cpu_to_le32(POPCORN_PAGE_FAILED);
	popcorn_post(received->ret.node, &message);
}

static void handle_request(const struct popcorn_received *message)
{
	const struct popcorn_page_message *body = message->payload;
	struct space *space;
	struct entry *entry = lock_home_entry(message, &space);

	if (!entry) {
		answer_failure(message);
		return;
	}
	popcorn_home_request(space, entry, message->ret.node,
			     le32_to_cpu(body->flags) & POPCORN_PAGE_WRITE);
	unlock_home_entry(space, entry);
}

/* The owner's page is here; it keeps a copy unless the asker writes. */
static void take_in(struct space *space, struct entry *entry,
		    const struct popcorn_received *message)
{
	const struct popcorn_page_message *body = message->payload;
	u32 flags = le32_to_cpu(body->flags);
	struct directory *dir = &entry->dir;
	const void *data = NULL;
	int node = message->ret.node;

	if (flags & POPCORN_PAGE_DATA)
		data = body + 1;
	if ((flags & POPCORN_PAGE_FAILED) ||
	    (data && message->size != sizeof(*body) + POPCORN_PAGE_SIZE) ||
	    !popcorn_fill_page(space, entry, data)) {
		lose_page(space, entry);
		return;
	}
	if (!(flags & POPCORN_PAGE_DIRTY))
		dir->migratory = false;
	dir->owner = NOBODY;
	dir->sharers = BIT(popcorn_self());
	if (!(flags & POPCORN_PAGE_WRITE))
		dir->sharers |= BIT(node);
	entry->access = ACCESS_READ;
	entry->fresh = false;
}

static void handle_fetched(const struct popcorn_received *message)
{
	int node = message->ret.node;
	struct space *space;
	struct entry *entry = lock_home_entry(message, &space);

	if (!entry)
		return;
	if ((entry->dir.awaited & BIT(node)) && entry->dir.owner == node) {
		take_in(space, entry, message);
		entry->dir.awaited &= ~BIT(node);
		popcorn_home_continue(space, entry);
	} else {
		pr_warn_ratelimited("node %d sent a page that nobody fetched\n", node);
	}
	unlock_home_entry(space, entry);
}

static void handle_invalidated(const struct popcorn_received *message)
{
	int node = message->ret.node;
	struct space *space;
	struct entry *entry = lock_home_entry(message, &space);

	if (!entry)
		return;
	if ((entry->dir.awaited & BIT(node)) && entry->dir.owner == NOBODY) {
		entry->dir.sharers &= ~BIT(node);
		entry->dir.awaited &= ~BIT(node);
		popcorn_home_continue(space, entry);
	} else {
		pr_warn_ratelimited("node %d dropped a page that nobody invalidated\n", node);
	}
	unlock_home_entry(space, entry);
}

/* If a fetch of the page is under way, the node's SPACE_LEAVE ends it. */
static void handle_return(const struct popcorn_received *message)
{
	int node = message->ret.node;
	struct space *space;
	struct entry *entry = lock_home_entry(message, &space);

	if (!entry)
		return;
	if (entry->dir.owner == node) {
		take_in(space, entry, message);
		entry->dir.sharers = BIT(popcorn_self());
	}
	unlock_home_entry(space, entry);
}

static void handle_leave(const struct popcorn_received *message)
{
	const struct popcorn_space_message *body = message->payload;
	struct space *space = popcorn_space_find(le64_to_cpu(body->space));

	if (!space)
		return;
	if (space->home == popcorn_self())
		popcorn_space_lose_member(space, message->ret.node, true);
	popcorn_space_put(space);
}

#define PAGE_HANDLER(which, label, function, largest)			\
	const struct popcorn_handler popcorn_##which##_handler = {	\
		.type = POPCORN_TYPE_##label,				\
		.name = #label,						\
		.min_size = sizeof(struct popcorn_page_message),	\
		.max_size = largest,					\
		.handle = function,					\
	}

#define WITHOUT_DATA	sizeof(struct popcorn_page_message)
#define WITH_DATA	(sizeof(struct popcorn_page_message) + POPCORN_PAGE_SIZE)

PAGE_HANDLER(page_request, PAGE_REQUEST, handle_request, WITHOUT_DATA);
PAGE_HANDLER(page_fetched, PAGE_FETCHED, handle_fetched, WITH_DATA);
PAGE_HANDLER(page_invalidated, PAGE_INVALIDATED, handle_invalidated, WITHOUT_DATA);
PAGE_HANDLER(page_return, PAGE_RETURN, handle_return, WITH_DATA);

const struct popcorn_handler popcorn_space_leave_handler = {
	.type = POPCORN_TYPE_SPACE_LEAVE,
	.name = "SPACE_LEAVE",
	.min_size = sizeof(struct popcorn_space_message),
	.max_size = sizeof(struct popcorn_space_message),
	.handle = handle_leave,
};
