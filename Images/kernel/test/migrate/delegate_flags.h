/* SPDX-License-Identifier: MIT */
/* open(2) flags differ by instruction set; in delegated calls they are POPCORN_O_*. */
#ifndef DELEGATE_FLAGS_H
#define DELEGATE_FLAGS_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <popcorn/delegate.h>

static const struct { int64_t neutral; int native; } open_flags[] = {
	{ POPCORN_O_CREAT, O_CREAT }, { POPCORN_O_EXCL, O_EXCL }, { POPCORN_O_TRUNC, O_TRUNC },
	{ POPCORN_O_APPEND, O_APPEND }, { POPCORN_O_NONBLOCK, O_NONBLOCK },
	{ POPCORN_O_DIRECTORY, O_DIRECTORY }, { POPCORN_O_NOFOLLOW, O_NOFOLLOW },
	{ POPCORN_O_CLOEXEC, O_CLOEXEC },
};

static inline int native_flags(int64_t neutral)
{
	int native = neutral & POPCORN_O_ACCMODE;
	size_t i;

	for (i = 0; i < sizeof(open_flags) / sizeof(open_flags[0]); i++)
		if (neutral & open_flags[i].neutral)
			native |= open_flags[i].native;
	return native;
}

static inline int64_t neutral_flags(int native)
{
	int64_t neutral = native & O_ACCMODE;
	size_t i;

	for (i = 0; i < sizeof(open_flags) / sizeof(open_flags[0]); i++)
		if ((native & open_flags[i].native) == open_flags[i].native)
			neutral |= open_flags[i].neutral;
	return neutral;
}

#endif
