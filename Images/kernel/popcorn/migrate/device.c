// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/popcorn. An open file is nothing at first, and becomes a process (CREATE) or a worker
 * (ATTACH) once. From then on its mapping is that of the process's space, which is what makes
 * the mappings of all its users findable by page.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <popcorn/trace_migrate.h>
#include "../dsm/dsm.h"
#include "migrate.h"

struct popcorn_file {
	struct mutex lock; /* serialises CREATE and ATTACH */
	struct process *process;
	struct worker *worker;
};

static int open(struct inode *inode, struct file *file)
{
	struct popcorn_file *one = kzalloc(sizeof(*one), GFP_KERNEL_ACCOUNT);

	if (!one)
		return -ENOMEM;
	mutex_init(&one->lock);
	file->private_data = one;
	return 0;
}

static struct space *space_of(struct file *file)
{
	struct popcorn_file *one = file->private_data;
	struct process *process = smp_load_acquire(&one->process);
	struct worker *worker = smp_load_acquire(&one->worker);

	if (process)
		return process->space;
	return worker ? worker->space : NULL;
}

/* The owner of the file exits: others that inherited it shall not keep its workers alive. */
static int flush(struct file *file, fl_owner_t id)
{
	struct popcorn_file *one = file->private_data;
	struct process *process = smp_load_acquire(&one->process);

	if (process && (current->flags & PF_EXITING) && process->tgid == task_tgid(current))
		popcorn_process_end(process);
	return 0;
}

static int release(struct inode *inode, struct file *file)
{
	struct popcorn_file *one = file->private_data;

	if (one->process) {
		popcorn_process_end(one->process);
		popcorn_space_leave(one->process->space);
		popcorn_process_put(one->process);
	}
	if (one->worker)
		popcorn_worker_put(one->worker);
	kfree(one);
	return 0;
}

static int map(struct file *file, struct vm_area_struct *vma)
{
	struct space *space = space_of(file);

	return space ? popcorn_space_mmap(space, vma) : -EINVAL;
}

static int info(struct popcorn_info __user *user)
{
	struct popcorn_info info = {
		.abi = POPCORN_ABI,
		.self = popcorn_self(),
		.nodes = popcorn_node_count(),
	};
	struct popcorn_node node;
	int id;

	for (id = 0; id < POPCORN_NODES; id++) {
		info.arch[id] = POPCORN_ARCH_UNKNOWN;
		if (popcorn_get_node(id, &node))
			continue;
		info.arch[id] = node.arch;
		if (node.state != POPCORN_NODE_DOWN)
			info.up |= BIT(id);
	}
	return copy_to_user(user, &info, sizeof(info)) ? -EFAULT : 0;
}

static int create_locked(struct file *file, struct popcorn_create *create)
{
	struct popcorn_file *one = file->private_data;
	struct process *process;

	if (one->process || one->worker)
		return -EBUSY;
	process = popcorn_process_of_pid(task_tgid(current));
	if (process) {
		popcorn_process_put(process);
		return -EBUSY;
	}
	process = popcorn_process_create(create);
	if (IS_ERR(process))
		return PTR_ERR(process);
	file->f_mapping = process->space->inode->i_mapping;
	create->id = process->id;
	smp_store_release(&one->process, process);
	return 0;
}

static int create(struct file *file, struct popcorn_create __user *user)
{
	struct popcorn_file *one = file->private_data;
	struct popcorn_create args;
	int err;

	if (copy_from_user(&args, user, sizeof(args)))
		return -EFAULT;
	mutex_lock(&one->lock);
	err = create_locked(file, &args);
	mutex_unlock(&one->lock);
	if (err)
		return err;
	return copy_to_user(user, &args, sizeof(args)) ? -EFAULT : 0;
}

static int attach_locked(struct file *file, struct popcorn_attach *attach)
{
	struct popcorn_file *one = file->private_data;
	struct worker *worker;
	int err;

	if (one->process || one->worker)
		return -EBUSY;
	worker = popcorn_worker_of_current();
	if (!worker)
		return -ESRCH;
	err = popcorn_worker_attach(worker, attach);
	if (err) {
		popcorn_worker_put(worker);
		return err;
	}
	file->f_mapping = worker->space->inode->i_mapping;
	smp_store_release(&one->worker, worker);
	return 0;
}

static int attach(struct file *file, struct popcorn_attach __user *user)
{
	struct popcorn_file *one = file->private_data;
	struct popcorn_attach args;
	int err;

	mutex_lock(&one->lock);
	err = attach_locked(file, &args);
	mutex_unlock(&one->lock);
	if (err)
		return err;
	return copy_to_user(user, &args, sizeof(args)) ? -EFAULT : 0;
}

static int add_region(struct process *process, struct popcorn_region_info __user *user)
{
	struct popcorn_region_info region;
	int err;

	if (copy_from_user(&region, user, sizeof(region)))
		return -EFAULT;
	err = popcorn_process_add_region(process, &region);
	if (err)
		return err;
	return copy_to_user(user, &region, sizeof(region)) ? -EFAULT : 0;
}

static int get_region(struct file *file, struct popcorn_region_info __user *user)
{
	struct space *space = space_of(file);
	struct popcorn_region_info region;
	int err;

	if (!space)
		return -EINVAL;
	if (copy_from_user(&region, user, sizeof(region)))
		return -EFAULT;
	err = popcorn_get_region(space, &region);
	if (err)
		return err;
	return copy_to_user(user, &region, sizeof(region)) ? -EFAULT : 0;
}

