// SPDX-License-Identifier: GPL-2.0
/* The memory of a stream. */

#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "stream.h"

#define PAGES (STREAM_SIZE >> PAGE_SHIFT)

struct stream *ms_make_stream(void)
{
	struct stream *stream = kvzalloc(sizeof(*stream), GFP_KERNEL);
	int i;

	if (!stream)
		return NULL;
	for (i = 0; i < PAGES; i++) {
		stream->pages[i] = alloc_page(GFP_KERNEL);
		if (!stream->pages[i])
			goto free;
		stream->pages[PAGES + i] = stream->pages[i];
	}
	stream->bytes = vmap(stream->pages, 2 * PAGES, VM_MAP, PAGE_KERNEL);
	if (stream->bytes)
		return stream;
free:
	ms_free_stream(stream);
	return NULL;
}

void ms_free_stream(struct stream *stream)
{
	int i;

	if (!stream)
		return;
	vunmap(stream->bytes);
	for (i = 0; i < PAGES && stream->pages[i]; i++)
		__free_page(stream->pages[i]);
	kvfree(stream);
}
