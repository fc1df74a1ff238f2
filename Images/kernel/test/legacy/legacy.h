/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LEGACY_H
#define LEGACY_H

#include <linux/types.h>

/* As many as are compiled in. */
#define LEGACY_NODES 2
#define LEGACY_PORT  30468
#define LEGACY_MAX   (64 << 10)

enum legacy_type {
	LEGACY_NODE_INFO = 0,
	LEGACY_TASK_MIGRATE = 2,
	LEGACY_TASK_MIGRATE_BACK = 3,
	LEGACY_TASK_PAIRING = 4,
	LEGACY_PAGE_REQUEST = 11,
	LEGACY_PAGE_RESPONSE = 12,
	LEGACY_PAGE_RESPONSE_SHORT = 13,
	LEGACY_TEST_REQUEST = 22,
	LEGACY_TEST_RESPONSE = 23,
};

/* In front of every message; the size includes it. */
struct legacy_header {
	u8 from_nid : 6;
	u8 prio : 2;
	u8 type;
	u64 size;
} __packed;

struct legacy_node_info {
	struct legacy_header header;
	s32 nid;
	s32 bundle_id;
	s32 arch;
} __packed;

/* Of this kernel, as NODE_INFO tells it. */
int legacy_arch(void);
/* Notes what a peer has told of itself, in the log. */
void legacy_joined(int nid, int arch);
/* Makes /proc/popcorn_peers. */
int legacy_show_peers(const __be32 *addresses, int own);

/* transport.c: sends a message, whose header is filled in here except for its type and size. */
int legacy_send(int nid, struct legacy_header *message);
/* The number of this node. */
int legacy_self(void);

/* hop.c: what a thread's moves look like. Called by the thread that receives a node's messages, which may wait for none. */
void legacy_hop_message(int nid, const struct legacy_header *message);
int legacy_hop_init(void);

/* test.c: the self test. */
void legacy_test_message(int nid, const struct legacy_header *message);
int legacy_test_init(void);

#endif
