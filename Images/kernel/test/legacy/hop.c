// SPDX-License-Identifier: GPL-2.0
/*
 * What a thread's move looks like, in messages and in the log; nothing moves.
 *
 * Who writes "PAGES" to /proc/legacy_hop plays a thread that goes to the other node, asks for so many pages there, writing to every
 * other, and comes back. Who writes "warn" gets a warning of the kernel.
 */
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "legacy.h"

#define FIRST_PAGE 0x500000ul
#define MOST_PAGES 1000
/* FAULT_FLAG_WRITE of the kernel that this stands in for. */
#define FLAG_WRITE 1

/* As large as those of the kernel that this stands in for, so that they come in several segments. */
struct task_migrate {
	struct legacy_header header;
	s32 origin_tgid;
	s32 origin_pid;
	u32 pages;
	u8 rest[12030 - 22];
} __packed;

struct task_migrate_back {
	struct legacy_header header;
	s32 remote_nid;
	s32 remote_pid;
	s32 origin_pid;
	u8 rest[2978 - 22];
} __packed;

struct task_pairing {
	struct legacy_header header;
	s32 my_tgid;
	s32 my_pid;
	s32 your_pid;
} __packed;

struct page_request {
	struct legacy_header header;
	s32 origin_pid;
	s32 origin_ws;
	s32 remote_pid;
	u64 address;
	u64 flags;
	u64 instruction;
	u64 rdma_address;
	u32 rdma_key;
} __packed;

struct page_response {
	struct legacy_header header;
	s32 remote_pid;
	s32 origin_pid;
	s32 origin_ws;
	u64 address;
	s32 result;
	u8 page[4096];
} __packed;

#define SHORT_SIZE offsetof(struct page_response, page)

/* One thread at a time is away. */
static DEFINE_MUTEX(mover);
static DECLARE_COMPLETION(home);
static DECLARE_COMPLETION(page);

/* Who is away; 0 for nobody. */
static pid_t away;

/* One line for it, as the kernel that this stands in for begins those of a process. */
static int show(struct seq_file *file, void *unused)
{
	if (away)
		seq_printf(file, "L: %16s %5d\n", "thread", away);
	return 0;
}

/* Plays the thread where it came to. */
static int visit(void *argument)
{
	struct task_migrate *came = argument;
	int origin = came->header.from_nid, thread = came->origin_pid;
	struct task_pairing pairing = {
		.header = { .type = LEGACY_TASK_PAIRING, .size = sizeof(pairing) },
		.my_tgid = current->tgid,
		.my_pid = current->pid,
		.your_pid = thread,
	};
	struct task_migrate_back *back = kzalloc(sizeof(*back), GFP_KERNEL);
	unsigned int i;

	legacy_send(origin, &pairing.header);
	pr_info("\n####### MIGRATED - [%d/%d] from [%d/%d]\n", current->pid, legacy_self(), thread,
		origin);
	for (i = 0; i < came->pages; i++) {
		struct page_request request = {
			.header = { .type = LEGACY_PAGE_REQUEST, .size = sizeof(request) },
			.origin_pid = current->pid,
			.origin_ws = i % 64,
			.remote_pid = thread,
			.address = FIRST_PAGE + i * PAGE_SIZE + 8,
			.flags = i % 2 ? FLAG_WRITE : 0,
		};

		legacy_send(origin, &request.header);
		wait_for_completion(&page);
	}
	if (back) {
		back->header = (struct legacy_header){ .type = LEGACY_TASK_MIGRATE_BACK,
						       .size = sizeof(*back) };
		back->remote_nid = legacy_self();
		back->remote_pid = current->pid;
		back->origin_pid = thread;
		legacy_send(origin, &back->header);
	}
	pr_info("EXITED [%d] remote / 0x0\n", current->pid);
	kfree(back);
	kfree(came);
	return 0;
}

static void answer(int nid, const struct page_request *request)
{
	struct page_response *response = kzalloc(sizeof(*response), GFP_KERNEL);
	bool writes = request->flags & FLAG_WRITE;

	if (!response)
		return;
	response->header.type = writes ? LEGACY_PAGE_RESPONSE_SHORT : LEGACY_PAGE_RESPONSE;
	response->header.size = writes ? SHORT_SIZE : sizeof(*response);
	response->remote_pid = request->remote_pid;
	response->origin_pid = request->origin_pid;
	response->origin_ws = request->origin_ws;
	response->address = request->address;
	legacy_send(nid, &response->header);
	kfree(response);
}

void legacy_hop_message(int nid, const struct legacy_header *message)
{
	const struct task_migrate_back *back = (const void *)message;
	void *copy;

	switch (message->type) {
	case LEGACY_TASK_MIGRATE:
		copy = kmemdup(message, sizeof(struct task_migrate), GFP_KERNEL);
		if (copy && IS_ERR(kthread_run(visit, copy, "legacy_visit")))
			kfree(copy);
		break;
	case LEGACY_TASK_MIGRATE_BACK:
		pr_info("### BACKMIG [%d] from [%d/%d]\n", back->origin_pid, back->remote_pid,
			back->remote_nid);
		complete(&home);
		break;
	case LEGACY_PAGE_REQUEST:
		answer(nid, (const void *)message);
		break;
	case LEGACY_PAGE_RESPONSE:
	case LEGACY_PAGE_RESPONSE_SHORT:
		complete(&page);
		break;
	}
}

static ssize_t move(struct file *file, const char __user *text, size_t size, loff_t *place)
{
	struct task_migrate *leaving;
	unsigned int pages;
	int error, target = !legacy_self();
	char word[16];

	if (size >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, text, size))
		return -EFAULT;
	word[size] = '\0';
	if (sysfs_streq(word, "warn")) {
		WARN(1, "legacy: as asked for\n");
		return size;
	}
	error = kstrtouint(word, 0, &pages);
	if (error || pages > MOST_PAGES)
		return error ?: -EINVAL;
	leaving = kzalloc(sizeof(*leaving), GFP_KERNEL);
	if (!leaving)
		return -ENOMEM;
	leaving->header =
		(struct legacy_header){ .type = LEGACY_TASK_MIGRATE, .size = sizeof(*leaving) };
	leaving->origin_tgid = current->tgid;
	leaving->origin_pid = current->pid;
	leaving->pages = pages;
	mutex_lock(&mover);
	pr_info("####### MIGRATE [%d] to %d\n", current->pid, target);
	away = current->pid;
	legacy_send(target, &leaving->header);
	/* Until it comes back, as a thread's shadow does. */
	error = wait_for_completion_killable(&home);
	away = 0;
	mutex_unlock(&mover);
	kfree(leaving);
	return error ?: size;
}

static const struct proc_ops operations = { .proc_write = move };

int legacy_hop_init(void)
{
	if (!proc_create_single("popcorn_ps", 0444, NULL, show))
		return -ENOMEM;
	return proc_create("legacy_hop", 0200, NULL, &operations) ? 0 : -ENOMEM;
}
