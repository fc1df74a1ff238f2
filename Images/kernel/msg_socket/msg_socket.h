/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of msg_socket.ko share with each other.
 *
 * Between two nodes there is at most one session (session.h) and at most one connection, which
 * carries it; the node with the higher id dials. Each peer has two threads. Its receiver makes
 * the connection (or waits for one that the listener accepted), receives on it, takes it down,
 * and ends the session when somebody has said so (ms_give_up()): connections and sessions begin
 * and end in this thread only. Its sender does what those who send cannot do themselves.
 *
 * A message goes into the stream, from there into the socket, and leaves the stream when the
 * peer has handled it. Messages that the stream has no room for wait in queues.
 *
 * The functions are declared from the ground up: a file uses only what stands above it.
 */
#ifndef MSG_SOCKET_H
#define MSG_SOCKET_H

#include <linux/align.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <popcorn/transport.h>
#include "session.h"
#include "stream.h"

/* The module's parameters, checked; constant while it is loaded. */
struct settings {
	int count;
	int self;
	__be32 addresses[POPCORN_MAX_NODES];
	u16 port;
	unsigned int silent_ms;
	unsigned int dead_ms;
	bool macs; /* wanted for each frame */
	u64 boot_id;
	u8 list_digest[POPCORN_DIGEST_SIZE];
};

extern struct settings ms_settings;

struct hello_frame {
	struct popcorn_header header;
	struct popcorn_hello body;
};
static_assert(sizeof(struct hello_frame) % POPCORN_ALIGN == 0);

/* A connection whose other end has proved itself. */
struct link {
	struct socket *sock;
	struct hello_frame dialer;
	struct hello_frame acceptor;
	struct session_claim claim; /* the peer's */
	u32 flags; /* POPCORN_SESSION_*: what the dialer wants, or the acceptor has decided */
	u8 arch;
};

/* Messages that wait for room in the stream. */
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
	 * lock protects this group. Whoever sets sending may use sock, and put frames into the
	 * stream and push them, until it clears it again; the connection is neither made nor
	 * released meanwhile. session.end and .pushed are changed by who is sending, .received by
	 * the receiver.
	 */
	spinlock_t lock;
	bool connected;
	bool sending;
	bool ack_due; /* the peer waits to hear what was handled here */
	struct session session;
	u64 told;  /* of session.received, what the peer has been told */
	u64 seq;   /* of the last message sent in the session */
	bool macs; /* frames of the session have them */
	siphash_key_t mac_key;
	struct stream *stream;
	struct queue urgent;
	struct queue bulk;
	struct link *offered; /* accepted, not yet taken by the receiver */
	const char *given_up; /* why the session has to end */
	enum popcorn_refusal logged_refusal;
	unsigned long logged_at;

	struct mutex sock_mutex; /* keeps sock while another thread shuts it down */
	struct socket *sock;
	u32 connection;       /* counts them */
	const char *why_lost; /* set with sock_mutex by who shuts it down first */

	wait_queue_head_t offer_wait; /* receiver: a link is offered, or an end */
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
	struct silence {
		u32 epoch; /* of the session that the rest is about */
		u32 heard;
		u32 ack;
		unsigned int silent; /* ticks since anything at all came from the peer's machine */
		unsigned int mute;   /* ticks since anything came from its message layer */
		unsigned int usual;  /* the longest silence of late, in fractions of a tick */
		bool told;
	} silence;
};

/* Bytes of a frame of a session up to its MAC; @length: of its payload. */
static inline u32 ms_body_size(u32 length)
{
	return sizeof(struct popcorn_frame) + ALIGN(length, POPCORN_ALIGN);
}

/* All bytes of it. */
static inline u32 ms_frame_size(const struct peer *peer, u32 length)
{
	return ms_body_size(length) + (peer->macs ? POPCORN_MAC_SIZE : 0);
}

/* params.c */
int ms_read_parameters(void);

/* auth.c */
int ms_set_secret(const char *hex);
bool ms_has_secret(void);
void ms_forget_secret(void);
void ms_hmac_sha256(u8 mac[POPCORN_DIGEST_SIZE], const void *const parts[], const size_t sizes[],
		    int count);

/* mac.c */
void ms_mac_frame(const siphash_key_t *key, u64 position, const void *frame, size_t size,
		  u8 mac[POPCORN_MAC_SIZE]);

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
void ms_disconnect(struct peer *peer, u32 connection, const char *why);
void ms_give_up(struct peer *peer, const char *why);

/* delay.c */
bool ms_is_delayed(u16 type);
void ms_delay(u16 type);

/* queue.c */
void ms_drop_queues(struct peer *peer);

/* send.c */
int ms_send_message(const struct popcorn_send *send);
int ms_send_control(struct peer *peer, u16 type);
void ms_acquire_sending(struct peer *peer);
void ms_stop_sending(struct peer *peer);
int ms_sender_main(void *data);

/* receive.c */
#define RECEIVE_BUFFER_SIZE SZ_256K
const char *ms_receive_until_lost(struct peer *peer);

/* refusal.c */
void ms_refuse(struct socket *sock, struct peer *peer, __be32 address, enum popcorn_refusal reason);

/* handshake.c */
int ms_handshake_dialing(struct socket *sock, struct peer *peer, struct link *link);
int ms_handshake_accepting(struct socket *sock, struct peer *peer, struct link *link);
int ms_hear_claim(struct peer *peer, struct link *link);
int ms_send_accept(struct peer *peer, const struct link *link, const struct session *session,
		   u32 flags);
void ms_derive_mac_key(const struct link *link, siphash_key_t *key);

/* dial.c */
int ms_dial(struct peer *peer, struct link *link);

/* connection.c */
bool ms_offer_link(struct peer *peer, struct link *link);
int ms_receiver_main(void *data);

/* farewell.c */
void ms_say_bye(void);
int ms_watch_reboot(void);
void ms_unwatch_reboot(void);

/* listen.c */
int ms_start_listening(void);
void ms_stop_listening(void);

/* keepalive.c */
void ms_start_keepalive(void);
void ms_stop_keepalive(void);

#endif
