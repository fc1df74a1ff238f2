/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of msg_socket.ko share with each other.
 *
 * Between two nodes there is at most one connection; the node with the higher id dials. Each
 * peer has two threads. Its receiver makes the connection (or waits for one that the listener
 * accepted), receives on it, and takes it down: a connection begins and ends in this thread
 * only. Its sender empties the queue when those who send cannot do so themselves.
 */
#ifndef MSG_SOCKET_H
#define MSG_SOCKET_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <popcorn/transport.h>

/* The module's parameters, checked; constant while it is loaded. */
struct settings {
	int count;
	int self;
	__be32 addresses[POPCORN_MAX_NODES];
	u16 port;
	unsigned int dead_ms;
	u64 boot_id;
	u8 list_digest[POPCORN_DIGEST_SIZE];
};

extern struct settings settings;

/* An authenticated connection. */
struct link {
	struct socket *sock;
	u32 epoch;
	u8 arch;
	u64 boot_id;
};

/* Messages that wait for the sender thread. */
struct queue {
	struct list_head items;
	u32 bytes;
};

/* A message that arrives in several frames. */
struct assembly {
	struct popcorn_header first;	/* of its first frame */
	u8 *data;
	u32 filled;
	bool active;
};

struct peer {
	int id;
	__be32 address;
	struct task_struct *receiver;
	struct task_struct *sender;

	/*
	 * lock protects this group. Whoever sets sending may use sock and the stash until it
	 * clears it again; the connection is not released before.
	 */
	spinlock_t lock;
	bool up;
	bool sending;
	u32 epoch;		/* of the connection that stands, or stood last */
	u32 newest_epoch;	/* ever agreed on; at least epoch */
	u64 seq;		/* of the last message sent */
	struct queue urgent;
	struct queue bulk;
	struct link offered;	/* accepted, not yet taken by the receiver */
	enum popcorn_refusal logged_refusal;
	unsigned long logged_at;

	u8 *stash;		/* rest of a frame that did not fit into the socket */
	size_t stash_begin;
	size_t stash_end;

	struct mutex sock_mutex;	/* keeps sock while another thread shuts it down */
	struct socket *sock;
	const char *why_lost;	/* set with sock_mutex by who shuts it down first */

	wait_queue_head_t offer_wait;	/* receiver: a link is offered, or the end */
	wait_queue_head_t work_wait;	/* sender: there is something to send, or the end */
	wait_queue_head_t room_wait;	/* others: room in the queue, or nobody sends */

	/* Used by the receiver thread only. */
	u8 *buffer;
	size_t begin;
	size_t end;
	u64 received_seq[2];	/* by urgency */
	struct assembly assembly;

	/* Written by the receiver thread, read by the keepalive. */
	u32 heard;		/* counts receive calls that brought bytes */

	/* Used by the keepalive work only. */
	u32 seen_epoch;
	u32 seen_heard;
	u32 seen_ack;
	unsigned int silent_ticks;	/* nothing at all came from the peer's machine */
	unsigned int mute_ticks;	/* nothing came from its message layer */
};

/* main.c */
bool is_stopping(void);
struct peer *peer_by_id(int id);
struct peer *peer_by_address(__be32 address);
struct task_struct *spawn_thread(int (*function)(void *), void *data, const char *name, int id);
void end_thread(struct task_struct *task);

/* params.c */
int read_parameters(void);

/* auth.c */
int set_secret(const char *hex);
bool has_secret(void);
void forget_secret(void);
void hmac_sha256(u8 mac[POPCORN_DIGEST_SIZE], const void *const parts[], const size_t sizes[],
		 int count);

/* handshake.c */
int handshake_dialing(struct socket *sock, struct peer *peer, struct link *link);
int handshake_accepting(struct socket *sock, struct peer *peer, struct link *link);
void refuse(struct socket *sock, struct peer *peer, __be32 address,
	    enum popcorn_refusal reason);

/* dial.c */
int dial(struct peer *peer, struct link *link);

/* listen.c */
int start_listening(void);
void stop_listening(void);

/* connection.c */
void tune_socket(struct socket *sock);
void close_socket(struct socket *sock);
bool offer_link(struct peer *peer, const struct link *link);
const char *loss_reason(int result);
void disconnect(struct peer *peer, u32 epoch, const char *why);
int receiver_main(void *data);
void free_buffers(struct peer *peer);

/* send.c */
#define STASH_SIZE	(sizeof(struct popcorn_header) + POPCORN_MAX_FRAME)
void init_queues(struct peer *peer);
int send_message(const struct popcorn_send *send);
int send_control(struct peer *peer, u16 type);
int sender_main(void *data);
void drop_queues(struct peer *peer);

/* receive.c */
#define RECEIVE_BUFFER_SIZE	SZ_256K
const char *receive_until_lost(struct peer *peer);

/* keepalive.c */
void start_keepalive(void);
void stop_keepalive(void);

#endif
