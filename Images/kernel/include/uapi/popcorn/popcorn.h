/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/popcorn: what a migratable process says to its kernel.
 *
 * A process has one origin: the node where it was started. There it opens /dev/popcorn, makes
 * itself migratable (POPCORN_IOC_CREATE) and declares the regions of memory that its threads
 * take along (POPCORN_IOC_ADD_REGION). It maps them from the file, at an offset equal to their
 * address; every node maps them at that address, and what one node writes the others read.
 *
 * On any other node the process has one worker, a process that the kernel starts there from the
 * local build of the same program when the first thread arrives (environment: POPCORN_WORKER=1).
 * It opens /dev/popcorn, finds out about the process (POPCORN_IOC_ATTACH), maps the regions and
 * takes the threads that arrive.
 *
 * All that a thread does about its whereabouts is a *step* (POPCORN_IOC_STEP): it says something
 * and then sleeps until there is an event for it.
 *
 * At the origin
 *	LEAVE	the thread goes to another node. Its kernel thread stays in the ioctl as the
 *		thread's shadow. Events: CALL - the thread, elsewhere, wants something done here,
 *		answer it by ANSWER; ARRIVED - it is back, go on at (entry, argument), or, if status
 *		is negative, it could not leave; THREAD_EXIT, PROCESS_EXIT - it ended elsewhere;
 *		LOST - its node is gone, and it with it.
 *	ANSWER	gives the result of a CALL; then as WAIT.
 *	WAIT	waits on: after -EINTR, because a signal was handled here.
 * At a worker
 *	WAIT	sleeps until a thread arrives. Events: ARRIVED - become that thread: go on at
 *		(entry, argument). If "spare" is 0, start one more worker thread that waits.
 *	LEAVE	the thread goes to another node, the origin included; then as WAIT.
 *	EXIT_THREAD, EXIT_PROCESS: the thread, or with it the whole process, ends; then as WAIT.
 *
 * A step may be repeated as it is when it was interrupted: the kernel sets "action" to WAIT as
 * soon as the action itself is done.
 *
 * Any thread may get any errno of ioctl(2), and:
 *	EINTR		a signal was handled; step again
 *	EINVAL		there is no such node, or a field is wrong
 *	EALREADY	the thread is at that node
 *	EHOSTDOWN	the node is not connected
 *	EAGAIN		too much is queued for the node; the thread is where it was
 *	ENODATA		this program has no build id
 *	ENOMEM		the node would not hold what the process has reserved
 * A thread that arrives where it left (status of ARRIVED) learns from the target:
 *	-ENOENT		the program does not exist there
 *	-EACCES		it may not be executed by the caller
 *	-EPERM		it is setuid or setgid
 *	-ENOEXEC	it is not a program for that node
 *	-ESTALE		it is another build of the program (build ids differ)
 *	-ENODATA	it has no build id
 *	-EBUSY		the previous worker has not ended yet
 *	-EHOSTDOWN	the node was lost meanwhile
 *	-ESRCH		its worker ended, or was killed because it did not start in time
 */
#ifndef POPCORN_UAPI_H
#define POPCORN_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define POPCORN_ABI       1
#define POPCORN_NODE_STAY (-2)
#define POPCORN_NODE_NEXT (-3)
#define POPCORN_NODES     32 /* at most */
#define POPCORN_REGIONS   64 /* of a process, at most */
#define POPCORN_CALL_ARGS 6
#define POPCORN_CALL_DATA 65536 /* bytes of data in a delegated call, each way */
#define POPCORN_PATH      512   /* bytes of a path, with the terminating zero */
#define POPCORN_GROUPS    64    /* supplementary groups, at most */
#define POPCORN_LIMITS    16    /* resource limits, by the kernel's numbers */

/**
 * struct popcorn_info - POPCORN_IOC_INFO: this node and the others. Needs no process.
 * @abi: POPCORN_ABI
 * @self: id of this node, or -1 if no message layer is loaded
 * @nodes: number of nodes
 * @up: bit per node that is connected, this one included
 * @arch: by node: 0 aarch64, 1 x86_64, 255 unknown
 */
struct popcorn_info {
	__u32 abi;
	__s32 self;
	__u32 nodes;
	__u32 up;
	__u8 arch[POPCORN_NODES];
};

/**
 * struct popcorn_create - POPCORN_IOC_CREATE: the caller's process becomes migratable
 * @flags: 0
 * @move_signal: sent to the thread, where it runs, when somebody proposes that it moves; 0: none
 * @kick_signal: sent to a shadow that works on a delegated call when the waiting thread gets a
 *	signal, so that a blocking system call returns; 0: the thread waits all the same. The
 *	handler needs to do nothing, and must be installed without SA_RESTART.
 * @id: out: names the process on all nodes
 *
 * Errors: EPERM for a setuid program or changed ids, ENODATA if it has no build id, EBUSY if
 * the file is in use, ENXIO without a message layer.
 */
