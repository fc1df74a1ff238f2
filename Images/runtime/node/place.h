/* Where this process is, and how its kernel reaches its threads. */
#ifndef POPCORN_PLACE_H
#define POPCORN_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

/* SIGRTMIN of musl, as users of Popcorn Linux know it: the thread that gets it moves at its next migration point. */
#define POPCORN_MOVE_SIGNAL 35
/* Makes a shadow's system call return. */
#define POPCORN_KICK_SIGNAL 36

/* Set once, when the transport attaches. */
struct popcorn_place {
	int device; /* /dev/popcorn */
	int self, origin;
	/* As the origin numbers them; at a worker only. */
	pid_t pid, ppid;
};

extern struct popcorn_place popcorn_place;

/* Whether this process is a worker: its threads have shadows at the origin. */
static inline bool popcorn_is_away(void)
{
	return popcorn_place.self != popcorn_place.origin;
}

#endif
