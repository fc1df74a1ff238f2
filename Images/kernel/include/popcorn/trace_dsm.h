/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM popcorn

#if !defined(POPCORN_TRACE_DSM_H) || defined(TRACE_HEADER_MULTI_READ)
#define POPCORN_TRACE_DSM_H

#include <linux/tracepoint.h>

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

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH popcorn
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_dsm
#include <trace/define_trace.h>
