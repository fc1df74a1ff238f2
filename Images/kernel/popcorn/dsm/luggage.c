// SPDX-License-Identifier: GPL-2.0
/*
 * Luggage: pages that travel in the message that carries a thread, so that it need not ask for
 * them one by one. Between the home and a node it works in both directions:
 *
 *	from the home	as if the node had asked for the page: the home grants what it can grant
 *			without asking others
 *	to the home	as if the home had fetched the page: the node gives back what it owns
 *
 * The entries stay locked from packing until the message is in the queue, so that whatever
 * else is said about the pages comes after it. Messages may have crossed it, though: a request
 * of a node that has got the page meanwhile is granted without data (home.c), and the answer to
 * a fetch of a page that has come back already is FAILED, and ignored (to_home.c).
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/mm.h>
#include <linux/module.h>
#include "dsm.h"

static bool luggage = true;
module_param(luggage, bool, 0644);
MODULE_PARM_DESC(luggage, "send the pages that a thread will touch first along with it");

#define PAGE_ROOM (sizeof(struct popcorn_luggage_page) + POPCORN_PAGE_SIZE)

static bool offer(struct space *space, struct entry *entry, int node, bool writes, u32 *flags)
{
	if (space->at_home)
		return popcorn_home_offer(space, entry, node, writes, flags);
	return popcorn_holder_offer(space, entry, writes, flags);
}

static void settle(struct luggage *bag, struct entry *entry, bool sent)
{
	if (bag->space->at_home)
		popcorn_home_settle(bag->space, entry, sent);
	else if (!sent)
		entry->access = ACCESS_WRITE;
}

static void put_in(struct luggage *bag, struct entry *entry, u32 flags)
{
	struct popcorn_luggage_page *page = bag->pages + bag->size;

	*page = (struct popcorn_luggage_page){
		.page = cpu_to_le64(entry->number),
		.flags = cpu_to_le32(flags),
	};
	bag->size += sizeof(*page);
	if (flags & POPCORN_PAGE_DATA) {
		memcpy(page + 1, page_address(entry->page), POPCORN_PAGE_SIZE);
		bag->size += POPCORN_PAGE_SIZE;
	}
	bag->entries[bag->count++] = entry;
}

/* A page that is in use is left out: no lock is waited for, so their order does not matter. */
static void pack_page(struct luggage *bag, int node, u64 wish)
{
	struct entry *entry = xa_load(&bag->space->pages, wish >> 1);
	u32 flags = 0;

	if (!entry || !mutex_trylock(&entry->lock))
		return;
	if (offer(bag->space, entry, node, wish & 1, &flags))
		put_in(bag, entry, flags);
	else
		mutex_unlock(&entry->lock);
}

/**
 * popcorn_pack() - take pages along to @node
 * @bag: out
 * @space: whose pages
 * @node: the home, or a node that has the space
 * @wanted: pages that the thread will want there
 * @wishes: what is told to @node: pages that it shall bring when it sends the thread back here
 * @head: out: for the message; bag->pages, bag->size bytes, follow it
 *
 * popcorn_packed() must follow when the message was sent.
 */
void popcorn_pack(struct luggage *bag, struct space *space, int node,
		  const struct footprint *wanted, const struct footprint *wishes,
		  struct popcorn_luggage *head)
{
	u32 i;

	*bag = (struct luggage){ .space = space };
	if (wanted && wanted->count && READ_ONCE(luggage) && !READ_ONCE(space->dead))
		bag->pages = kvmalloc_array(wanted->count, PAGE_ROOM, GFP_KERNEL);
	for (i = 0; bag->pages && i < wanted->count; i++)
		pack_page(bag, node, wanted->pages[i]);
	*head = (struct popcorn_luggage){
		.wish_count = cpu_to_le32(wishes->count),
		.page_count = cpu_to_le32(bag->count),
	};
	for (i = 0; i < wishes->count; i++)
		head->wishes[i] = cpu_to_le64(wishes->pages[i]);
}

/* The message with the luggage was sent, or was not: then the pages stay. */
void popcorn_packed(struct luggage *bag, bool sent)
{
	u32 i;

	for (i = 0; i < bag->count; i++) {
		settle(bag, bag->entries[i], sent);
		if (sent)
			count_space(bag->space, SPACE_CARRIED);
		mutex_unlock(&bag->entries[i]->lock);
	}
	kvfree(bag->pages);
}

static void read_wishes(const struct popcorn_luggage *head, struct footprint *wishes)
{
	u32 i;

	wishes->count = min_t(u32, le32_to_cpu(head->wish_count), POPCORN_LUGGAGE_PAGES);
	for (i = 0; i < wishes->count; i++)
		wishes->pages[i] = le64_to_cpu(head->wishes[i]);
}

static int unpack_page(struct space *space, int node, const struct popcorn_luggage_page *page)
{
	u64 number = le64_to_cpu(page->page);
	u32 flags = le32_to_cpu(page->flags);
	const void *data = flags & POPCORN_PAGE_DATA ? page + 1 : NULL;
	struct entry *entry = NULL;
	int err;

	if (number >= BIT_ULL(64 - PAGE_SHIFT) ||
	    !popcorn_range_is_valid(space, number << PAGE_SHIFT, PAGE_SIZE))
		return -EPROTO;
	entry = popcorn_get_entry(space, number);
	if (!entry)
		return -ENOMEM;
	mutex_lock(&entry->lock);
	if (space->at_home)
		err = popcorn_home_accept(space, entry, node, flags, data);
	else
		err = popcorn_holder_accept(space, entry, flags, data);
	mutex_unlock(&entry->lock);
	return err;
}

/**
 * popcorn_unpack() - take in what came with a thread
 * @space: whose pages
 * @node: the sender: the home, or a node that has the space
 * @head: from the message
 * @size: bytes of the message from @head on
 * @wishes: out
 *
 * Return: 0; -EPROTO, which is logged; -ENOMEM: a page that only this node has now is lost.
 */
int popcorn_unpack(struct space *space, int node, const struct popcorn_luggage *head, u32 size,
		   struct footprint *wishes)
{
	const void *next = head + 1, *end = (const void *)head + size;
	u32 i, count = le32_to_cpu(head->page_count);
	int err = 0;

	read_wishes(head, wishes);
	for (i = 0; i < count && !err; i++) {
		const struct popcorn_luggage_page *page = next;

		err = -EPROTO;
		if (end - next < sizeof(*page))
			break;
		next += sizeof(*page);
		if (le32_to_cpu(page->flags) & POPCORN_PAGE_DATA) {
			if (end - next < POPCORN_PAGE_SIZE)
				break;
			next += POPCORN_PAGE_SIZE;
		}
		err = unpack_page(space, node, page);
	}
	if (err == -EPROTO)
		pr_warn_ratelimited("node %d sent pages with a thread contrary to protocol\n",
				    node);
	return err;
}
