// SPDX-License-Identifier: GPL-2.0
/* The files below /proc. What they say is made where the data lives. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/proc_fs.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include "core.h"

#define MAX_COMMAND 128 /* bytes written to a file at once */

/*
 * /proc/popcorn_clock: the clock of dmesg and tracing, and those of user space, back to back.
 */
static int show_clock(struct seq_file *file, void *unused)
{
	unsigned long flags;
	u64 local, mono, real;

	local_irq_save(flags);
	local = local_clock();
	mono = ktime_get_ns();
	real = ktime_get_real_ns();
	local_irq_restore(flags);
	seq_printf(file, "local=%llu mono=%llu real=%llu\n", local, mono, real);
	return 0;
}

static int open_clock(struct inode *inode, struct file *file)
{
	return single_open(file, show_clock, NULL);
}

/* Runs @command with what was written, less the newline, in one piece. */
static ssize_t write_command(const char __user *from, size_t size, int (*command)(char *))
{
	char buffer[MAX_COMMAND];
	int err;

	if (!size || size >= sizeof(buffer))
		return -EINVAL;
	if (copy_from_user(buffer, from, size))
		return -EFAULT;
	buffer[size] = '\0';
	if (strlen(buffer) != size)
		return -EINVAL;
	if (buffer[size - 1] == '\n')
		buffer[size - 1] = '\0';
	err = command(buffer);
	return err ? err : size;
}

static int open_peers(struct inode *inode, struct file *file)
{
	return popcorn_open_polled(file, popcorn_show_nodes, &popcorn_node_changes);
}

static ssize_t write_peers(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	return write_command(from, size, popcorn_command_nodes);
}

static __poll_t poll_peers(struct file *file, struct poll_table_struct *table)
{
	return popcorn_poll_changes(file, table, &popcorn_node_changes);
}

static int open_stat(struct inode *inode, struct file *file)
{
	return single_open(file, popcorn_show_stat, NULL);
}

static ssize_t write_stat(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	popcorn_reset_stat();
	return size;
}

static int open_types(struct inode *inode, struct file *file)
{
	return single_open(file, popcorn_show_types, NULL);
}

static int open_services(struct inode *inode, struct file *file)
{
	return single_open(file, popcorn_show_services, NULL);
}

static ssize_t write_services(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	return write_command(from, size, popcorn_command_services);
}

static int open_test(struct inode *inode, struct file *file)
{
	return single_open(file, popcorn_show_test, NULL);
}

static ssize_t write_test(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	return write_command(from, size, popcorn_run_test);
}

#define SHOWN_BY(open) .proc_open = open, .proc_read = seq_read, .proc_lseek = seq_lseek

static const struct proc_ops clock_ops = {
	SHOWN_BY(open_clock),
	.proc_release = single_release,
};

static const struct proc_ops peers_ops = {
	SHOWN_BY(open_peers),
	.proc_write = write_peers,
	.proc_poll = poll_peers,
	.proc_release = popcorn_release_polled,
};

static const struct proc_ops stat_ops = {
	SHOWN_BY(open_stat),
	.proc_write = write_stat,
	.proc_release = single_release,
};

static const struct proc_ops types_ops = {
	SHOWN_BY(open_types),
	.proc_release = single_release,
};

static const struct proc_ops services_ops = {
	SHOWN_BY(open_services),
	.proc_write = write_services,
	.proc_release = single_release,
};

static const struct proc_ops test_ops = {
	SHOWN_BY(open_test),
	.proc_write = write_test,
	.proc_release = single_release,
};

static const struct {
	const char *name;
	umode_t mode;
	const struct proc_ops *ops;
} files[] = {
	{ "popcorn_clock", 0444, &clock_ops },       { "popcorn_peers", 0644, &peers_ops },
	{ "popcorn_stat", 0644, &stat_ops },         { "popcorn_types", 0444, &types_ops },
	{ "popcorn_services", 0644, &services_ops }, { "popcorn_test", 0644, &test_ops },
};

static void remove_files(int count)
{
	while (count--)
		remove_proc_entry(files[count].name, NULL);
}

int popcorn_init_proc(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (!proc_create(files[i].name, files[i].mode, NULL, files[i].ops)) {
			remove_files(i);
			return -ENOMEM;
		}
	}
	return 0;
}

void popcorn_exit_proc(void)
{
	remove_files(ARRAY_SIZE(files));
	popcorn_drop_service_watchers(); /* those that were written there */
}
