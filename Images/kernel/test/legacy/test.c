// SPDX-License-Identifier: GPL-2.0
/* The self test: "ACTION BYTES THREADS ROUNDS" to /proc/msg_test, and the time of all rounds in the log. */
#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "legacy.h"

struct test_request {
	struct legacy_header header;
	u64 flags;
	u64 done;
	u8 payload[];
} __packed;

struct test_response {
	struct legacy_header header;
	u64 done;
} __packed;

void legacy_test_message(int nid, const struct legacy_header *message)
{
	const struct test_request *request = (const void *)message;
	struct test_response response = {
		.header = { .type = LEGACY_TEST_RESPONSE, .size = sizeof(response) },
	};

	if (message->type == LEGACY_TEST_REQUEST) {
		response.done = request->done;
		legacy_send(nid, &response.header);
	} else {
		complete((struct completion *)(uintptr_t)((const struct test_response *)message)
				 ->done);
	}
}

static int run(size_t payload, unsigned long rounds)
{
	struct test_request *request = kzalloc(sizeof(*request) + payload, GFP_KERNEL);
	DECLARE_COMPLETION_ONSTACK(done);
	u64 begin, elapsed;
	unsigned long i;
	int error = 0;

	if (!request)
		return -ENOMEM;
	request->header = (struct legacy_header){ .type = LEGACY_TEST_REQUEST,
						  .size = sizeof(*request) + payload };
	request->done = (uintptr_t)&done;
	begin = ktime_get_ns();
	for (i = 0; i < rounds && !error; i++) {
		error = legacy_send(!legacy_self(), &request->header);
		if (!error)
			wait_for_completion(&done);
	}
	elapsed = ktime_get_ns() - begin;
	kfree(request);
	pr_info("Done testing synchronous send\n");
	pr_info("  %9llu ns in total\n", elapsed);
	return error;
}

static ssize_t start(struct file *file, const char __user *text, size_t size, loff_t *place)
{
	char line[80] = "";
	unsigned int action, threads = 1;
	unsigned long payload = 4096, rounds = 1;
	int error;

	if (size >= sizeof(line) || copy_from_user(line, text, size))
		return -EINVAL;
	if (sscanf(line, "%u %lu %u %lu", &action, &payload, &threads, &rounds) < 1 || action ||
	    threads != 1 || payload < 16 || payload > LEGACY_MAX - 26)
		return -EINVAL;
	error = run(payload, rounds);
	return error ?: size;
}

static const struct proc_ops operations = { .proc_write = start };

int legacy_test_init(void)
{
	return proc_create("msg_test", 0200, NULL, &operations) ? 0 : -ENOMEM;
}
