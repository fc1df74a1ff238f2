// SPDX-License-Identifier: GPL-2.0
/*
 * MACs of frames: SipHash-2-4 with a key that the handshake of the session gave. The position in
 * the stream is part of what is authenticated, so a frame cannot be left out, repeated or moved.
 */

#include <asm/unaligned.h>
#include "msg_socket.h"

void ms_mac_frame(const siphash_key_t *key, u64 position, const void *frame, size_t size,
		  u8 mac[POPCORN_MAC_SIZE])
{
	u64 inner = siphash(frame, size, key);

	put_unaligned_le64(siphash_2u64(position, inner, key), mac);
}
