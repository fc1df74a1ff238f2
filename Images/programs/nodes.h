/* What the programs here need to know of nodes, beyond migrate.h.
 *
 * With -DNO_POPCORN any C compiler builds them, for one node where nothing moves: what results are compared with. */
#ifndef NODES_H
#define NODES_H

#include <stdbool.h>
#include <stdio.h>

#ifdef NO_POPCORN
#include <sys/types.h>
pid_t gettid(void);
#define MAX_POPCORN_NODES             1
#define current_nid()                 0
#define node_available(nid)           ((nid) == 0)
#define migrate(nid, callback, data)  ((void)(nid))
#define check_migrate(callback, data) ((void)0)
#else
#include <migrate.h>
#endif

/* Whether node_after has said it; one for all files of a program. */
__attribute__((weak)) bool nodes_said_no_other;

/* Lists the thread's node and all that are available, in the order of their numbers. Returns how many there are. */
static inline int list_nodes(int nodes[MAX_POPCORN_NODES])
{
	int count = 0, here = current_nid();

	for (int nid = 0; nid < MAX_POPCORN_NODES; nid++)
		if (nid == here || node_available(nid))
			nodes[count++] = nid;
	return count;
}

/* The `steps`-th available node after the one that the thread is on, in the order of their numbers and from the last
 * one on to the first. If there is no other it is the thread's own, which is said once, on stderr. */
static inline int node_after(int steps)
{
	int nodes[MAX_POPCORN_NODES], count = list_nodes(nodes), here = current_nid(), place = 0;

	while (place < count - 1 && nodes[place] != here)
		place++;
	if (count == 1 && !__atomic_exchange_n(&nodes_said_no_other, true, __ATOMIC_RELAXED))
		fprintf(stderr, "there is no other node: everything stays on node %d\n", here);
	return nodes[(place + steps) % count];
}

/* Where a hop goes to. */
static inline int next_node(void)
{
	return node_after(1);
}

#endif
