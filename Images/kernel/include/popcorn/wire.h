/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What travels between two kernels. Every field is little-endian; docs/protocol.md explains
 * the sequence. This header needs nothing but fixed-width types.
 */
#ifndef POPCORN_WIRE_H
#define POPCORN_WIRE_H

#include <linux/build_bug.h>
#include <linux/sizes.h>
#include <linux/types.h>

#define POPCORN_MAGIC       0x314e4350 /* the bytes "PCN1" */
#define POPCORN_VERSION     2          /* of the whole protocol */
#define POPCORN_PORT        30467
#define POPCORN_MAX_NODES   32
#define POPCORN_MAX_FRAME   SZ_64K /* payload bytes in one frame */
#define POPCORN_MAX_MESSAGE SZ_1M  /* payload bytes in one message */
#define POPCORN_ALIGN       8      /* frames are padded to this */
#define POPCORN_MAX_TYPES   256

/* Message types. 0-15 belong to the transport, 16-31 to the core, the rest is free. */
enum popcorn_type {
	POPCORN_TYPE_NONE = 0,
	POPCORN_TYPE_HELLO = 1,
	POPCORN_TYPE_PROOF = 2,
	POPCORN_TYPE_ACCEPT = 3,
	POPCORN_TYPE_REFUSE = 4,
	POPCORN_TYPE_PROBE = 5,
	POPCORN_TYPE_ALIVE = 6,
	POPCORN_TYPE_ACK = 7,
	POPCORN_TYPE_BYE = 8,
	POPCORN_TYPE_READY = 9,
	POPCORN_TYPE_CLAIM = 10,
	POPCORN_TYPE_TRANSPORT_LAST = 15,

	POPCORN_TYPE_SERVICE_WATCH = 16,
	POPCORN_TYPE_SERVICE_STATE = 17,
	POPCORN_TYPE_TEST_ECHO = 18,
	POPCORN_TYPE_TEST_VERIFY = 19,
	POPCORN_TYPE_TEST_STREAM = 20,
	POPCORN_TYPE_TEST_SYNC = 21,
};

/* Flags of a frame. */
#define POPCORN_FLAG_REQUEST 0x01 /* station names the sender's waiting request */
#define POPCORN_FLAG_REPLY   0x02 /* station is the one of the request that is answered */
#define POPCORN_FLAG_ERROR   0x04 /* with REPLY: the payload is one __le32, a positive errno */
#define POPCORN_FLAG_URGENT  0x08 /* may overtake messages without this flag */
#define POPCORN_FLAGS        0x0f

/**
 * struct popcorn_header - starts every frame, those of the handshake in all versions
 * @magic: POPCORN_MAGIC
 * @type: enum popcorn_type, or a number that a later module registered
 * @from: node id of the sender
 * @to: node id of the receiver
 * @epoch: the session; 0 during the handshake
 * @station: number of the request, 0 if the message is neither request nor reply
 * @seq: number of the message in this session and direction, from 1; 0 for transport types
 * @size: payload bytes of the whole message
 * @offset: position of this frame's payload in the message
 * @length: payload bytes in this frame, before padding to POPCORN_ALIGN
 * @flags: POPCORN_FLAG_*
 * @reserved: zero
 *
 * (from, to, epoch, seq) identifies a message on both sides.
 */
struct popcorn_header {
	__le32 magic;
	__le16 type;
	__u8 from;
	__u8 to;
	__le32 epoch;
	__le32 station;
	__le64 seq;
	__le32 size;
	__le32 offset;
	__le32 length;
	__u8 flags;
	__u8 reserved[3];
};
static_assert(sizeof(struct popcorn_header) == 40);

/**
 * struct popcorn_frame - starts every frame of a session
 * @header: what the frame carries
 * @ack: bytes of the receiver's stream that the sender of this frame has handled
 *
 * The payload follows, zeros up to a multiple of POPCORN_ALIGN, and, where the handshake agreed
 * on it, a MAC of POPCORN_MAC_SIZE bytes.
 */
struct popcorn_frame {
	struct popcorn_header header;
	__le64 ack;
};
static_assert(sizeof(struct popcorn_frame) == 48);

#define POPCORN_DIGEST_SIZE 32 /* SHA-256 */
#define POPCORN_NONCE_SIZE  32
#define POPCORN_MAC_SIZE    8 /* SipHash-2-4 */

/* Instruction sets, numbered as Popcorn Linux numbers them. */
enum popcorn_arch {
	POPCORN_ARCH_AARCH64 = 0,
	POPCORN_ARCH_X86_64 = 1,
	POPCORN_ARCH_UNKNOWN = 0xff,
};

