// SPDX-License-Identifier: GPL-2.0
/*
 * Footprints: which pages a thread touches first after it has come to a node. It will do so
 * the next time, too; so they are what it had better take along (luggage.c).
 *
 * Pages that are mapped already cause no fault, leave no print, and need not be brought.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/pid.h>
#include <linux/sched.h>
#include "dsm.h"

void popcorn_init_tracker(struct tracker *tracker)
{
	INIT_LIST_HEAD(&tracker->list);
	tracker->print.count = 0;
}

/* The calling thread's footprint is taken from now on. */
void popcorn_start_tracking(struct space *space, struct tracker *tracker)
{
	spin_lock(&space->trackers_lock);
	tracker->task = task_pid(current);
	tracker->print.count = 0;
	list_move(&tracker->list, &space->trackers);
	spin_unlock(&space->trackers_lock);
}

/* After this tracker->print stays as it is. May be called again. */
void popcorn_stop_tracking(struct space *space, struct tracker *tracker)
{
	spin_lock(&space->trackers_lock);
	list_del_init(&tracker->list);
	spin_unlock(&space->trackers_lock);
}

/* Returns whether there is room for more. */
static bool add_print(struct footprint *print, u64 number, bool writes)
{
	u32 i;

	for (i = 0; i < print->count; i++) {
		if (print->pages[i] >> 1 == number) {
			print->pages[i] |= writes;
			return true;
		}
	}
	/* The last one stays open for a write until another page comes. */
	if (print->count == POPCORN_LUGGAGE_PAGES)
		return false;
	print->pages[print->count++] = number << 1 | writes;
	return true;
}

/* The calling thread touches a page that is not mapped, or not for writing. */
void popcorn_note_touch(struct space *space, u64 number, bool writes)
{
	struct tracker *tracker;

	spin_lock(&space->trackers_lock);
	list_for_each_entry (tracker, &space->trackers, list) {
		if (tracker->task != task_pid(current))
			continue;
		if (!add_print(&tracker->print, number, writes))
			list_del_init(&tracker->list);
		break;
	}
	spin_unlock(&space->trackers_lock);
}
