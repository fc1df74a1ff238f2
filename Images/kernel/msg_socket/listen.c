// SPDX-License-Identifier: GPL-2.0
/*
 * Accepting connections. Every handshake is a work item of its own, so one that is slow or
 * silent holds up nobody; each peer may have a few at a time.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/in.h>
#include <linux/kthread.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "msg_socket.h"

#define HANDSHAKES_PER_PEER 4
#define BACKLOG             64

struct job {
	struct work_struct work;
	struct list_head list;
	struct socket *sock;
	struct peer *peer;
};

static struct socket *listener;
static struct task_struct *accept_task;
static struct workqueue_struct *handshakes;
static LIST_HEAD(jobs);
static DEFINE_MUTEX(jobs_mutex); /* protects jobs; their sockets stay open while listed */

static void run_job(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);
	struct link *link = kmalloc(sizeof(*link), GFP_KERNEL);
	bool taken = link && !ms_handshake_accepting(job->sock, job->peer, link);

	taken = taken && ms_offer_link(job->peer, link);
	mutex_lock(&jobs_mutex);
	list_del(&job->list);
	mutex_unlock(&jobs_mutex);
	if (!taken) {
		ms_close_socket(job->sock);
		kfree(link);
	}
	kfree(job);
}

static int count_jobs_of(const struct peer *peer)
{
	const struct job *job;
	int count = 0;

	lockdep_assert_held(&jobs_mutex);
	list_for_each_entry (job, &jobs, list)
		count += job->peer == peer;
	return count;
}

static bool begin_job(struct socket *sock, struct peer *peer)
{
	struct job *job = kzalloc(sizeof(*job), GFP_KERNEL);
	bool begun = false;

	if (!job)
		return false;
	INIT_WORK(&job->work, run_job);
	job->sock = sock;
	job->peer = peer;
	mutex_lock(&jobs_mutex);
	if (count_jobs_of(peer) < HANDSHAKES_PER_PEER) {
		list_add_tail(&job->list, &jobs);
		queue_work(handshakes, &job->work);
		begun = true;
	}
	mutex_unlock(&jobs_mutex);
	if (!begun)
		kfree(job);
	return begun;
}

static void admit(struct socket *sock)
{
	struct sockaddr_in from = {};
	struct peer *peer;

	if (kernel_getpeername(sock, (struct sockaddr *)&from) < 0) {
		ms_close_socket(sock);
		return;
	}
	ms_tune_socket(sock);
	peer = ms_peer_by_address(from.sin_addr.s_addr);
	if (!peer || peer->id < ms_settings.self) {
		ms_refuse(sock, NULL, from.sin_addr.s_addr, POPCORN_REFUSED_STRANGER);
		ms_close_socket(sock);
	} else if (!begin_job(sock, peer)) {
		ms_refuse(sock, peer, from.sin_addr.s_addr, POPCORN_REFUSED_BUSY);
		ms_close_socket(sock);
	}
}

static int accept_main(void *unused)
{
	struct socket *sock;
	int err;

	allow_signal(SIGKILL);
	while (!ms_is_stopping()) {
		err = kernel_accept(listener, &sock, 0);
		if (!err)
			admit(sock);
		else if (!ms_is_stopping())
			schedule_timeout_interruptible(HZ / 10);
	}
	return 0;
}

static int open_listener(void)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(ms_settings.port),
		.sin_addr.s_addr = ms_settings.addresses[ms_settings.self],
	};
	int err;

	err = sock_create_kern(&init_net, PF_INET, SOCK_STREAM, IPPROTO_TCP, &listener);
	if (err)
		return err;
	sock_set_reuseaddr(listener->sk);
	err = kernel_bind(listener, (struct sockaddr *)&at, sizeof(at));
	if (!err)
		err = kernel_listen(listener, BACKLOG);
	if (err) {
		pr_err("cannot listen on %pI4:%u: error %d\n", &at.sin_addr, ms_settings.port, err);
		sock_release(listener);
	}
	return err;
}

int ms_start_listening(void)
{
	int err = open_listener();

	if (err)
		return err;
	handshakes = alloc_workqueue("popcorn_handshake", WQ_UNBOUND, 0);
	if (!handshakes) {
		err = -ENOMEM;
		goto close;
	}
	accept_task = ms_spawn_thread(accept_main, NULL, "popcorn_accept/%d", ms_settings.self);
	if (IS_ERR(accept_task)) {
		err = PTR_ERR(accept_task);
		goto destroy;
	}
	return 0;

destroy:
	destroy_workqueue(handshakes);
close:
	sock_release(listener);
	return err;
}

/* After ms_is_stopping(): ends handshakes that are under way, too. */
void ms_stop_listening(void)
{
	struct job *job;

	ms_end_thread(accept_task);
	sock_release(listener);
	mutex_lock(&jobs_mutex);
	list_for_each_entry (job, &jobs, list)
		kernel_sock_shutdown(job->sock, SHUT_RDWR);
	mutex_unlock(&jobs_mutex);
	destroy_workqueue(handshakes);
}
