// SPDX-License-Identifier: GPL-2.0
/* Threads that can be ended while they wait for a socket. */

#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "msg_socket.h"

/* The thread may return at any time; ms_end_thread() must follow all the same. */
struct task_struct *ms_spawn_thread(int (*function)(void *), void *data, const char *name, int id)
{
	struct task_struct *task = kthread_create(function, data, name, id);

	if (!IS_ERR(task)) {
		get_task_struct(task);
		wake_up_process(task);
	}
	return task;
}

/* The signal ends blocking calls on sockets, in threads that allow it. */
void ms_end_thread(struct task_struct *task)
{
	if (IS_ERR_OR_NULL(task))
		return;
	send_sig(SIGKILL, task, 1);
	kthread_stop(task);
	put_task_struct(task);
}
