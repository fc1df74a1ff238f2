/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM popcorn

#if !defined(POPCORN_TRACE_DSM_H) || defined(TRACE_HEADER_MULTI_READ)
#define POPCORN_TRACE_DSM_H

#include <linux/tracepoint.h>
#include <popcorn/dsm_wire.h>

/* A thread touched a shared page without the access it needs. */
TRACE_EVENT(fault_begin,
	TP_PROTO(u64 space, u64 page, bool writes, int access),
	TP_ARGS(space, page, writes, access),
	TP_STRUCT__entry(
		__field(u64, space)
		__field(u64, page)
		__field(bool, writes)
		__field(int, access)
	),
	TP_fast_assign(
		__entry->space = space;
		__entry->page = page;
		__entry->writes = writes;
		__entry->access = access;
	),
	TP_printk("process=%#llx address=%#llx access=%s had=%s", __entry->space,
		  __entry->page << PAGE_SHIFT, __entry->writes ? "write" : "read",
		  __print_symbolic(__entry->access, { 0, "none" }, { 1, "read" }, { 2, "write" }))
);

/*
 * It may try again (result retry or mapped), or gets a SIGBUS. remote: the home was asked. A
 * fault that was asked for and then mapped shows as two pairs of events.
 */
TRACE_EVENT(fault_end,
	TP_PROTO(u64 space, u64 page, bool writes, bool remote, u32 result, u64 ns),
	TP_ARGS(space, page, writes, remote, result, ns),
	TP_STRUCT__entry(
		__field(u64, space)
		__field(u64, page)
		__field(bool, writes)
		__field(bool, remote)
		__field(u32, result)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->space = space;
		__entry->page = page;
		__entry->writes = writes;
		__entry->remote = remote;
		__entry->result = result;
		__entry->ns = ns;
	),
	TP_printk("process=%#llx address=%#llx access=%s cause=%s result=%s ns=%llu",
		  __entry->space, __entry->page << PAGE_SHIFT,
		  __entry->writes ? "write" : "read", __entry->remote ? "remote" : "local",
		  __entry->result & VM_FAULT_SIGBUS ? "sigbus" :
		  __entry->result & VM_FAULT_RETRY ? "retry" : "mapped", __entry->ns)
);

/*
 * Whose page the message is about that this thread is about to send (sent=1: its msg_send
 * follows, unless the queue is full) or has just received (sent=0: its msg_recv comes before).
 */
TRACE_EVENT(page_message,
	TP_PROTO(u64 space, u64 page, u16 type, u32 flags, bool sent),
	TP_ARGS(space, page, type, flags, sent),
	TP_STRUCT__entry(
		__field(u64, space)
		__field(u64, page)
		__field(u16, type)
		__field(u32, flags)
		__field(bool, sent)
	),
	TP_fast_assign(
		__entry->space = space;
		__entry->page = page;
		__entry->type = type;
		__entry->flags = flags;
		__entry->sent = sent;
	),
	TP_printk("process=%#llx address=%#llx type=%u flags=%s sent=%d", __entry->space,
		  __entry->page << PAGE_SHIFT, __entry->type,
		  __print_flags(__entry->flags, "|",
				{ POPCORN_PAGE_WRITE, "write" },
				{ POPCORN_PAGE_DATA, "data" },
				{ POPCORN_PAGE_ZERO, "zero" },
				{ POPCORN_PAGE_FAILED, "failed" },
				{ POPCORN_PAGE_DIRTY, "dirty" }), __entry->sent)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH popcorn
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_dsm
#include <trace/define_trace.h>
