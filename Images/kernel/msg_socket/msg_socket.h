/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of msg_socket.ko share with each other.
 *
 * Between two nodes there is at most one connection; the node with the higher id dials. Each
 * peer has two threads. Its receiver makes the connection (or waits for one that the listener
 * accepted), receives on it, and takes it down: a connection begins and ends in this thread
 * only. Its sender empties the queue when those who send cannot do so themselves.
 *
 * The functions are declared from the ground up: a file uses only what stands above it.
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

extern struct settings ms_settings;

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
	struct popcorn_header first; /* of its first frame */
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
	u32 epoch;        /* of the connection that stands, or stood last */
	u32 newest_epoch; /* ever agreed on; at least epoch */
	u64 seq;          /* of the last message sent */
	struct queue urgent;
	struct queue bulk;
	struct link offered; /* accepted, not yet taken by the receiver */
	enum popcorn_refusal logged_refusal;
	unsigned long logged_at;

	u8 *stash; /* rest of a frame that did not fit into the socket */
	size_t stash_begin;
	size_t stash_end;

	struct mutex sock_mutex; /* keeps sock while another thread shuts it down */
	struct socket *sock;
	const char *why_lost; /* set with sock_mutex by who shuts it down first */

	wait_queue_head_t offer_wait; /* receiver: a link is offered, or the end */
	wait_queue_head_t work_wait;  /* sender: there is something to send, or the end */
	wait_queue_head_t room_wait;  /* others: room in the queue, or nobody sends */

	/* Used by the receiver thread only. */
	u8 *buffer;
	size_t begin;
	size_t end;
	u64 received_seq[2]; /* by urgency */
	struct assembly assembly;

	/* Written by the receiver thread, read by the keepalive. */
	u32 heard; /* counts receive calls that brought bytes */

	/* Used by the keepalive work only. */
	u32 seen_epoch;
	u32 seen_heard;
	u32 seen_ack;
	unsigned int silent_ticks; /* nothing at all came from the peer's machine */
	unsigned int mute_ticks;   /* nothing came from its message layer */
};

/* params.c */
int ms_read_parameters(void);

/* auth.c */
int ms_set_secret(const char *hex);
bool ms_has_secret(void);
void ms_forget_secret(void);
void ms_hmac_sha256(u8 mac[POPCORN_DIGEST_SIZE], const void *const parts[], const size_t sizes[],
		    int count);

/* threads.c */
struct task_struct *ms_spawn_thread(int (*function)(void *), void *data, const char *name, int id);
void ms_end_thread(struct task_struct *task);

/* socket.c */
void ms_tune_socket(struct socket *sock);
void ms_close_socket(struct socket *sock);
const char *ms_loss_reason(int result);

/* peers.c */
int ms_make_peers(void);
void ms_free_peers(void);
struct peer *ms_peer_by_id(int id);
struct peer *ms_peer_by_address(__be32 address);
void ms_begin_stop(void);
bool ms_is_stopping(void);
void ms_disconnect(struct peer *peer, u32 epoch, const char *why);

/* delay.c */
bool ms_is_delayed(u16 type);
void ms_delay(u16 type);

/* queue.c */
void ms_drop_queues(struct peer *peer);

/* send.c */
#define STASH_SIZE (sizeof(struct popcorn_header) + POPCORN_MAX_FRAME)
int ms_send_message(const struct popcorn_send *send);
int ms_send_control(struct peer *peer, u16 type);
int ms_sender_main(void *data);

/* receive.c */
#define RECEIVE_BUFFER_SIZE SZ_256K
const char *ms_receive_until_lost(struct peer *peer);

/* refusal.c */
void ms_refuse(struct socket *sock, struct peer *peer, __be32 address, enum popcorn_refusal reason);

/* handshake.c */
int ms_handshake_dialing(struct socket *sock, struct peer *peer, struct link *link);
int ms_handshake_accepting(struct socket *sock, struct peer *peer, struct link *link);

/* dial.c */
int ms_dial(struct peer *peer, struct link *link);

/* connection.c */
bool ms_offer_link(struct peer *peer, const struct link *link);
int ms_receiver_main(void *data);

/* listen.c */
int ms_start_listening(void);
void ms_stop_listening(void);

/* keepalive.c */
void ms_start_keepalive(void);
void ms_stop_keepalive(void);

#endif
