/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM popcorn

#if !defined(POPCORN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define POPCORN_TRACE_H

#include <linux/tracepoint.h>
#include <popcorn/wire.h>

DECLARE_EVENT_CLASS(popcorn_message,
	TP_PROTO(const struct popcorn_header *header),
	TP_ARGS(header),
	TP_STRUCT__entry(
		__field(u8, from)
		__field(u8, to)
		__field(u16, type)
		__field(u32, size)
		__field(u32, epoch)
		__field(u64, seq)
		__field(u32, station)
		__field(u8, flags)
	),
	TP_fast_assign(
		__entry->from = header->from;
		__entry->to = header->to;
		__entry->type = le16_to_cpu(header->type);
		__entry->size = le32_to_cpu(header->size);
		__entry->epoch = le32_to_cpu(header->epoch);
		__entry->seq = le64_to_cpu(header->seq);
		__entry->station = le32_to_cpu(header->station);
		__entry->flags = header->flags;
	),
	TP_printk("from=%u to=%u type=%u size=%u epoch=%u seq=%llu station=%u flags=%s",
		  __entry->from, __entry->to, __entry->type, __entry->size, __entry->epoch,
		  __entry->seq, __entry->station,
		  __print_flags(__entry->flags, "|",
				{ POPCORN_FLAG_REQUEST, "request" },
				{ POPCORN_FLAG_REPLY, "reply" },
				{ POPCORN_FLAG_ERROR, "error" },
				{ POPCORN_FLAG_URGENT, "urgent" }))
);

#define DEFINE_MESSAGE_EVENT(name) \
DEFINE_EVENT(popcorn_message, name, \
	TP_PROTO(const struct popcorn_header *header), \
	TP_ARGS(header))

/* A message got its number and is about to leave this node. */
DEFINE_MESSAGE_EVENT(msg_send);

/* A message arrived completely and is about to be handled. */
DEFINE_MESSAGE_EVENT(msg_recv);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH popcorn
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
