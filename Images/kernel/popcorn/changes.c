// SPDX-License-Identifier: GPL-2.0
/*
 * Files below /proc that can be polled: POLLPRI and POLLERR say that what they tell has changed
 * since the file was opened or last polled, as with /proc/self/mounts. A poller stays on the wait
 * queue while it sleeps, so its file keeps the module loaded; the bit in private says that it does.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/module.h>
#include <linux/poll.h>
#include "core.h"

#define HOLDS_MODULE 0

DEFINE_POPCORN_CHANGES(popcorn_ps_changes);

void popcorn_changed(struct popcorn_changes *changes)
{
	atomic_inc(&changes->count);
	wake_up_interruptible_poll(&changes->wait, EPOLLERR | EPOLLPRI);
}

int popcorn_open_polled(struct file *file, int (*show)(struct seq_file *file, void *unused),
			struct popcorn_changes *changes)
{
	int count = atomic_read(&changes->count);
	int err = single_open(file, show, NULL);

	if (!err)
		((struct seq_file *)file->private_data)->poll_event = count;
	return err;
}

__poll_t popcorn_poll_changes(struct file *file, struct poll_table_struct *table,
			      struct popcorn_changes *changes)
{
	struct seq_file *seq = file->private_data;
	__poll_t events = EPOLLIN | EPOLLRDNORM;
	int count;

	if (!test_and_set_bit(HOLDS_MODULE, (unsigned long *)&seq->private) &&
	    !try_module_get(THIS_MODULE)) {
		clear_bit(HOLDS_MODULE, (unsigned long *)&seq->private);
		return EPOLLERR | EPOLLHUP;
	}
	poll_wait(file, &changes->wait, table);
	count = atomic_read(&changes->count);
	if (seq->poll_event != count) {
		seq->poll_event = count;
		events |= EPOLLERR | EPOLLPRI;
	}
	return events;
}

int popcorn_release_polled(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	bool holds = test_bit(HOLDS_MODULE, (unsigned long *)&seq->private);
	int err = single_release(inode, file);

	if (holds)
		module_put(THIS_MODULE);
	return err;
}
