// SPDX-License-Identifier: GPL-2.0
/* Regions: which addresses of a process are shared, and mapping them. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/mm.h>
#include <linux/sched/mm.h>
#include "dsm.h"

/* User addresses that x86-64 and arm64 both have, with four levels of page tables. */
#define LOWEST_ADDRESS  SZ_64K
#define HIGHEST_ADDRESS (1ULL << 47)

static bool is_sound(const struct popcorn_region_info *region)
{
	return region->size && PAGE_ALIGNED(region->address) && PAGE_ALIGNED(region->size) &&
	       region->address >= LOWEST_ADDRESS && region->address < HIGHEST_ADDRESS &&
	       region->size <= HIGHEST_ADDRESS - PAGE_SIZE - region->address;
}

static bool overlap(const struct popcorn_region_info *a, const struct popcorn_region_info *b)
{
	return a->address < b->address + b->size && b->address < a->address + a->size;
}

static int add_locked(struct space *space, struct popcorn_region_info *region)
{
	u32 i;

	for (i = 0; i < space->region_count; i++)
		if (overlap(&space->regions[i], region))
			return -EEXIST;
	if (space->region_count == POPCORN_REGIONS)
		return -ENOSPC;
	region->index = space->region_count;
	region->reserved = 0;
	space->regions[space->region_count] = *region;
	WRITE_ONCE(space->region_count, space->region_count + 1);
	return 0;
}

/* Sets region->index. */
int popcorn_add_region(struct space *space, struct popcorn_region_info *region)
{
	int err;

	if (!is_sound(region))
		return -EINVAL;
	spin_lock(&space->regions_lock);
	err = add_locked(space, region);
	spin_unlock(&space->regions_lock);
	return err;
}

/* By region->index. */
int popcorn_get_region(struct space *space, struct popcorn_region_info *region)
{
	int err = -ENOENT;

	spin_lock(&space->regions_lock);
	if (region->index < space->region_count) {
		*region = space->regions[region->index];
		err = 0;
	}
	spin_unlock(&space->regions_lock);
	return err;
}

/* Whether one region contains all of the range. */
bool popcorn_range_is_valid(struct space *space, u64 address, u64 size)
{
	bool valid = false;
	u32 i;

	spin_lock(&space->regions_lock);
	for (i = 0; i < space->region_count && !valid; i++) {
		const struct popcorn_region_info *region = &space->regions[i];

		valid = address >= region->address && size <= region->size &&
			address - region->address <= region->size - size;
	}
	spin_unlock(&space->regions_lock);
	return valid;
}

/* The same address on every node: the offset in the file is the address. */
int popcorn_space_mmap(struct space *space, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED) || (vma->vm_flags & VM_EXEC))
		return -EINVAL;
	if (vma->vm_pgoff != vma->vm_start >> PAGE_SHIFT)
		return -EINVAL;
	if (!popcorn_range_is_valid(space, vma->vm_start, vma->vm_end - vma->vm_start))
		return -ENXIO;
	vma->vm_flags &= ~VM_MAYEXEC;
	vma->vm_flags |= VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY;
	vma->vm_private_data = space; /* which the mapping's file holds */
	vma->vm_ops = &popcorn_vm_operations;
	return 0;
}

/* Only pages that no other node has, nor wants. */
static void discard_page(struct space *space, struct entry *entry)
{
	mutex_lock(&entry->lock);
	if (entry->page && entry->access == ACCESS_WRITE && !entry->dir.lost &&
	    entry->dir.owner == space->home && entry->dir.asker == NOBODY) {
		popcorn_lower_access(space, entry, ACCESS_NONE);
		popcorn_drop_page(space, entry);
		entry->access = ACCESS_WRITE;
	}
	mutex_unlock(&entry->lock);
}

int popcorn_discard(struct space *space, const struct popcorn_range *range)
{
	unsigned long first = range->address >> PAGE_SHIFT;
	struct entry *entry;
	unsigned long number;

	if (!space->at_home)
		return -EPERM;
	if (!range->size || !PAGE_ALIGNED(range->address) || !PAGE_ALIGNED(range->size) ||
	    !popcorn_range_is_valid(space, range->address, range->size))
		return -EINVAL;
	xa_for_each_range(&space->pages, number, entry, first,
			  first + (range->size >> PAGE_SHIFT) - 1)
	{
		discard_page(space, entry);
		cond_resched();
	}
	return 0;
}
