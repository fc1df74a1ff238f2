/* SPDX-License-Identifier: GPL-2.0 */
/* Messages about processes and their threads. docs/protocol.md explains the sequences. */
#ifndef POPCORN_MIGRATE_WIRE_H
#define POPCORN_MIGRATE_WIRE_H

#include <linux/build_bug.h>
#include <linux/types.h>
#include <popcorn/dsm_wire.h>
#include <uapi/popcorn/popcorn.h>

enum popcorn_migrate_type {
	/* From the origin. */
	POPCORN_TYPE_WORKER_START = 48,   /* start a worker of this process */
	POPCORN_TYPE_WORKER_REGION = 49,  /* the process has a further region */
	POPCORN_TYPE_WORKER_KILL = 50,    /* the process has ended */
	POPCORN_TYPE_THREAD_ARRIVE = 51,  /* go on with this thread */
	POPCORN_TYPE_CALL_RESULT = 52,    /* what a delegated call returned */
	POPCORN_TYPE_THREAD_PROPOSE = 53, /* somebody wants the thread to move */
	/* To the origin. */
	POPCORN_TYPE_WORKER_READY = 56, /* the worker takes threads */
	POPCORN_TYPE_WORKER_EXIT = 57,  /* it did not start, or has ended */
	POPCORN_TYPE_THREAD_MOVE = 58,  /* the thread wants to go on elsewhere */
	POPCORN_TYPE_THREAD_EXIT = 59,  /* the thread, or the process, ends */
	POPCORN_TYPE_CALL = 60,         /* do this for the thread */
	POPCORN_TYPE_CALL_KICK = 61,    /* stop doing it: the thread got a signal */
	/* To everybody who joins. */
	POPCORN_TYPE_NODE_MEMORY = 62, /* this node holds so much of one process */
};

#define POPCORN_BUILD_ID 32 /* bytes, at most */

struct popcorn_wire_region {
	__le64 address;
	__le64 size;
};

/**
 * struct popcorn_worker_start - all that a worker has to know about its process
 * @process: id of the process; the top byte is its origin
 * @pid, @ppid, @pgid, @sid: as the origin numbers them
 * @uid, @gid, @umask, @groups: its credentials
 * @limits: soft and hard resource limits
 * @build_id: of the program, @build_id_size bytes
 * @regions: @region_count of them
 * @path: of the program at the origin
 * @cwd: working directory
 */
struct popcorn_worker_start {
	__le64 process;
	__le32 pid;
	__le32 ppid;
	__le32 pgid;
	__le32 sid;
	__le32 uid;
	__le32 gid;
	__le32 umask;
	__le32 group_count;
	__le32 groups[POPCORN_GROUPS];
	__le64 limits[POPCORN_LIMITS][2];
	__le16 move_signal;
	__le16 kick_signal;
	__le32 build_id_size;
	__u8 build_id[POPCORN_BUILD_ID];
	__le32 region_count;
	__le32 reserved;
	struct popcorn_wire_region regions[POPCORN_REGIONS];
	char path[POPCORN_PATH];
	char cwd[POPCORN_PATH];
};
static_assert(sizeof(struct popcorn_worker_start) == 40 + 256 + 256 + 48 + 1024 + 1024);

/* WORKER_REGION */
struct popcorn_worker_region {
	__le64 process;
	__le32 index;
	__le32 reserved;
	struct popcorn_wire_region region;
};
static_assert(sizeof(struct popcorn_worker_region) == 32);

/* WORKER_KILL, WORKER_READY, WORKER_EXIT; @status: negative errno, or as wait(2) has it */
struct popcorn_worker_message {
	__le64 process;
	__le32 status;
	__le32 reserved;
};
static_assert(sizeof(struct popcorn_worker_message) == 16);

#define POPCORN_EXIT_WHOLE_PROCESS 1 /* THREAD_EXIT */
#define POPCORN_PROPOSAL_SEEN      2 /* THREAD_MOVE: PROPOSE for this hop had come */

/**
 * struct popcorn_thread_message - THREAD_EXIT, THREAD_PROPOSE, and begins THREAD_ARRIVE, THREAD_MOVE
 * @process: id of the process
 * @thread: number of the thread in it
 * @hop: of the thread; a message with another one than the receiver knows is stale
 * @node: ARRIVE: where it comes from; MOVE: where to; PROPOSE: as @proposed
 * @tid: at the origin
 * @status: ARRIVE: negative errno if it comes back because it could not move; EXIT: exit status
 * @flags: see above
 * @proposed: ARRIVE: node that was proposed, POPCORN_NODE_NEXT, POPCORN_NODE_STAY, or -1: none
 * @reserved: zero
 * @entry, @argument: where to go on
 */
struct popcorn_thread_message {
	__le64 process;
	__le32 thread;
	__le32 hop;
	__le32 node;
	__le32 tid;
	__le32 status;
	__le32 flags;
	__le32 proposed;
	__le32 reserved;
	__le64 entry;
	__le64 argument;
};
static_assert(sizeof(struct popcorn_thread_message) == 56);

/* THREAD_ARRIVE, THREAD_MOVE; pages follow */
struct popcorn_travel_message {
	struct popcorn_thread_message thread;
	struct popcorn_luggage luggage;
};
static_assert(sizeof(struct popcorn_travel_message) == 128);

#define POPCORN_LARGEST_TRAVEL \
	(sizeof(struct popcorn_travel_message) + \
	 POPCORN_LUGGAGE_PAGES * (sizeof(struct popcorn_luggage_page) + POPCORN_PAGE_SIZE))

/**
 * struct popcorn_call_message - CALL (followed by data), CALL_KICK
 * @seq: number of the call in its thread and hop
 * @number, @args: what to do; popcorn/delegate.h
 * @out_size: room for data of the answer
 */
struct popcorn_call_message {
	__le64 process;
	__le32 thread;
	__le32 hop;
	__le32 seq;
	__le32 number;
	__le32 out_size;
	__le32 reserved;
	__le64 args[POPCORN_CALL_ARGS];
};
static_assert(sizeof(struct popcorn_call_message) == 80);

/* NODE_MEMORY */
struct popcorn_node_memory {
	__le64 bytes;
};
static_assert(sizeof(struct popcorn_node_memory) == 8);

/* CALL_RESULT, followed by data */
struct popcorn_call_result {
	__le64 process;
	__le32 thread;
	__le32 hop;
	__le32 seq;
	__le32 reserved;
	__le64 result;
};
static_assert(sizeof(struct popcorn_call_result) == 32);

#endif
