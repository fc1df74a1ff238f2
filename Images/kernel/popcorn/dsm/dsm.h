/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared memory of a process whose threads live on several nodes.
 *
 * A space is that memory, seen from one node. Its home is the origin of the process, and its
 * pages are numbered by address, the same everywhere. Per page there are at any time several
 * readers or one writer. The home knows them: the owner, who alone may write, or the sharers.
 *
 * A node that lacks access asks the home (REQUEST). The home takes the page from the owner
 * (FETCH, FETCHED) or from the sharers (INVALIDATE, INVALIDATED) and hands it on (GRANT), one
 * request per page at a time. Every step is an event, a fault or a message; no step waits for
 * the network, so locks are never held over a round trip. Messages between two nodes keep
 * their order and the receive thread itself installs grants; hence a FETCH or INVALIDATE never
 * overtakes the GRANT before it.
 *
 * Progress: a page that was granted but not yet mapped is fresh, and is not taken away before
 * the thread that waited for it has had its turn, or PATIENCE has passed. Such demands, and
 * steps whose message found no room in the queue, wait on the space's list for the sweeper.
 *
 * Lock order: mmap_lock, page entry's mutex, page lock, i_mmap_rwsem, page table lock.
 * User memory is never touched with an entry's mutex held.
 */
#ifndef POPCORN_DSM_H
#define POPCORN_DSM_H

#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <popcorn/dsm_wire.h>
#include <popcorn/message.h>
#include <uapi/popcorn/popcorn.h>

enum access {
	ACCESS_NONE,
	ACCESS_READ,
	ACCESS_WRITE,
};

#define NOBODY (-1)

/* What the home knows about a page. */
struct directory {
	s8 owner;            /* the node with write access, or NOBODY */
	s8 asker;            /* the node whose request is being served, or NOBODY */
	bool asker_writes;   /* it will get write access */
	bool asker_upgrades; /* it had the only other copy when it asked to write */
	bool migratory;      /* whoever reads the page writes it soon */
	bool lost;           /* the only valid copy is gone */
	u32 sharers;         /* bit per node with a copy; the owner's alone if there is one */
	u32 awaited;         /* nodes that have yet to answer */
	u32 readers;         /* nodes that wait for their turn */
	u32 writers;
};

/* One page of a space, at this node. Lives as long as the space. */
struct entry {
	struct mutex lock; /* protects all of the following */
	u64 number;
	struct page *page; /* NULL: no data; at the home with access: zero */
	u8 access;         /* enum access: what this node may do */
	bool pending;      /* a request of this node is under way */
	bool for_write;    /* so was this node's last request */
	bool fresh;        /* granted, and not mapped since; if for_write, for writing */
	bool written;      /* mapped for writing since the grant */
	bool returning;    /* to the home, which has not taken it yet */
	bool stalled;      /* the sweeper shall go on with it */
	u16 demand;        /* message type of a demand that has to wait; 0: none */
	u16 demand_flags;
	int error;              /* of the last request; stays: what fails once is lost */
	unsigned long deadline; /* of a fresh page that is in demand, in jiffies */
	struct list_head sweep; /* in space->sweep_list; protected by space->sweep_lock */
	struct directory dir;   /* at the home only */
};

/* Pages that a thread touched first: number << 1, plus 1 if it wrote. */
struct footprint {
	u32 count;
	u64 pages[POPCORN_LUGGAGE_PAGES];
};

/* Takes the footprint of a thread that is at this node. */
struct tracker {
	struct list_head list; /* in space->trackers, or empty */
	struct pid *task;
	struct footprint print; /* protected by space->trackers_lock while in the list */
};

/* Pages that are about to leave with a thread. */
struct luggage {
	struct space *space;
	u32 count;
	u32 size;                                     /* bytes of pages */
	void *pages;                                  /* struct popcorn_luggage_page, with data */
	struct entry *entries[POPCORN_LUGGAGE_PAGES]; /* locked */
};

enum space_counter {
	SPACE_READ_FAULTS,
	SPACE_WRITE_FAULTS,
	SPACE_UPGRADES,
	SPACE_LOCAL_FAULTS,
	SPACE_JOINED_FAULTS,
	SPACE_PAGES_IN,
	SPACE_PAGES_OUT,
	SPACE_TAKEN_AWAY,
	SPACE_DEFERRED,
	SPACE_CARRIED,
	SPACE_COUNTERS,
};

struct space {
	u64 id;
	int home;
	bool at_home; /* this node is it, with or without a transport */
	refcount_t ref;
	struct rcu_head rcu;
	struct inode *inode;   /* whose mapping all mappings of the space share */
	struct xarray pages;   /* struct entry by page number */
	bool dead;             /* no more access; see popcorn_space_kill() */
	bool leaving;          /* see popcorn_space_leave() */
	unsigned long members; /* at the home: other nodes with a worker; atomic bits */
	atomic_t resident;     /* pages of memory here */

	spinlock_t sweep_lock;
	struct list_head sweep_list; /* entries that wait; protected by sweep_lock */
	struct delayed_work sweeper;

