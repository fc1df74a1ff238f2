/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM popcorn

#if !defined(POPCORN_TRACE_MIGRATE_H) || defined(TRACE_HEADER_MULTI_READ)
#define POPCORN_TRACE_MIGRATE_H

#include <linux/tracepoint.h>

DECLARE_EVENT_CLASS(popcorn_hop,
	TP_PROTO(u64 process, u32 thread, u32 hop, int from, int to, int status),
	TP_ARGS(process, thread, hop, from, to, status),
	TP_STRUCT__entry(
		__field(u64, process)
		__field(u32, thread)
		__field(u32, hop)
		__field(int, from)
		__field(int, to)
		__field(int, status)
	),
	TP_fast_assign(
		__entry->process = process;
		__entry->thread = thread;
		__entry->hop = hop;
		__entry->from = from;
		__entry->to = to;
		__entry->status = status;
	),
	TP_printk("process=%#llx thread=%u hop=%u from=%d to=%d status=%d", __entry->process,
		  __entry->thread, __entry->hop, __entry->from, __entry->to, __entry->status)
);

#define DEFINE_HOP_EVENT(name) \
DEFINE_EVENT(popcorn_hop, name, \
	TP_PROTO(u64 process, u32 thread, u32 hop, int from, int to, int status), \
	TP_ARGS(process, thread, hop, from, to, status))

/*
 * Somebody else wants the thread to move, and its host (or the shadow) is sent the signal, or, if
 * it is elsewhere, its node the message. The hop is the one that it may make; to: -1 is the next
 * node.
 */
DEFINE_HOP_EVENT(migrate_request);

/* A migration point has seen that somebody wants a move, and the thread asks where to. */
DEFINE_HOP_EVENT(migrate_check);

/* A thread asks to leave this node. The hop is the one that it is about to make. */
DEFINE_HOP_EVENT(migrate_begin);

/* The origin has decided: the message that carries the thread goes to the target. */
DEFINE_HOP_EVENT(migrate_route);

/* The message has arrived here; status: negative if the thread comes back unmoved. */
DEFINE_HOP_EVENT(migrate_arrive);

/*
 * A host, or at the origin the shadow, is about to go on in user space; status: negative if it
 * never left.
 */
DEFINE_HOP_EVENT(migrate_resume);

/* A thread ended away from its origin, or was lost with its node. */
DEFINE_HOP_EVENT(migrate_exit);

/*
 * A delegated call begins: at the guest's node (served=0) or in its shadow (served=1). process,
 * thread, hop and seq name it on both; hop: the one that brought the thread to where it calls.
 */
TRACE_EVENT(call_begin,
	TP_PROTO(u64 process, u32 thread, u32 hop, u32 seq, u32 number, s64 first, u32 bytes, bool served),
	TP_ARGS(process, thread, hop, seq, number, first, bytes, served),
	TP_STRUCT__entry(
		__field(u64, process)
		__field(u32, thread)
		__field(u32, hop)
		__field(u32, seq)
		__field(u32, number)
		__field(s64, first)
		__field(u32, bytes)
		__field(bool, served)
	),
	TP_fast_assign(
		__entry->process = process;
		__entry->thread = thread;
		__entry->hop = hop;
		__entry->seq = seq;
		__entry->number = number;
		__entry->first = first;
		__entry->bytes = bytes;
		__entry->served = served;
	),
	TP_printk("process=%#llx thread=%u hop=%u seq=%u number=%u argument=%#llx in=%u served=%d",
		  __entry->process, __entry->thread, __entry->hop, __entry->seq, __entry->number,
		  __entry->first, __entry->bytes, __entry->served)
);

TRACE_EVENT(call_end,
	TP_PROTO(u64 process, u32 thread, u32 hop, u32 seq, s64 result, u32 bytes, bool served),
	TP_ARGS(process, thread, hop, seq, result, bytes, served),
	TP_STRUCT__entry(
		__field(u64, process)
		__field(u32, thread)
		__field(u32, hop)
		__field(u32, seq)
		__field(s64, result)
		__field(u32, bytes)
		__field(bool, served)
	),
	TP_fast_assign(
		__entry->process = process;
		__entry->thread = thread;
		__entry->hop = hop;
		__entry->seq = seq;
		__entry->result = result;
		__entry->bytes = bytes;
		__entry->served = served;
	),
	TP_printk("process=%#llx thread=%u hop=%u seq=%u result=%lld out=%u served=%d",
		  __entry->process, __entry->thread, __entry->hop, __entry->seq, __entry->result,
		  __entry->bytes, __entry->served)
);

/* A delegated futex call begins at the guest's node. */
TRACE_EVENT(futex,
	TP_PROTO(u64 process, u32 thread, bool wait, u64 address, s64 value),
	TP_ARGS(process, thread, wait, address, value),
	TP_STRUCT__entry(
		__field(u64, process)
		__field(u32, thread)
		__field(bool, wait)
		__field(u64, address)
		__field(s64, value)
	),
	TP_fast_assign(
		__entry->process = process;
		__entry->thread = thread;
		__entry->wait = wait;
		__entry->address = address;
		__entry->value = value;
	),
	TP_printk("process=%#llx thread=%u %s address=%#llx value=%lld", __entry->process,
		  __entry->thread, __entry->wait ? "wait" : "wake", __entry->address,
		  __entry->value)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH popcorn
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_migrate
#include <trace/define_trace.h>
