// SPDX-License-Identifier: GPL-2.0
/* The lab secret, and HMAC-SHA256 (RFC 2104) with it. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <crypto/sha2.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "msg_socket.h"

#define SECRET_MIN 16 /* bytes */
#define SECRET_MAX SHA256_BLOCK_SIZE

static u8 key[SHA256_BLOCK_SIZE]; /* padded with zeros, as HMAC wants it */
static bool key_is_set;

/* A missing secret is allowed: the key is all zeros then, and anyone can prove it. */
int ms_set_secret(const char *hex)
{
	size_t digits = hex ? strlen(hex) : 0;

	memset(key, 0, sizeof(key));
	key_is_set = false;
	if (!digits)
		return 0;
	if (digits % 2 || digits < 2 * SECRET_MIN || digits > 2 * SECRET_MAX ||
	    hex2bin(key, hex, digits / 2)) {
		memzero_explicit(key, sizeof(key));
		return -EINVAL;
	}
	key_is_set = true;
	return 0;
}

bool ms_has_secret(void)
{
	return key_is_set;
}

void ms_forget_secret(void)
{
	memzero_explicit(key, sizeof(key));
	key_is_set = false;
}

static void begin_with_key(struct sha256_state *state, u8 pad)
{
	u8 block[SHA256_BLOCK_SIZE];
	int i;

	for (i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	sha256_init(state);
	sha256_update(state, block, sizeof(block));
	memzero_explicit(block, sizeof(block));
}

void ms_hmac_sha256(u8 mac[POPCORN_DIGEST_SIZE], const void *const parts[], const size_t sizes[],
		    int count)
{
	u8 inner[SHA256_DIGEST_SIZE];
	struct sha256_state state;
	int i;

	begin_with_key(&state, 0x36);
	for (i = 0; i < count; i++)
		sha256_update(&state, parts[i], sizes[i]);
	sha256_final(&state, inner);
	begin_with_key(&state, 0x5c);
	sha256_update(&state, inner, sizeof(inner));
	sha256_final(&state, mac);
	memzero_explicit(inner, sizeof(inner));
}
