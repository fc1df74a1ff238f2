/* struct stat between the ISAs: struct popcorn_stat is the form on the way (popcorn/delegate.h). */
#ifndef POPCORN_STAT_H
#define POPCORN_STAT_H

#include <popcorn/delegate.h>
#include <string.h>
#include <sys/stat.h>

static inline void popcorn_to_native_stat(const struct popcorn_stat *from, struct stat *to)
{
	memset(to, 0, sizeof *to);
	to->st_dev = from->dev;
	to->st_ino = from->ino;
	to->st_nlink = from->nlink;
	to->st_mode = from->mode;
	to->st_uid = from->uid;
	to->st_gid = from->gid;
	to->st_rdev = from->rdev;
	to->st_size = from->size;
	to->st_blksize = from->blksize;
	to->st_blocks = from->blocks;
	to->st_atim = (struct timespec){from->atime, from->atime_ns};
	to->st_mtim = (struct timespec){from->mtime, from->mtime_ns};
	to->st_ctim = (struct timespec){from->ctime, from->ctime_ns};
}

static inline void popcorn_from_native_stat(const struct stat *from, struct popcorn_stat *to)
{
	*to = (struct popcorn_stat){
		.dev = from->st_dev,
		.ino = from->st_ino,
		.nlink = from->st_nlink,
		.mode = from->st_mode,
		.uid = from->st_uid,
		.gid = from->st_gid,
		.blksize = from->st_blksize,
		.rdev = from->st_rdev,
		.size = from->st_size,
		.blocks = from->st_blocks,
		.atime = from->st_atim.tv_sec,
		.atime_ns = from->st_atim.tv_nsec,
		.mtime = from->st_mtim.tv_sec,
		.mtime_ns = from->st_mtim.tv_nsec,
		.ctime = from->st_ctim.tv_sec,
		.ctime_ns = from->st_ctim.tv_nsec,
	};
}

#endif
