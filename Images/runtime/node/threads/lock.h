/* A lock in shared memory. */
#ifndef POPCORN_LOCK_H
#define POPCORN_LOCK_H

#include <stdint.h>

struct popcorn_lock {
	uint32_t state; /* 0 free, 1 held, 2 held and waited for */
};

void popcorn_lock(struct popcorn_lock *lock);
void popcorn_unlock(struct popcorn_lock *lock);

#endif
