/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes of a session that the peer has not yet handled: a ring that is mapped twice in a row,
 * so that whatever lies in it is contiguous.
 */
#ifndef STREAM_H
#define STREAM_H

#include <linux/mm.h>
#include <linux/sizes.h>
#include <popcorn/wire.h>

#define STREAM_SIZE SZ_512K

/* Frames of the transport itself may use what others leave free, or nobody could acknowledge. */
#define STREAM_RESERVE SZ_4K

struct stream {
	u8 *bytes;
	struct page *pages[2 * (STREAM_SIZE >> PAGE_SHIFT)];
};

struct stream *ms_make_stream(void);
void ms_free_stream(struct stream *stream);

/* Where the byte at @position lies, and STREAM_SIZE bytes from it on. */
static inline u8 *ms_stream_at(const struct stream *stream, u64 position)
{
	return stream->bytes + position % STREAM_SIZE;
}

#endif