struct popcorn_create {
	__u32 flags;
	__u16 move_signal;
	__u16 kick_signal;
	__u64 id;
};

/**
 * struct popcorn_region_info - POPCORN_IOC_ADD_REGION, POPCORN_IOC_GET_REGION
 * @address: of its first byte, on every node; a multiple of the page size
 * @size: in bytes, a multiple of the page size; costs nothing until pages are touched
 * @index: number of the region, from 0: in for GET_REGION, out for ADD_REGION
 */
struct popcorn_region_info {
	__u64 address;
	__u64 size;
	__u32 index;
	__u32 reserved;
};

/**
 * struct popcorn_range - POPCORN_IOC_DISCARD: the contents of these pages are no longer needed
 * @address, @size: as in struct popcorn_region_info, within one region
 *
 * Only at the origin. Pages that other nodes hold stay as they are; the others read as zero.
 */
struct popcorn_range {
	__u64 address;
	__u64 size;
};

/**
 * struct popcorn_memory - POPCORN_IOC_RESERVE: how much memory the process is about to use
 * @size: bytes of its regions that it will touch; replaces what it said before
 * @data: further bytes that it may touch; they count up to three quarters of what a node holds
 * @limit: out: what it may have, as long as it goes to no further node
 *
 * Only at the origin. Errors: ENOMEM, and nothing has changed, if this node or one where the process
 * has a worker would not hold that, or not together with what other processes have reserved.
 */
struct popcorn_memory {
	__u64 size;
	__u64 data;
	__u64 limit;
};

/**
 * struct popcorn_attach - POPCORN_IOC_ATTACH: the caller is the worker of a process
 * @id: the process
 * @origin: its origin
 * @self: this node
 * @pid, @ppid, @pgid, @sid: of the process, as the origin numbers them
 * @regions: number of regions so far
 * @move_signal: as given at the origin
 */
struct popcorn_attach {
	__u64 id;
	__s32 origin;
	__s32 self;
	__s32 pid;
	__s32 ppid;
	__s32 pgid;
	__s32 sid;
	__u32 regions;
	__u32 move_signal;
};

enum popcorn_action {
	POPCORN_STEP_WAIT = 0,
	POPCORN_STEP_LEAVE = 1,
	POPCORN_STEP_ANSWER = 2,
	POPCORN_STEP_EXIT_THREAD = 3,
	POPCORN_STEP_EXIT_PROCESS = 4,
};

enum popcorn_event_kind {
	POPCORN_EVENT_ARRIVED = 1,
	POPCORN_EVENT_CALL = 2,
	POPCORN_EVENT_THREAD_EXIT = 3,
	POPCORN_EVENT_PROCESS_EXIT = 4,
	POPCORN_EVENT_LOST = 5,
};

/**
 * struct popcorn_event - how a step ended
 * @kind: enum popcorn_event_kind
 * @status: ARRIVED: 0 or a negative errno, then the thread never left; THREAD_EXIT and
 *	PROCESS_EXIT: as the thread gave it, or 128 + signal
 * @thread: number of the thread in its process, the same on all nodes
 * @tid: of the thread at the origin
 * @entry, @argument: ARRIVED: as given when it left
 * @from: the node it came from, or was at
 * @hop: how often the thread has moved
 * @proposed: as in struct popcorn_whereabouts, which asking clears; this does not
 * @regions: number of regions now
 * @spare: at a worker: threads that wait for arrivals now
 * @number: CALL: what to do
 * @in_size: CALL: bytes of data that came along, in the step's buffer
 * @out_size: CALL: bytes of data that the answer may have
 * @args: CALL: its arguments
 */
struct popcorn_event {
	__u32 kind;
	__s32 status;
	__u32 thread;
	__s32 tid;
	__u64 entry;
	__u64 argument;
	__s32 from;
	__u32 hop;
	__s32 proposed;
	__u32 regions;
	__u32 spare;
	__u32 number;
	__u32 in_size;
	__u32 out_size;
	__s64 args[POPCORN_CALL_ARGS];
};

/**
 * struct popcorn_step - POPCORN_IOC_STEP
 * @action: enum popcorn_action; the kernel sets it to POPCORN_STEP_WAIT when it is done
 * @node: LEAVE: where to
 * @entry, @argument: LEAVE: where to go on, and with what; opaque to the kernel
 * @status: EXIT_*: exit status, 0 to 255
 * @result: ANSWER: what the call returned, or a negative errno
 * @out: ANSWER: address of @out_size bytes of data
 * @buffer: address of @buffer_size bytes for the data of a CALL; POPCORN_CALL_DATA is always
 *	enough. A call whose data do not fit fails with EMSGSIZE. Only at the origin.
 * @event: out
 *
 * @out and @buffer had better not lie in a region, or their pages travel.
 */
