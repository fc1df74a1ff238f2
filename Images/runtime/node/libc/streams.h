/* libc's streams in shared memory. See streams.c. */
#ifndef POPCORN_STREAMS_H
#define POPCORN_STREAMS_H

#include "threads/lock.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What lies in struct popcorn_shared. */
struct popcorn_streams {
	struct popcorn_lock lock;
	FILE *open; /* head of libc's list of open streams */
};

/* Makes the standard streams usable from all nodes; once, at the program's start. */
void popcorn_share_streams(void);
/* While it is hidden from the calling thread, libc finds no stream open. */
void popcorn_hide_streams(bool is_hidden);
/* Whether every open stream is one of files: streams of memory or of the program's functions use code of their node. */
bool popcorn_streams_can_leave(void);

#endif
