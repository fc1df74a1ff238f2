/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sending and receiving messages: what a service built on the message layer uses.
 *
 * A message goes to one node, has a type and up to POPCORN_MAX_MESSAGE bytes of payload.
 * Messages of equal urgency arrive in the order in which they were sent to that node; urgent
 * ones may overtake. A message is delivered once or, when the session ends, not at all: a session
 * outlives connections, but nothing of it ever reaches a later one.
 *
 * Errors shared by all functions that send:
 *   -ENXIO       there is no such node, or no transport is loaded
 *   -ELOOP       the node is this one
 *   -EHOSTDOWN   there is no session with the node
 *   -ECONNRESET  the session has ended meanwhile
 *   -EINVAL      the type is not one that users may send
 *   -EMSGSIZE    the payload is larger than allowed
 *   -EAGAIN      the node's send queue is full (only where the function does not wait)
 */
#ifndef POPCORN_MESSAGE_H
#define POPCORN_MESSAGE_H

#include <popcorn/wire.h>

/**
 * struct popcorn_message - a message to send
 * @type: message type
 * @urgent: overtake messages that are not urgent; at most POPCORN_MAX_FRAME bytes
 * @head: first part of the payload
 * @head_size: its size in bytes
 * @body: second part, for instance a page; may be absent
 * @body_size: its size in bytes
 *
 * The buffers belong to the caller again as soon as the call returns.
 */
struct popcorn_message {
	u16 type;
	bool urgent;
	const void *head;
	u32 head_size;
	const void *body;
	u32 body_size;
};

/**
 * struct popcorn_return - where a reply to a request has to go
 * @node: the node that asked
 * @type: type of the request, and of its reply
 * @epoch: the session in which it asked
 * @station: the request's number at @node; 0 if no reply is wanted
 *
 * Copy it out of a received message to reply after the handler has returned.
 */
struct popcorn_return {
	u8 node;
	u16 type;
	u32 epoch;
	u32 station;
};

/**
 * struct popcorn_received - a message as its handler sees it
 * @sender: who sent it, and where a reply goes
 * @seq: its number in the session
 * @payload: @size bytes, aligned to 8, valid until the handler returns
 * @size: payload size in bytes, already checked against the handler's limits
 */
struct popcorn_received {
	struct popcorn_return sender;
	u64 seq;
	const void *payload;
	u32 size;
};

/**
 * struct popcorn_handler - receives all messages of one type
 * @type: message type, above POPCORN_TYPE_TRANSPORT_LAST
 * @name: shown in /proc/popcorn_types, upper case without blanks
 * @min_size: smallest valid payload in bytes
 * @max_size: largest valid payload in bytes
 * @handle: called for each message
 *
 * @handle runs in the receive thread of the sending node, one message at a time per node, in
 * order. It may sleep for memory or a mutex, but everything from that node waits meanwhile,
 * replies too. So it must not wait for the network: no popcorn_send(), no popcorn_request();
 * post, reply, or leave the work to a workqueue.
 */
struct popcorn_handler {
	u16 type;
	const char *name;
	u32 min_size;
	u32 max_size;
	void (*handle)(const struct popcorn_received *message);
};

/**
 * popcorn_register_handler() - receive messages of a type from now on
 * @handler: must stay valid until it is unregistered
 *
 * Return: 0, -EINVAL for a type or size out of range, -EBUSY if the type is taken.
 */
int popcorn_register_handler(const struct popcorn_handler *handler);

/**
 * popcorn_unregister_handler() - stop receiving messages of a type
 * @handler: as registered
 *
 * Waits until no call of the handler is running. Must not be called from a handler.
 */
void popcorn_unregister_handler(const struct popcorn_handler *handler);

/** popcorn_register_handlers() - register @count handlers, or on an error none */
int popcorn_register_handlers(const struct popcorn_handler *const list[], int count);

/** popcorn_unregister_handlers() - as popcorn_unregister_handler(), in reverse order */
void popcorn_unregister_handlers(const struct popcorn_handler *const list[], int count);

/**
 * popcorn_post() - send a message without waiting for the network
 * @node: receiver
 * @message: what to send
 *
 * Process context; may sleep for memory or a lock, never until the peer reads.
 *
 * Return: 0 if the message was sent or queued, else an error.
 */
int popcorn_post(int node, const struct popcorn_message *message);

/**
 * popcorn_post_atomic() - send a message from any context but NMI
 * @node: receiver
 * @message: what to send, at most a page
 *
 * Copies the message into the queue; the node's send thread does the rest.
 *
 * Return: 0 if the message was queued, else an error.
 */
int popcorn_post_atomic(int node, const struct popcorn_message *message);

/**
 * popcorn_send() - send a message, waiting for room in the queue
 * @node: receiver
 * @message: what to send
 * @timeout: in jiffies
 *
 * Return: 0 if the message was sent or queued, -ETIMEDOUT, -ERESTARTSYS if killed, or one of
 * the errors above.
 */
int popcorn_send(int node, const struct popcorn_message *message, long timeout);

/**
 * struct popcorn_reply - where popcorn_request() puts the answer
 * @buffer: of the caller
 * @capacity: its size in bytes
 * @size: set to the size of the reply
 */
struct popcorn_reply {
	void *buffer;
	u32 capacity;
	u32 size;
};

/**
 * popcorn_request() - send a message and wait for its reply
 * @node: receiver
 * @message: what to send
 * @reply: receives the reply; NULL if its payload does not matter
 * @timeout: for sending and waiting together, in jiffies
 *
 * Only a reply from @node, in the session of the request, is accepted.
 *
 * Return: 0; -ETIMEDOUT; -ERESTARTSYS if killed; -EMSGSIZE if the reply exceeds the buffer;
 * -EOPNOTSUPP if the peer has no handler for the type, -EBADMSG if it finds the size wrong,
 * or whatever the peer's handler passed to popcorn_respond_error(); or one of the errors above.
 */
int popcorn_request(int node, const struct popcorn_message *message, struct popcorn_reply *reply,
		    long timeout);

/**
 * popcorn_respond() - reply to a request
 * @ret: from the received message
 * @message: payload of the reply; its type is ignored
 *
 * Does not wait for the network. May be called from the handler or later, once per request.
 *
 * Return: 0, or an error; -ECONNRESET also if the session of the request has ended.
 */
int popcorn_respond(const struct popcorn_return *ret, const struct popcorn_message *message);

/**
 * popcorn_respond_error() - make a request fail at the node that sent it
 * @ret: from the received message
 * @error: negative errno
 *
 * Return: as popcorn_respond().
 */
int popcorn_respond_error(const struct popcorn_return *ret, int error);

#endif
