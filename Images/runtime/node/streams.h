/* libc's streams, as far as they can move. */
#ifndef POPCORN_STREAMS_H
#define POPCORN_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

/* What lies in struct popcorn_shared. */
struct popcorn_streams {
	uint64_t open_streams; /* head of libc's list, while the program is between nodes */
	unsigned char standard[3][232];
	unsigned char input[1032]; /* stdin's buffer */
};

/* Whether every open stream is one of files, whose state can move. */
bool popcorn_streams_can_leave(void);
/* Flushes, and makes what is left of the streams' state the same on every node. */
void popcorn_streams_leave(void);
/* Makes them this node's streams again. */
void popcorn_streams_arrive(void);

#endif
