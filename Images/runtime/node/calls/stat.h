/* struct stat in its three layouts, whose members have the same names: this node's, the one on the way between nodes
 * (struct popcorn_stat of popcorn/delegate.h), and the program's, which is that of x86-64. */
#ifndef POPCORN_STAT_H
#define POPCORN_STAT_H

#include <popcorn/delegate.h>
#include <string.h>
#include <sys/stat.h>

/* struct stat of musl on x86-64. */
struct popcorn_program_stat {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, padding;
	uint64_t rdev;
	int64_t size, blksize, blocks;
	int64_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns;
	int64_t unused[3];
};

_Static_assert(sizeof(struct popcorn_program_stat) == 144, "struct stat of x86-64 has 144 bytes");

/* Between this node's layout and either of the others: `X(other, native)` for each member. */
#define POPCORN_STAT_MEMBERS(X) \
	X(dev, st_dev) \
	X(ino, st_ino) \
	X(nlink, st_nlink) \
	X(mode, st_mode) \
	X(uid, st_uid) \
	X(gid, st_gid) \
	X(rdev, st_rdev) \
	X(size, st_size) \
	X(blksize, st_blksize) \
	X(blocks, st_blocks) \
	X(atime, st_atim.tv_sec) \
	X(atime_ns, st_atim.tv_nsec) \
	X(mtime, st_mtim.tv_sec) \
	X(mtime_ns, st_mtim.tv_nsec) \
	X(ctime, st_ctim.tv_sec) \
	X(ctime_ns, st_ctim.tv_nsec)

#define POPCORN_TO_NATIVE(other, native)   to->native = from->other;
#define POPCORN_FROM_NATIVE(other, native) to->other = from->native;

static inline void popcorn_to_native_stat(const struct popcorn_stat *from, struct stat *to)
{
	memset(to, 0, sizeof *to);
	POPCORN_STAT_MEMBERS(POPCORN_TO_NATIVE)
}

static inline void popcorn_from_native_stat(const struct stat *from, struct popcorn_stat *to)
{
	memset(to, 0, sizeof *to);
	POPCORN_STAT_MEMBERS(POPCORN_FROM_NATIVE)
}

static inline void popcorn_to_program_stat(const struct stat *from, struct popcorn_program_stat *to)
{
	memset(to, 0, sizeof *to);
	POPCORN_STAT_MEMBERS(POPCORN_FROM_NATIVE)
}

#undef POPCORN_TO_NATIVE
#undef POPCORN_FROM_NATIVE

#endif
