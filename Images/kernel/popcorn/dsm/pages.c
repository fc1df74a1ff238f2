// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/popcorn_pages: the pages of all spaces as this node sees them, to find out who waits for
 * whom when nothing goes on.
 *
 * It waits for no page: an entry whose mutex is held is read without it, and marked as locked.
 * First come the pages on which something is under way, then all of them, equal neighbours in one
 * line. Both lists are bounded.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include "dsm.h"

#define MOST_BUSY   512 /* lines of a space */
#define MOST_RANGES 512

/* What is told of a page; without holes, so that two can be compared as bytes. */
struct page_state {
	u32 sharers;
	u8 access;
	u8 has_page;
	s8 owner;
	u8 lost;
};

struct page_range {
	u64 first;
	u64 count;
	struct page_state state;
};

static bool copy_entry(struct entry *entry, struct entry *copy)
{
	bool locked = !mutex_trylock(&entry->lock);

	memcpy(copy, entry, sizeof(*copy));
	if (!locked)
		mutex_unlock(&entry->lock);
	return locked;
}

static const char *access_name(u8 access)
{
	static const char *const names[] = {
		[ACCESS_NONE] = "none",
		[ACCESS_READ] = "read",
		[ACCESS_WRITE] = "write",
	};

	return access < ARRAY_SIZE(names) ? names[access] : "?";
}

static bool is_busy(const struct entry *entry, bool locked)
{
	return locked || entry->pending || entry->fresh || entry->returning || entry->stalled ||
	       entry->demand || entry->error || entry->dir.asker != NOBODY || entry->dir.awaited ||
	       entry->dir.lost;
}

static void show_busy(struct seq_file *file, const struct entry *entry, bool locked)
{
	const struct directory *dir = &entry->dir;

	seq_printf(file, "B: %#llx access=%s page=%d locked=%d pending=%d for_write=%d fresh=%d",
		   entry->number << PAGE_SHIFT, access_name(entry->access), !!entry->page, locked,
		   entry->pending, entry->for_write, entry->fresh);
	seq_printf(file, " returning=%d stalled=%d demand=%u error=%d owner=%d asker=%d",
		   entry->returning, entry->stalled, entry->demand, entry->error, dir->owner,
		   dir->asker);
	seq_printf(file,
		   " asker_writes=%d sharers=%#x awaited=%#x readers=%#x writers=%#x lost=%d\n",
		   dir->asker_writes, dir->sharers, dir->awaited, dir->readers, dir->writers,
		   dir->lost);
}

static void show_range(struct seq_file *file, const struct page_range *range)
{
	seq_printf(file, "G: %#llx pages=%llu access=%s page=%u owner=%d sharers=%#x lost=%u\n",
		   range->first << PAGE_SHIFT, range->count, access_name(range->state.access),
		   range->state.has_page, range->state.owner, range->state.sharers,
		   range->state.lost);
}

static void show_all_busy(struct seq_file *file, struct space *space)
{
	struct entry *entry, copy;
	unsigned long number, cut = 0, shown = 0;

	xa_for_each (&space->pages, number, entry) {
		bool locked = copy_entry(entry, &copy);

		if (!is_busy(&copy, locked))
			continue;
		if (shown++ < MOST_BUSY)
			show_busy(file, &copy, locked);
		else
			cut++;
	}
	if (cut)
		seq_printf(file, "B: %lu more\n", cut);
}

static void show_ranges(struct seq_file *file, struct space *space)
{
	struct entry *entry, copy;
	struct page_range range = {};
	unsigned long number, shown = 0, cut = 0;

	xa_for_each (&space->pages, number, entry) {
		struct page_state state = {};

		copy_entry(entry, &copy);
		state.sharers = copy.dir.sharers;
		state.access = copy.access;
		state.has_page = copy.page != NULL;
		state.owner = copy.dir.owner;
		state.lost = copy.dir.lost;
		if (range.count && number == range.first + range.count &&
		    !memcmp(&state, &range.state, sizeof(state))) {
			range.count++;
			continue;
		}
		if (range.count && shown++ < MOST_RANGES)
			show_range(file, &range);
		else
			cut += range.count;
		range = (struct page_range){ .first = number, .count = 1, .state = state };
	}
	if (range.count && shown++ < MOST_RANGES)
		show_range(file, &range);
	else
		cut += range.count;
	if (cut)
		seq_printf(file, "G: %lu more\n", cut);
}

static void show_space(struct space *space, void *data)
{
	struct seq_file *file = data;

	seq_printf(file,
		   "S: process=%#llx home=%d at_home=%d dead=%d leaving=%d members=%#lx pages=%d\n",
		   space->id, space->home, space->at_home, READ_ONCE(space->dead),
		   READ_ONCE(space->leaving), READ_ONCE(space->members),
		   atomic_read(&space->resident));
	show_all_busy(file, space);
	show_ranges(file, space);
}

static int show_pages(struct seq_file *file, void *unused)
{
	popcorn_space_each(show_space, file);
	return 0;
}

int popcorn_init_pages_file(void)
{
	return proc_create_single("popcorn_pages", 0444, NULL, show_pages) ? 0 : -ENOMEM;
}

void popcorn_exit_pages_file(void)
{
	remove_proc_entry("popcorn_pages", NULL);
}