/**
 * struct popcorn_hello - the first frame of either side (POPCORN_TYPE_HELLO)
 * @version: POPCORN_VERSION; stays the first field in all versions, and the size stays as it is,
 *	so that each version can tell another one why it refuses
 * @arch: enum popcorn_arch
 * @nodes: number of nodes in the list
 * @epoch: newest epoch the sender remembers with the receiver, 0 if none
 * @boot_id: random, new whenever the sender's message layer is loaded
 * @list_digest: SHA-256 of port and addresses
 * @nonce: random, new for every attempt
 */
struct popcorn_hello {
	__le16 version;
	__u8 arch;
	__u8 nodes;
	__le32 epoch;
	__le64 boot_id;
	__u8 list_digest[POPCORN_DIGEST_SIZE];
	__u8 nonce[POPCORN_NONCE_SIZE];
};
static_assert(sizeof(struct popcorn_hello) == 80);

#define POPCORN_SESSION_MACS 0x01 /* each frame has a MAC */

/**
 * struct popcorn_proof - shows knowledge of the lab secret (POPCORN_TYPE_PROOF)
 * @mac: HMAC-SHA256 over the prover's role and both HELLO frames
 */
struct popcorn_proof {
	__u8 mac[POPCORN_DIGEST_SIZE];
};
static_assert(sizeof(struct popcorn_proof) == 32);

/**
 * struct popcorn_stand - where one side is (POPCORN_TYPE_CLAIM, POPCORN_TYPE_ACCEPT)
 * @epoch: CLAIM: the session that the dialer has with the acceptor, 0 if none; ACCEPT: the one that
 *	the connection carries, the dialer's or a new one
 * @flags: POPCORN_SESSION_*: CLAIM: wanted; ACCEPT: what holds in the session
 * @received: bytes of the other's stream that the sender has handled in that session
 * @mac: HMAC-SHA256 over the sender's second role, both HELLO frames and the fields above
 */
struct popcorn_stand {
	__le32 epoch;
	__le32 flags;
	__le64 received;
	__u8 mac[POPCORN_DIGEST_SIZE];
};
static_assert(sizeof(struct popcorn_stand) == 48);

enum popcorn_refusal {
	POPCORN_REFUSED_MALFORMED = 1,
	POPCORN_REFUSED_VERSION = 2,
	POPCORN_REFUSED_NODE = 3,
	POPCORN_REFUSED_LIST = 4,
	POPCORN_REFUSED_SECRET = 5,
	POPCORN_REFUSED_BUSY = 6,
	POPCORN_REFUSED_SILENT = 7,
	POPCORN_REFUSED_STRANGER = 8,
};

/* The connection does not come to be (POPCORN_TYPE_REFUSE); @reason is enum popcorn_refusal. */
struct popcorn_refuse {
	__le32 reason;
	__le32 reserved;
};
static_assert(sizeof(struct popcorn_refuse) == 8);

#define POPCORN_SERVICE_NAME 32 /* bytes, with the terminating zero */

/* POPCORN_TYPE_SERVICE_WATCH: tell me (or stop telling me) when you offer @name. */
struct popcorn_service_watch {
	char name[POPCORN_SERVICE_NAME];
	__u8 watch;
	__u8 reserved[7];
};
static_assert(sizeof(struct popcorn_service_watch) == 40);

/* POPCORN_TYPE_SERVICE_STATE: I do (or no longer) offer @name. */
struct popcorn_service_state {
	char name[POPCORN_SERVICE_NAME];
	__u8 offered;
	__u8 reserved[7];
};
static_assert(sizeof(struct popcorn_service_state) == 40);

/* POPCORN_TYPE_TEST_VERIFY: the receiver computes CRC-32 over what follows and compares. */
struct popcorn_test_verify {
	__le32 crc;
	__le32 reserved;
};
static_assert(sizeof(struct popcorn_test_verify) == 8);

/* Reply to POPCORN_TYPE_TEST_VERIFY: what the receiver computed, and whether it was equal. */
struct popcorn_test_verdict {
	__le32 crc;
	__le32 equal;
};
static_assert(sizeof(struct popcorn_test_verdict) == 8);

/* Reply to POPCORN_TYPE_TEST_SYNC: stream messages and bytes since the last one. */
struct popcorn_test_streamed {
	__le64 messages;
	__le64 bytes;
};
static_assert(sizeof(struct popcorn_test_streamed) == 16);

#endif
