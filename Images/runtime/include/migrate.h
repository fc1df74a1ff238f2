/* Moving a thread between nodes: source compatible with Popcorn Linux.
 *
 * Each call may return on another node; everything that the program can see is as before. */
#ifndef _POPCORN_MIGRATE_H
#define _POPCORN_MIGRATE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most nodes that a lab can have. */
#define MAX_POPCORN_NODES 32

enum arch {
	ARCH_UNKNOWN = -1,
	ARCH_AARCH64 = 0,
	ARCH_X86_64 = 1,
	NUM_ARCHES = 2,
};

/* Whether a thread could move to node `nid` now. */
int node_available(int nid);

/* The ISA and the number of the node that the thread runs on. */
enum arch current_arch(void);
int current_nid(void);

/* How many nodes are connected. */
int total_act_nodes(void);

/* A migration point: moves the thread if that has been asked for from outside. `callback`, if not NULL, is called with
 * `data` after a move, before the program goes on. */
void check_migrate(void (*callback)(void *), void *data);

/* Moves the thread to node `nid`. If that is not possible now (the node is away, a libc function that calls back is
 * running, a stream is open), it stays; current_nid() tells. */
void migrate(int nid, void (*callback)(void *), void *data);

/* Moves thread number `tid` of a parallel region to the node that its schedule says. */
void migrate_schedule(size_t region, int tid, void (*callback)(void *), void *data);

/* The thread's id at the origin. */
int gettid(void);

#ifdef __cplusplus
}
#endif

#endif
