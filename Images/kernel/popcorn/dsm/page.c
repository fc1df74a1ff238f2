// SPDX-License-Identifier: GPL-2.0
/* One page at this node: its memory, this node's access to it, and sending it. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <popcorn/trace_dsm.h>
#include "dsm.h"

static unsigned int max_mb;

static void (*limit_changed)(void);

/* Also while the module is loaded. */
static int set_max_mb(const char *text, const struct kernel_param *param)
{
	int err = param_set_uint(text, param);

	if (!err && READ_ONCE(limit_changed))
		limit_changed();
	return err;
}

static const struct kernel_param_ops max_mb_ops = {
	.set = set_max_mb,
	.get = param_get_uint,
};

module_param_cb(max_mb, &max_mb_ops, &max_mb, 0644);
MODULE_PARM_DESC(
	max_mb, "memory that the pages of one process may take on this node, in MiB (half of all)");

static atomic64_t resident; /* of all spaces */

u64 popcorn_resident_pages(void)
{
	return atomic64_read(&resident);
}

/* Unless the module's user knows better. */
void popcorn_init_pages(void)
{
	if (!max_mb)
		max_mb = totalram_pages() >> (20 - PAGE_SHIFT) >> 1;
}

/* Bytes of one process that this node holds. */
u64 popcorn_space_limit(void)
{
	return (u64)READ_ONCE(max_mb) << 20;
}

/* Calls @changed whenever that has changed. It is to stay there as long as the module. */
void popcorn_watch_space_limit(void (*changed)(void))
{
	WRITE_ONCE(limit_changed, changed);
}

static struct entry *new_entry(struct space *space, u64 number)
{
	struct entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);

	if (!entry)
		return NULL;
	mutex_init(&entry->lock);
	INIT_LIST_HEAD(&entry->sweep);
	entry->number = number;
	entry->dir.asker = NOBODY;
	entry->dir.owner = NOBODY;
	if (space->at_home) {
		entry->dir.owner = space->home;
		entry->dir.sharers = BIT(space->home);
		entry->access = ACCESS_WRITE;
	}
	return entry;
}

/* The entry of a page within the space's regions; NULL if there is no memory. */
struct entry *popcorn_get_entry(struct space *space, u64 number)
{
	struct entry *entry = xa_load(&space->pages, number);
	struct entry *other;

	if (entry)
		return entry;
	entry = new_entry(space, number);
	if (!entry)
		return NULL;
	other = xa_cmpxchg(&space->pages, number, NULL, entry, GFP_KERNEL_ACCOUNT);
	if (!other)
		return entry;
	kfree(entry);
	return xa_is_err(other) ? NULL : other;
}

/* The home must take in what others give back, so there the limit holds for faults only. */
static bool charge(struct space *space, bool limited)
{
	u64 limit = (u64)READ_ONCE(max_mb) << (20 - PAGE_SHIFT);

	if (atomic_inc_return(&space->resident) > limit && limited) {
		atomic_dec(&space->resident);
		pr_warn_ratelimited("process %#llx: more than max_mb=%u MiB of shared memory\n",
				    space->id, max_mb);
		return false;
	}
	atomic64_inc(&resident);
	return true;
}

static void uncharge(struct space *space)
{
	atomic_dec(&space->resident);
	atomic64_dec(&resident);
}

static struct page *page_of(struct space *space, struct entry *entry, bool limited)
{
	struct page *page = entry->page;

	if (page)
		return page;
	if (!charge(space, limited))
		return NULL;
	page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!page) {
		uncharge(space);
		return NULL;
	}
	/* For folio_mkclean() and the keys of shared futexes. */
	page->mapping = space->inode->i_mapping;
	page->index = entry->number;
	entry->page = page;
	return page;
}

/* The entry's memory, zeroed if new; NULL beyond the limit. The entry is locked. */
struct page *popcorn_entry_page(struct space *space, struct entry *entry)
{
	return page_of(space, entry, true);
}

void popcorn_drop_page(struct space *space, struct entry *entry)
{
	struct page *page = entry->page;

	if (!page)
		return;
	entry->page = NULL;
	page->mapping = NULL; /* or freeing it is a "bad page state" */
	put_page(page);
	uncharge(space);
}

/* Takes over the contents of a page from elsewhere; NULL stands for zeros. The entry is locked. */
bool popcorn_fill_page(struct space *space, struct entry *entry, const void *data)
{
	struct page *page = entry->page;

	if (!data && !page)
		return true;
	if (!page)
		page = page_of(space, entry, false);
	if (!page)
		return false;
	if (data)
		memcpy(page_address(page), data, POPCORN_PAGE_SIZE);
	else
		clear_page(page_address(page));
	flush_dcache_page(page);
	count_space(space, SPACE_PAGES_IN);
	return true;
}

/* Takes access away from this node's processes. The entry is locked. */
void popcorn_lower_access(struct space *space, struct entry *entry, enum access access)
{
	struct page *page = entry->page;

	if (entry->access <= access)
		return;
	if (page) {
		lock_page(page); /* a fault that is mapping the page finishes first */
		if (access == ACCESS_READ)
			folio_mkclean(page_folio(page));
		else
			unmap_mapping_range(space->inode->i_mapping,
					    (loff_t)entry->number << PAGE_SHIFT, PAGE_SIZE, 1);
		unlock_page(page);
	}
	entry->access = access;
	entry->fresh = false;
	count_space(space, SPACE_TAKEN_AWAY);
}

/* Ends this node's request and wakes those who wait for it. The entry is locked. */
void popcorn_finish_request(struct entry *entry, enum access access, int error)
{
	entry->error = error;
	if (!error) {
		entry->access = access;
		entry->fresh = true;
		entry->written = false;
	}
	WRITE_ONCE(entry->pending, false);
	smp_mb(); /* before looking for waiters */
	wake_up_var(&entry->pending);
}

/* Posts a page message; POPCORN_PAGE_DATA adds the page's contents. The entry is locked. */
int popcorn_send_page(struct space *space, struct entry *entry, int node, u16 type, u32 flags)
{
	struct popcorn_page_message head = {
		.space = cpu_to_le64(space->id),
		.page = cpu_to_le64(entry->number),
		.flags = cpu_to_le32(flags),
	};
	struct popcorn_message message = {
		.type = type,
		.head = &head,
		.head_size = sizeof(head),
	};
	int err;

	if (flags & POPCORN_PAGE_DATA) {
		message.body = page_address(entry->page);
		message.body_size = POPCORN_PAGE_SIZE;
	}
	trace_page_message(space->id, entry->number, type, flags, true);
	err = popcorn_post(node, &message);
	if (!err && (flags & POPCORN_PAGE_DATA))
		count_space(space, SPACE_PAGES_OUT);
	return err;
}