struct popcorn_step {
	__u32 action;
	__s32 node;
	__u64 entry;
	__u64 argument;
	__s32 status;
	__u32 out_size;
	__s64 result;
	__u64 out;
	__u64 buffer;
	__u32 buffer_size;
	__u32 reserved;
	struct popcorn_event event;
};

/**
 * struct popcorn_call - POPCORN_IOC_CALL: let the origin do something for this thread
 * @number: what to do; a matter between worker and shadow, see popcorn/delegate.h
 * @in_size: bytes of data to send along, at most POPCORN_CALL_DATA
 * @args: arguments
 * @in: address of the data
 * @out: address for the data of the answer
 * @out_size: in: room there, at most POPCORN_CALL_DATA; out: bytes that came
 * @result: out: what the shadow answered
 *
 * Only at a worker, by a thread that has arrived. Restarts after a signal like the system call
 * it stands for: with the answer -EINTR while a signal is pending, ioctl restarts if the handler
 * has SA_RESTART, else fails with EINTR. Errors: EIO if the origin cannot take the call.
 */
struct popcorn_call {
	__u32 number;
	__u32 in_size;
	__s64 args[POPCORN_CALL_ARGS];
	__u64 in;
	__u64 out;
	__u32 out_size;
	__u32 reserved;
	__s64 result;
};

/**
 * struct popcorn_proposal - POPCORN_IOC_PROPOSE: somebody wants a thread to move
 * @pid, @tid: the thread, numbered as at its origin, or at a worker as on that node
 * @node: where to, or -1 for the next node in the list; POPCORN_NODE_STAY: nowhere, it only gets the
 *	signal, where it is
 * @reserved: 0
 *
 * Needs the right to send the process a signal. Answered at once; the move happens at the
 * thread's next migration point. Errors: ESRCH, EPERM, EINVAL, EHOSTDOWN.
 */
struct popcorn_proposal {
	__s32 pid;
	__s32 tid;
	__s32 node;
	__u32 reserved;
};

/**
 * struct popcorn_whereabouts - POPCORN_IOC_WHEREABOUTS: of the calling thread
 * @thread: its number, 0 if it has never moved
 * @origin: of its process
 * @self: this node
 * @tid: of the thread at its origin
 * @hop: how often it has moved
 * @proposed: node that was proposed, POPCORN_NODE_NEXT for the next in the list, POPCORN_NODE_STAY; -1:
 *	nothing, whatever signal has come. Asking clears it
 */
struct popcorn_whereabouts {
	__u32 thread;
	__s32 origin;
	__s32 self;
	__s32 tid;
	__u32 hop;
	__s32 proposed;
};

/**
 * struct popcorn_spec - POPCORN_IOC_SPEC: for the launcher only: what it has to become
 * @uid, @gid, @umask, @groups: of the process at its origin
 * @limit: soft and hard resource limits; all ones: none
 * @path: what to execute
 * @cwd: working directory
 */
struct popcorn_spec {
	__u32 uid;
	__u32 gid;
	__u32 umask;
	__u32 group_count;
	__u32 groups[POPCORN_GROUPS];
	__u64 limit[POPCORN_LIMITS][2];
	char path[POPCORN_PATH];
	char cwd[POPCORN_PATH];
};

#define POPCORN_IOC_INFO        _IOR('P', 1, struct popcorn_info)
#define POPCORN_IOC_CREATE      _IOWR('P', 2, struct popcorn_create)
#define POPCORN_IOC_ADD_REGION  _IOWR('P', 3, struct popcorn_region_info)
#define POPCORN_IOC_GET_REGION  _IOWR('P', 4, struct popcorn_region_info)
#define POPCORN_IOC_DISCARD     _IOW('P', 5, struct popcorn_range)
#define POPCORN_IOC_ATTACH      _IOR('P', 6, struct popcorn_attach)
#define POPCORN_IOC_STEP        _IOWR('P', 7, struct popcorn_step)
#define POPCORN_IOC_CALL        _IOWR('P', 8, struct popcorn_call)
#define POPCORN_IOC_PROPOSE     _IOW('P', 9, struct popcorn_proposal)
#define POPCORN_IOC_WHEREABOUTS _IOR('P', 10, struct popcorn_whereabouts)
#define POPCORN_IOC_SPEC        _IOR('P', 11, struct popcorn_spec)
/* Makes a file descriptor at a worker that stands for descriptor @arg of the origin. */
#define POPCORN_IOC_STAND_IN _IO('P', 12)
#define POPCORN_IOC_RESERVE  _IOWR('P', 13, struct popcorn_memory)

#endif