static int discard(struct process *process, const struct popcorn_range __user *user)
{
	struct popcorn_range range;

	if (copy_from_user(&range, user, sizeof(range)))
		return -EFAULT;
	return popcorn_discard(process->space, &range);
}

static int propose(const struct popcorn_proposal __user *user)
{
	struct popcorn_proposal proposal;

	if (copy_from_user(&proposal, user, sizeof(proposal)))
		return -EFAULT;
	return popcorn_propose_by_pid(&proposal);
}

static void locate_at_origin(struct process *process, struct popcorn_whereabouts *where)
{
	struct thread *thread;

	where->origin = process->self;
	where->tid = task_pid_nr(current);
	mutex_lock(&process->lock);
	thread = popcorn_thread_of(process, task_pid(current), false);
	if (thread) {
		where->thread = thread->number;
		where->hop = thread->hop;
		where->proposed = thread->proposed;
		thread->proposed = -1;
		trace_migrate_check(process->id, thread->number, thread->hop + 1, process->self,
				    popcorn_traced_node(where->proposed), 0);
	}
	mutex_unlock(&process->lock);
}

static void locate_at_worker(struct worker *worker, struct popcorn_whereabouts *where)
{
	struct guest *guest;

	where->origin = worker->origin;
	mutex_lock(&worker->lock);
	guest = popcorn_guest_of_current(worker);
	if (guest) {
		where->thread = guest->number;
		where->tid = guest->tid;
		where->hop = guest->hop;
		where->proposed = guest->proposed;
		guest->proposed = -1;
		trace_migrate_check(worker->id, guest->number, guest->hop + 1, popcorn_self(),
				    popcorn_traced_node(where->proposed), 0);
	}
	mutex_unlock(&worker->lock);
}

static int whereabouts(struct popcorn_file *one, struct popcorn_whereabouts __user *user)
{
	struct popcorn_whereabouts where = { .self = popcorn_self(), .proposed = -1 };

	if (one->process)
		locate_at_origin(one->process, &where);
	else if (one->worker)
		locate_at_worker(one->worker, &where);
	else
		return -EINVAL;
	return copy_to_user(user, &where, sizeof(where)) ? -EFAULT : 0;
}

static int spec(struct popcorn_spec __user *user)
{
	struct worker *worker = popcorn_worker_of_current();
	struct popcorn_spec *spec;
	int err = 0;

	if (!worker)
		return -ESRCH;
	spec = kzalloc(sizeof(*spec), GFP_KERNEL);
	if (!spec) {
		err = -ENOMEM;
	} else {
		popcorn_fill_spec(worker, spec);
		if (copy_to_user(user, spec, sizeof(*spec)))
			err = -EFAULT;
		kfree(spec);
	}
	popcorn_worker_put(worker);
	return err;
}

static int stand_in(unsigned long fd)
{
	struct worker *worker = popcorn_worker_of_current();
	int result;

	if (!worker)
		return -ESRCH;
	result = popcorn_stand_in(worker, fd);
	popcorn_worker_put(worker);
	return result;
}

static bool is_owner(const struct process *process)
{
	return process && process->tgid == task_tgid(current);
}

static bool is_worker(const struct worker *worker)
{
	return worker && worker->pid == task_tgid(current);
}

static long step(struct popcorn_file *one, void __user *user)
{
	if (is_owner(one->process))
		return popcorn_origin_step(one->process, user);
	if (is_worker(one->worker))
		return popcorn_worker_step(one->worker, user);
	return -EINVAL;
}

static long control(struct file *file, unsigned int command, unsigned long arg)
{
	struct popcorn_file *one = file->private_data;
	void __user *user = (void __user *)arg;

	switch (command) {
	case POPCORN_IOC_INFO:
		return info(user);
	case POPCORN_IOC_CREATE:
		return create(file, user);
	case POPCORN_IOC_ADD_REGION:
		return is_owner(one->process) ? add_region(one->process, user) : -EINVAL;
	case POPCORN_IOC_GET_REGION:
		return get_region(file, user);
	case POPCORN_IOC_DISCARD:
		return is_owner(one->process) ? discard(one->process, user) : -EINVAL;
	case POPCORN_IOC_RESERVE:
		return is_owner(one->process) ? popcorn_reserve(one->process, user) : -EINVAL;
	case POPCORN_IOC_ATTACH:
		return attach(file, user);
	case POPCORN_IOC_STEP:
		return step(one, user);
	case POPCORN_IOC_CALL:
		return is_worker(one->worker) ? popcorn_call_ioctl(one->worker, user) : -EINVAL;
	case POPCORN_IOC_PROPOSE:
		return propose(user);
	case POPCORN_IOC_WHEREABOUTS:
		return whereabouts(one, user);
	case POPCORN_IOC_SPEC:
		return spec(user);
	case POPCORN_IOC_STAND_IN:
		return stand_in(arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = open,
	.flush = flush,
	.release = release,
	.mmap = map,
	.unlocked_ioctl = control,
	.llseek = no_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "popcorn",
	.fops = &operations,
	.mode = 0666, /* whoever may run a program here may run it there, with his own rights */
};

int popcorn_init_device(void)
{
	return misc_register(&device);
}

void popcorn_exit_device(void)
{
	misc_deregister(&device);
}
