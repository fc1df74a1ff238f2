// SPDX-License-Identifier: GPL-2.0
/* What holders tell the home of a page. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/bitops.h>
#include <popcorn/trace_dsm.h>
#include "dsm.h"

/* Finds space and entry of a message to the home; the caller unlocks and puts. */
static struct entry *lock_home_entry(const struct popcorn_received *message, struct space **found)
{
	const struct popcorn_page_message *body = message->payload;
	struct space *space = popcorn_space_find(le64_to_cpu(body->space));
	u64 number = le64_to_cpu(body->page);
	struct entry *entry = NULL;

	trace_page_message(le64_to_cpu(body->space), number, message->sender.type,
			   le32_to_cpu(body->flags), false);
	*found = space;
	if (!space)
		return NULL;
	if (space->at_home && popcorn_space_has_member(space, message->sender.node) &&
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
	popcorn_post(received->sender.node, &message);
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
	popcorn_home_request(space, entry, message->sender.node,
			     le32_to_cpu(body->flags) & POPCORN_PAGE_WRITE);
	unlock_home_entry(space, entry);
}

/* The owner's page is here; it keeps a copy unless the asker writes. */
static void take_in(struct space *space, struct entry *entry, int node, u32 flags, const void *data)
{
	struct directory *dir = &entry->dir;

	if ((flags & POPCORN_PAGE_FAILED) || !popcorn_fill_page(space, entry, data)) {
		popcorn_lose_page(space, entry);
		return;
	}
	if (!(flags & POPCORN_PAGE_DIRTY))
		dir->migratory = false;
	dir->owner = NOBODY;
	dir->sharers = BIT(space->home);
	if (!(flags & POPCORN_PAGE_WRITE))
		dir->sharers |= BIT(node);
	entry->access = ACCESS_READ;
	entry->fresh = false;
}

static void take_message(struct space *space, struct entry *entry,
			 const struct popcorn_received *message)
{
	const struct popcorn_page_message *body = message->payload;
	u32 flags = le32_to_cpu(body->flags);
	const void *data = NULL;

	if (flags & POPCORN_PAGE_DATA) {
		data = body + 1;
		if (message->size != sizeof(*body) + POPCORN_PAGE_SIZE)
			flags |= POPCORN_PAGE_FAILED;
	}
	take_in(space, entry, message->sender.node, flags, data);
}

/*
 * The page came unasked from @node, which owned it. If it is being fetched for somebody, the
 * node's answer, which is under way, goes on with that. The entry is locked.
 */
int popcorn_home_accept(struct space *space, struct entry *entry, int node, u32 flags,
			const void *data)
{
	struct directory *dir = &entry->dir;

	if (!popcorn_space_has_member(space, node))
		return 0; /* it was lost meanwhile, and the page with it */
	if (dir->owner != node)
		return -EPROTO;
	take_in(space, entry, node, flags, data);
	if (!dir->lost && (flags & POPCORN_PAGE_WRITE) && dir->asker == NOBODY) {
		dir->owner = space->home;
		entry->access = ACCESS_WRITE;
		entry->written = false;
	}
	return dir->lost ? -ENOMEM : 0;
}

static void handle_fetched(const struct popcorn_received *message)
{
	int node = message->sender.node;
	struct space *space;
	struct entry *entry = lock_home_entry(message, &space);

	if (!entry)
		return;
	if (entry->dir.awaited & BIT(node)) {
		if (entry->dir.owner == node) /* else it has come back with a thread */
			take_message(space, entry, message);
		entry->dir.awaited &= ~BIT(node);
		popcorn_home_continue(space, entry);
	} else {
		pr_warn_ratelimited("node %d sent a page that nobody fetched\n", node);
	}
	unlock_home_entry(space, entry);
}

static void handle_invalidated(const struct popcorn_received *message)
{
	int node = message->sender.node;
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
	int node = message->sender.node;
	struct space *space;
	struct entry *entry = lock_home_entry(message, &space);

	if (!entry)
		return;
	if (entry->dir.owner == node) {
		take_message(space, entry, message);
		entry->dir.sharers = BIT(space->home);
	}
	unlock_home_entry(space, entry);
}

static void handle_leave(const struct popcorn_received *message)
{
	const struct popcorn_space_message *body = message->payload;
	struct space *space = popcorn_space_find(le64_to_cpu(body->space));

	if (!space)
		return;
	if (space->at_home)
		popcorn_space_lose_member(space, message->sender.node, true);
	popcorn_space_put(space);
}

#define PAGE_HANDLER(which, label, function, largest) \
	const struct popcorn_handler popcorn_##which##_handler = { \
		.type = POPCORN_TYPE_##label, \
		.name = #label, \
		.min_size = sizeof(struct popcorn_page_message), \
		.max_size = largest, \
		.handle = function, \
	}

#define WITHOUT_DATA sizeof(struct popcorn_page_message)
#define WITH_DATA    (sizeof(struct popcorn_page_message) + POPCORN_PAGE_SIZE)

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
