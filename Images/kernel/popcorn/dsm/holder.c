// SPDX-License-Identifier: GPL-2.0
/* What the home tells a node that uses its pages: grants, and demands to give a page back. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <popcorn/node.h>
#include <popcorn/trace_dsm.h>
#include "dsm.h"

/* Finds space and entry of a message from the home; the caller unlocks and puts. */
static struct entry *lock_held_entry(const struct popcorn_received *message, struct space **found)
{
	const struct popcorn_page_message *body = message->payload;
	struct space *space = popcorn_space_find(le64_to_cpu(body->space));
	u64 number = le64_to_cpu(body->page);
	struct entry *entry = NULL;

	trace_page_message(le64_to_cpu(body->space), number, message->sender.type,
			   le32_to_cpu(body->flags), false);
	*found = space;
	if (!space) /* it was left; the home will hear about that */
		return NULL;
	if (space->home == message->sender.node && number == (unsigned long)number)
		entry = xa_load(&space->pages, number);
	if (entry) {
		mutex_lock(&entry->lock);
	} else {
		pr_warn_ratelimited("node %u sent %s page %#llx, unknown here\n",
				    message->sender.node, "a message about", number);
		popcorn_space_put(space);
	}
	return entry;
}

static void unlock_held_entry(struct space *space, struct entry *entry)
{
	mutex_unlock(&entry->lock);
	popcorn_space_put(space);
}

/* Without DATA or ZERO, there is a copy here. */
static int install(struct space *space, struct entry *entry, u32 flags, const void *data)
{
	if (flags & POPCORN_PAGE_FAILED)
		return -EIO;
	if (!(flags & (POPCORN_PAGE_DATA | POPCORN_PAGE_ZERO)))
		return entry->access == ACCESS_NONE ? -EPROTO : 0;
	if (entry->access != ACCESS_NONE)
		return -EPROTO;
	return popcorn_fill_page(space, entry, data) ? 0 : -ENOMEM;
}

/* Memory for the page was set aside when it was asked for. */
static int install_message(struct space *space, struct entry *entry,
			   const struct popcorn_received *message)
{
	const struct popcorn_page_message *body = message->payload;
	u32 flags = le32_to_cpu(body->flags);
	const void *data = flags & POPCORN_PAGE_DATA ? body + 1 : NULL;

	if (message->size != sizeof(*body) + (data ? POPCORN_PAGE_SIZE : 0))
		return -EPROTO;
	return install(space, entry, flags, data);
}

/*
 * The home sends the page unasked. If it was asked for meanwhile, the home will answer that,
 * knowing that the page is here. The entry is locked.
 */
int popcorn_holder_accept(struct space *space, struct entry *entry, u32 flags, const void *data)
{
	int err;

	if (READ_ONCE(space->dead) || READ_ONCE(space->leaving))
		return 0; /* the home will see that it was not used */
	err = install(space, entry, flags, data);
	if (err)
		return err;
	entry->access = flags & POPCORN_PAGE_WRITE ? ACCESS_WRITE : ACCESS_READ;
	entry->written = false;
	return 0;
}

static void handle_grant(const struct popcorn_received *message)
{
	const struct popcorn_page_message *body = message->payload;
	bool writes = le32_to_cpu(body->flags) & POPCORN_PAGE_WRITE;
	struct space *space;
	struct entry *entry = lock_held_entry(message, &space);
	int err;

	if (!entry)
		return;
	if (entry->pending) {
		err = install_message(space, entry, message);
		if (err == -EPROTO)
			pr_warn_ratelimited("node %u granted page %#llx contrary to protocol\n",
					    message->sender.node, entry->number << PAGE_SHIFT);
		popcorn_finish_request(entry, writes ? ACCESS_WRITE : ACCESS_READ, err);
	} else {
		pr_warn_ratelimited("node %u granted page %#llx unasked\n", message->sender.node,
				    entry->number << PAGE_SHIFT);
	}
	unlock_held_entry(space, entry);
}

/* Takes the page from this node's processes, for good with WRITE; returns what to tell the home. */
static u32 release(struct space *space, struct entry *entry, u32 flags)
{
	popcorn_lower_access(space, entry, flags & POPCORN_PAGE_WRITE ? ACCESS_NONE : ACCESS_READ);
	flags |= entry->page ? POPCORN_PAGE_DATA : POPCORN_PAGE_ZERO;
	if (entry->written)
		flags |= POPCORN_PAGE_DIRTY;
	return flags;
}

