/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LEGACY_H
#define LEGACY_H

#include <linux/types.h>

/* As many as are compiled in. */
#define LEGACY_NODES 2
#define LEGACY_PORT  30468

enum legacy_type { LEGACY_NODE_INFO };

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

#endif
