// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults. A thread that lacks access sees to it that a request is under way and waits for
 * its end without mmap_lock; then the access is tried anew. Threads that fault on the same page
 * meanwhile join the request.
 *
 * ->page_mkwrite cannot let go of mmap_lock in Linux 6.1. So where access does not suffice, it
 * puts a request under way and unmaps the page: the thread comes back through ->fault, which
 * can. It may come back as a reader, for a store-exclusive that faulted is begun again at its
 * load; so readers, too, wait for a request that is under way.
 * (Callers that forbid VM_FAULT_RETRY, such as a few users of get_user_pages(), wait with
 * mmap_lock; nothing that answers a request takes it.)
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/wait_bit.h>
#include <popcorn/trace_dsm.h>
#include "../core.h"
#include "dsm.h"

static bool suffices(const struct entry *entry, bool writes)
{
	return entry->access >= (writes ? ACCESS_WRITE : ACCESS_READ);
}

static enum space_counter kind_of(const struct entry *entry, bool writes)
{
	if (!writes)
		return SPACE_READ_FAULTS;
	return entry->access == ACCESS_READ ? SPACE_UPGRADES : SPACE_WRITE_FAULTS;
}

/* Puts a request under way unless there is one. The entry is locked. */
static int ensure_request(struct space *space, struct entry *entry, bool writes)
{
	int err = 0;

	if (entry->pending) {
		count_space(space, SPACE_JOINED_FAULTS);
		return 0;
	}
	if (!popcorn_entry_page(space, entry))
		return -ENOMEM;
	count_space(space, kind_of(entry, writes));
	entry->pending = true;
	entry->for_write = writes;
	if (space->at_home)
		popcorn_home_request(space, entry, space->home, writes);
	else
		err = popcorn_send_page(space, entry, space->home, POPCORN_TYPE_PAGE_REQUEST,
					writes ? POPCORN_PAGE_WRITE : 0);
	if (err) {
		WRITE_ONCE(entry->pending, false);
		smp_mb(); /* before looking for waiters */
		wake_up_var(&entry->pending);
	}
	return err;
}

/* Who has to answer before the page can come. Only to tell: it may have changed already. */
static int awaited_node(const struct space *space, const struct entry *entry)
{
	u32 awaited = READ_ONCE(entry->dir.awaited);

	if (!space->at_home)
		return space->home;
	return awaited ? __ffs(awaited) : NOBODY;
}

/* Waits for the request's end, or a moment if it could not even be sent. */
static void wait_for_page(struct space *space, struct entry *entry, int err)
{
	int node = awaited_node(space, entry);

	popcorn_begin_wait(node);
	if (err)
		schedule_timeout_killable(1);
	else
		wait_var_event_killable(&entry->pending, !READ_ONCE(entry->pending));
	popcorn_end_wait(node);
}

/* Waits as @vmf allows. Returns 0 if the caller shall look again. */
static vm_fault_t wait_for_access(struct space *space, struct entry *entry, struct vm_fault *vmf,
				  int err)
{
	struct file *file;

	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY; /* by convention with mmap_lock still held */
	if (vmf->flags & FAULT_FLAG_ALLOW_RETRY) {
		file = get_file(vmf->vma->vm_file); /* holds the space */
		mmap_read_unlock(vmf->vma->vm_mm);
		wait_for_page(space, entry, err);
		fput(file);
		return VM_FAULT_RETRY;
	}
	wait_for_page(space, entry, err);
	return fatal_signal_pending(current) ? VM_FAULT_NOPAGE : 0;
}

/* The entry is locked, and has access. */
static vm_fault_t take_page(struct space *space, struct entry *entry, struct vm_fault *vmf,
			    bool writes)
{
	struct page *page = popcorn_entry_page(space, entry);

	if (!page)
		return VM_FAULT_SIGBUS;
	get_page(page);
	lock_page(page); /* from here on, taking it away waits until it is mapped */
	vmf->page = page;
	if (!writes && !entry->for_write) /* otherwise ->page_mkwrite follows */
		popcorn_mapped_entry(space, entry);
	return VM_FAULT_LOCKED;
}

static vm_fault_t try_fault(struct space *space, struct entry *entry, struct vm_fault *vmf,
			    bool *asked)
{
	bool writes = vmf->flags & FAULT_FLAG_WRITE;
	vm_fault_t result;
	int err;

	mutex_lock(&entry->lock);
	if (suffices(entry, writes) && !entry->pending && !entry->error) {
		if (!*asked)
			count_space(space, SPACE_LOCAL_FAULTS);
		result = take_page(space, entry, vmf, writes);
		mutex_unlock(&entry->lock);
		return result;
	}
	if (entry->error || READ_ONCE(space->dead)) {
		mutex_unlock(&entry->lock);
		return VM_FAULT_SIGBUS;
	}
	err = ensure_request(space, entry, writes);
	mutex_unlock(&entry->lock);
	*asked = true;
	if (err && err != -EAGAIN)
		return VM_FAULT_SIGBUS;
	return wait_for_access(space, entry, vmf, err);
}

static vm_fault_t fault(struct vm_fault *vmf)
{
	struct space *space = vmf->vma->vm_private_data;
	struct entry *entry = popcorn_get_entry(space, vmf->pgoff);
	bool writes = vmf->flags & FAULT_FLAG_WRITE;
	u64 began = ktime_get_ns();
	bool asked = false;
	vm_fault_t result;

	if (!entry)
		return VM_FAULT_SIGBUS;
	popcorn_note_touch(space, vmf->pgoff, writes);
	trace_fault_begin(space->id, vmf->pgoff, writes, entry->access);
	do {
		result = try_fault(space, entry, vmf, &asked);
	} while (!result);
	trace_fault_end(space->id, vmf->pgoff, writes, asked, result, ktime_get_ns() - began);
	return result;
}

static vm_fault_t page_mkwrite(struct vm_fault *vmf)
{
	struct space *space = vmf->vma->vm_private_data;
	struct entry *entry = popcorn_get_entry(space, vmf->pgoff);
	vm_fault_t result = VM_FAULT_NOPAGE;

	if (!entry)
		return VM_FAULT_SIGBUS;
	popcorn_note_touch(space, vmf->pgoff, true);
	mutex_lock(&entry->lock);
	if (entry->access == ACCESS_WRITE && entry->page == vmf->page) {
		lock_page(vmf->page);
		entry->written = true;
		popcorn_mapped_entry(space, entry);
		result = VM_FAULT_LOCKED;
	} else if (entry->error || READ_ONCE(space->dead)) {
		result = VM_FAULT_SIGBUS;
	} else {
		ensure_request(space, entry, true); /* if it fails, ->fault tries again */
		unmap_mapping_range(space->inode->i_mapping, (loff_t)vmf->pgoff << PAGE_SHIFT,
				    PAGE_SIZE, 1);
	}
	mutex_unlock(&entry->lock);
	return result;
}

const struct vm_operations_struct popcorn_vm_operations = {
	.fault = fault,
	.page_mkwrite = page_mkwrite,
};