/* The page may go home with a thread that will want it. The entry is locked. */
bool popcorn_holder_offer(struct space *space, struct entry *entry, bool writes, u32 *flags)
{
	if (entry->access != ACCESS_WRITE || entry->pending || entry->fresh || entry->demand)
		return false;
	*flags = release(space, entry, writes ? POPCORN_PAGE_WRITE : 0);
	return true;
}

static int give_page(struct space *space, struct entry *entry)
{
	u32 flags = entry->demand_flags;

	if (!(flags & POPCORN_PAGE_FAILED))
		flags = release(space, entry, flags);
	return popcorn_send_page(space, entry, space->home, POPCORN_TYPE_PAGE_FETCHED, flags);
}

static int drop_copy(struct space *space, struct entry *entry)
{
	popcorn_lower_access(space, entry, ACCESS_NONE);
	return popcorn_send_page(space, entry, space->home, POPCORN_TYPE_PAGE_INVALIDATED, 0);
}

/*
 * Does what the home demanded. Returns false if the answer found no room and has to be tried
 * again; trying again is harmless, for nothing changes meanwhile. The entry is locked.
 */
bool popcorn_serve_demand(struct space *space, struct entry *entry)
{
	int err;

	if (READ_ONCE(space->dead) || READ_ONCE(space->leaving)) {
		entry->demand = 0; /* leaving answers it, or nobody wants to know */
		return true;
	}
	if (entry->demand == POPCORN_TYPE_PAGE_FETCH)
		err = give_page(space, entry);
	else
		err = drop_copy(space, entry);
	if (err == -EAGAIN || err == -ENOMEM)
		return false;
	entry->demand = 0;
	return true;
}

static void demand(struct space *space, struct entry *entry, u16 type, u16 flags)
{
	if (entry->demand) {
		pr_warn_ratelimited("node %d demands page %#llx twice\n", space->home,
				    entry->number << PAGE_SHIFT);
		return;
	}
	entry->demand = type;
	entry->demand_flags = flags;
	if (popcorn_defer_for_turn(space, entry))
		return;
	if (!popcorn_serve_demand(space, entry))
		popcorn_sweep_later(space, entry, 1);
}

static void handle_fetch(const struct popcorn_received *message)
{
	const struct popcorn_page_message *body = message->payload;
	u32 flags = le32_to_cpu(body->flags) & POPCORN_PAGE_WRITE;
	struct space *space;
	struct entry *entry = lock_held_entry(message, &space);

	if (!entry)
		return;
	if (entry->access != ACCESS_WRITE)
		flags |= POPCORN_PAGE_FAILED; /* it has gone home with a thread */
	demand(space, entry, POPCORN_TYPE_PAGE_FETCH, flags);
	unlock_held_entry(space, entry);
}

static void handle_invalidate(const struct popcorn_received *message)
{
	struct space *space;
	struct entry *entry = lock_held_entry(message, &space);

	if (!entry)
		return;
	demand(space, entry, POPCORN_TYPE_PAGE_INVALIDATE, 0);
	unlock_held_entry(space, entry);
}

const struct popcorn_handler popcorn_page_grant_handler = {
	.type = POPCORN_TYPE_PAGE_GRANT,
	.name = "PAGE_GRANT",
	.min_size = sizeof(struct popcorn_page_message),
	.max_size = sizeof(struct popcorn_page_message) + POPCORN_PAGE_SIZE,
	.handle = handle_grant,
};

const struct popcorn_handler popcorn_page_fetch_handler = {
	.type = POPCORN_TYPE_PAGE_FETCH,
	.name = "PAGE_FETCH",
	.min_size = sizeof(struct popcorn_page_message),
	.max_size = sizeof(struct popcorn_page_message),
	.handle = handle_fetch,
};

const struct popcorn_handler popcorn_page_invalidate_handler = {
	.type = POPCORN_TYPE_PAGE_INVALIDATE,
	.name = "PAGE_INVALIDATE",
	.min_size = sizeof(struct popcorn_page_message),
	.max_size = sizeof(struct popcorn_page_message),
	.handle = handle_invalidate,
};
