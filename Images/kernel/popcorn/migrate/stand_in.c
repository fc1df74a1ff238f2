// SPDX-License-Identifier: GPL-2.0
/*
 * Stand-in descriptors at a worker: reading, writing, seeking and terminal requests go to the
 * descriptor of the origin, done by the shadow of the calling thread. Programs that call the
 * kernel directly, libc's stdio for one, thus keep working with the descriptors they know.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <asm/termios.h>
#include <asm/ioctls.h>
#include <uapi/popcorn/delegate.h>
#include "migrate.h"

struct stand_in {
	struct worker *worker;
	int fd;
};

static long run(const struct stand_in *stand_in, struct outgoing_call *call)
{
	int err;

	call->args[0] = stand_in->fd;
	err = popcorn_delegate(stand_in->worker, call);
	return err ? err : call->result;
}

static ssize_t read_iter(struct kiocb *kiocb, struct iov_iter *to)
{
	const struct stand_in *stand_in = kiocb->ki_filp->private_data;
	struct outgoing_call call = { .number = POPCORN_CALL_READ };
	void *buffer;
	ssize_t got;

	call.out_size = min_t(size_t, iov_iter_count(to), POPCORN_CALL_DATA);
	call.args[1] = call.out_size;
	buffer = kvmalloc(max(call.out_size, 1u), GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return -ENOMEM;
	call.out = buffer;
	got = run(stand_in, &call);
	if (got > call.out_filled)
		got = -EIO;
	if (got > 0 && copy_to_iter(buffer, got, to) != got)
		got = -EFAULT;
	kvfree(buffer);
	return got;
}

static ssize_t write_iter(struct kiocb *kiocb, struct iov_iter *from)
{
	const struct stand_in *stand_in = kiocb->ki_filp->private_data;
	struct outgoing_call call = { .number = POPCORN_CALL_WRITE };
	void *buffer;
	ssize_t put;

	call.in_size = min_t(size_t, iov_iter_count(from), POPCORN_CALL_DATA);
	buffer = kvmalloc(max(call.in_size, 1u), GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return -ENOMEM;
	call.in = buffer;
	if (copy_from_iter(buffer, call.in_size, from) != call.in_size)
		put = -EFAULT;
	else
		put = run(stand_in, &call);
	if (put > (ssize_t)call.in_size)
		put = -EIO;
	kvfree(buffer);
	return put;
}

static loff_t seek(struct file *file, loff_t offset, int whence)
{
	struct outgoing_call call = {
		.number = POPCORN_CALL_LSEEK,
		.args = { 0, offset, whence },
	};

	return run(file->private_data, &call);
}

static_assert(sizeof(struct termios) == 36 && sizeof(struct winsize) == 8,
	      "terminal_list.h knows the sizes of structures");

/* Bytes that a terminal request takes (@in) and gives; false for other requests. */
static bool is_terminal_request(unsigned int request, u32 *in, u32 *out)
{
	switch (request) {
#define TERMINAL_REQUEST(number, takes, gives) \
	case number: \
		*in = takes; \
		*out = gives; \
		return true;
#include <uapi/popcorn/terminal_list.h>
#undef TERMINAL_REQUEST
	default:
		return false;
	}
}

static long control(struct file *file, unsigned int request, unsigned long arg)
{
	u8 data[POPCORN_TERMINAL_DATA];
	struct outgoing_call call = {
		.number = POPCORN_CALL_TERMINAL,
		.args = { 0, request, arg },
		.in = data,
		.out = data,
	};
	long result;

	if (!is_terminal_request(request, &call.in_size, &call.out_size))
		return -ENOTTY;
	if (copy_from_user(data, (void __user *)arg, call.in_size))
		return -EFAULT;
	result = run(file->private_data, &call);
	if (result >= 0 && copy_to_user((void __user *)arg, data, call.out_filled))
		return -EFAULT;
	return result;
}

static int release(struct inode *inode, struct file *file)
{
	struct stand_in *stand_in = file->private_data;

	popcorn_worker_put(stand_in->worker);
	kfree(stand_in);
	return 0;
}

static const struct file_operations stand_in_operations = {
	.owner = THIS_MODULE,
	.read_iter = read_iter,
	.write_iter = write_iter,
	.llseek = seek,
	.unlocked_ioctl = control,
	.release = release,
};

/* Return: a new descriptor for the calling worker that stands for @fd of the origin. */
int popcorn_stand_in(struct worker *worker, unsigned long fd)
{
	struct stand_in *stand_in;
	struct file *file;
	int new;

	if (fd > INT_MAX)
		return -EBADF;
	stand_in = kmalloc(sizeof(*stand_in), GFP_KERNEL_ACCOUNT);
	if (!stand_in)
		return -ENOMEM;
	stand_in->worker = worker;
	stand_in->fd = fd;
	new = get_unused_fd_flags(0);
	if (new < 0) {
		kfree(stand_in);
		return new;
	}
	file = anon_inode_getfile("[popcorn]", &stand_in_operations, stand_in, O_RDWR);
	if (IS_ERR(file)) {
		put_unused_fd(new);
		kfree(stand_in);
		return PTR_ERR(file);
	}
	kref_get(&worker->ref);
	/* No position of its own: nothing is to be locked around reads and writes. */
	file->f_mode |= FMODE_LSEEK;
	fd_install(new, file);
	return new;
}
