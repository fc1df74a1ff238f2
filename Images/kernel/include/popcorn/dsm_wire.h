/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of the shared memory. docs/protocol.md explains the sequences. */
#ifndef POPCORN_DSM_WIRE_H
#define POPCORN_DSM_WIRE_H

#include <linux/build_bug.h>
#include <linux/types.h>

#define POPCORN_PAGE_SIZE 4096

/* To the home: PAGE_REQUEST, PAGE_FETCHED, PAGE_INVALIDATED, PAGE_RETURN, SPACE_LEAVE. */
enum popcorn_dsm_type {
	POPCORN_TYPE_PAGE_REQUEST = 32,     /* let me read, or write (WRITE), the page */
	POPCORN_TYPE_PAGE_GRANT = 33,       /* you may; with its data, unless you have them */
	POPCORN_TYPE_PAGE_FETCH = 34,       /* give me the page; keep a copy unless WRITE */
	POPCORN_TYPE_PAGE_FETCHED = 35,     /* here it is, with data unless FAILED */
	POPCORN_TYPE_PAGE_INVALIDATE = 36,  /* drop your copy */
	POPCORN_TYPE_PAGE_INVALIDATED = 37, /* dropped */
	POPCORN_TYPE_PAGE_RETURN = 38,      /* I leave; take the page, which I owned */
	POPCORN_TYPE_SPACE_LEAVE = 39,      /* I have no pages any more */
};

#define POPCORN_PAGE_WRITE  0x01 /* exclusive access */
#define POPCORN_PAGE_DATA   0x02 /* POPCORN_PAGE_SIZE bytes follow */
#define POPCORN_PAGE_ZERO   0x04 /* the page is all zero */
#define POPCORN_PAGE_FAILED 0x08 /* the page is lost */
#define POPCORN_PAGE_DIRTY  0x10 /* FETCHED: it was written since it was granted */

/**
 * struct popcorn_page_message - all messages about one page
 * @space: id of the process whose page it is
 * @page: its address, divided by the page size
 * @flags: POPCORN_PAGE_*
 * @reserved: zero
 */
struct popcorn_page_message {
	__le64 space;
	__le64 page;
	__le32 flags;
	__le32 reserved;
};
static_assert(sizeof(struct popcorn_page_message) == 24);

#define POPCORN_LUGGAGE_PAGES 8 /* that travel with a thread, at most */

/**
 * struct popcorn_luggage - pages that travel with a thread: THREAD_ARRIVE, THREAD_MOVE
 * @wish_count: of @wishes
 * @page_count: of what follows: struct popcorn_luggage_page, each with POPCORN_PAGE_SIZE bytes
 *	if its flags have POPCORN_PAGE_DATA
 * @wishes: pages that the thread touched first when it was last at the sender; whoever sends it
 *	back there may bring them: address divided by the page size, times 2, plus 1 if written
 */
struct popcorn_luggage {
	__le32 wish_count;
	__le32 page_count;
	__le64 wishes[POPCORN_LUGGAGE_PAGES];
};
static_assert(sizeof(struct popcorn_luggage) == 72);

/* From the home with flags as in PAGE_GRANT, to the home as in PAGE_FETCHED. */
struct popcorn_luggage_page {
	__le64 page;
	__le32 flags;
	__le32 reserved;
};
static_assert(sizeof(struct popcorn_luggage_page) == 16);

/* POPCORN_TYPE_SPACE_LEAVE */
struct popcorn_space_message {
	__le64 space;
};
static_assert(sizeof(struct popcorn_space_message) == 8);

#endif