	spinlock_t trackers_lock;
	struct list_head trackers; /* of threads here; protected by trackers_lock */

	spinlock_t regions_lock; /* protects regions; they are only ever added */
	u32 region_count;
	struct popcorn_region_info regions[POPCORN_REGIONS];

	atomic64_t counters[SPACE_COUNTERS];
};

/* space.c */
struct space *popcorn_space_create(u64 id, int home, bool at_home);
struct space *popcorn_space_find(u64 id);
void popcorn_space_put(struct space *space);
void popcorn_space_leave(struct space *space);
void popcorn_space_kill(struct space *space);
void popcorn_space_add_member(struct space *space, int node);
void popcorn_space_lose_member(struct space *space, int node, bool orderly);
bool popcorn_space_has_member(struct space *space, int node);
int popcorn_space_count(void);
void popcorn_space_each(void (*function)(struct space *space, void *data), void *data);
extern struct workqueue_struct *popcorn_dsm_queue;

/* region.c */
int popcorn_add_region(struct space *space, struct popcorn_region_info *region);
int popcorn_get_region(struct space *space, struct popcorn_region_info *region);
bool popcorn_range_is_valid(struct space *space, u64 address, u64 size);
int popcorn_space_mmap(struct space *space, struct vm_area_struct *vma);
int popcorn_discard(struct space *space, const struct popcorn_range *range);

/* page.c */
struct entry *popcorn_get_entry(struct space *space, u64 number);
struct page *popcorn_entry_page(struct space *space, struct entry *entry);
void popcorn_drop_page(struct space *space, struct entry *entry);
bool popcorn_fill_page(struct space *space, struct entry *entry, const void *data);
void popcorn_lower_access(struct space *space, struct entry *entry, enum access access);
void popcorn_finish_request(struct entry *entry, enum access access, int error);
int popcorn_send_page(struct space *space, struct entry *entry, int node, u16 type, u32 flags);
u64 popcorn_resident_pages(void);
void popcorn_init_pages(void);
u64 popcorn_space_limit(void);
void popcorn_watch_space_limit(void (*changed)(void));
static inline void count_space(struct space *space, enum space_counter counter)
{
	atomic64_inc(&space->counters[counter]);
}

/* sweep.c */
void popcorn_sweep_later(struct space *space, struct entry *entry, unsigned long delay);
bool popcorn_defer_for_turn(struct space *space, struct entry *entry);
void popcorn_init_sweeper(struct space *space);
void popcorn_mapped_entry(struct space *space, struct entry *entry);

/* home.c */
void popcorn_home_request(struct space *space, struct entry *entry, int node, bool writes);
void popcorn_home_continue(struct space *space, struct entry *entry);

bool popcorn_home_offer(struct space *space, struct entry *entry, int node, bool writes,
			u32 *flags);
void popcorn_home_settle(struct space *space, struct entry *entry, bool sent);

/* loss.c */
void popcorn_home_lose_node(struct space *space, struct entry *entry, int node, bool orderly);
void popcorn_lose_page(struct space *space, struct entry *entry);

/* to_home.c */
int popcorn_home_accept(struct space *space, struct entry *entry, int node, u32 flags,
			const void *data);
extern const struct popcorn_handler popcorn_page_request_handler;
extern const struct popcorn_handler popcorn_page_fetched_handler;
extern const struct popcorn_handler popcorn_page_invalidated_handler;
extern const struct popcorn_handler popcorn_page_return_handler;
extern const struct popcorn_handler popcorn_space_leave_handler;

/* holder.c */
bool popcorn_holder_offer(struct space *space, struct entry *entry, bool writes, u32 *flags);
int popcorn_holder_accept(struct space *space, struct entry *entry, u32 flags, const void *data);
bool popcorn_serve_demand(struct space *space, struct entry *entry);
extern const struct popcorn_handler popcorn_page_grant_handler;
extern const struct popcorn_handler popcorn_page_fetch_handler;
extern const struct popcorn_handler popcorn_page_invalidate_handler;

/* footprint.c */
void popcorn_init_tracker(struct tracker *tracker);
void popcorn_start_tracking(struct space *space, struct tracker *tracker);
void popcorn_stop_tracking(struct space *space, struct tracker *tracker);
void popcorn_note_touch(struct space *space, u64 number, bool writes);

/* luggage.c */
void popcorn_pack(struct luggage *bag, struct space *space, int node,
		  const struct footprint *wanted, const struct footprint *wishes,
		  struct popcorn_luggage *head);
void popcorn_packed(struct luggage *bag, bool sent);
int popcorn_unpack(struct space *space, int node, const struct popcorn_luggage *head, u32 size,
		   struct footprint *wishes);

/* fault.c */
extern const struct vm_operations_struct popcorn_vm_operations;

int popcorn_init_spaces(void);
void popcorn_exit_spaces(void);

/* pages.c */
int popcorn_init_pages_file(void);
void popcorn_exit_pages_file(void);

/* init.c */
int popcorn_init_dsm(void);
void popcorn_exit_dsm(void);

#endif
