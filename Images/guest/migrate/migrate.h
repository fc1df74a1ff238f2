/* SPDX-License-Identifier: MIT */
/* popcorn-migrate: makes threads of a process move, from outside, at the process's origin. */
#ifndef POPCORN_GUEST_MIGRATE_H
#define POPCORN_GUEST_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An L: line of /proc/popcorn_ps (docs/migration.md). */
struct thread {
	int pid;
	int tid;
	int node;
	bool arrived;
	unsigned int hops;
	unsigned int refused;
	int error;
};

struct snapshot {
	struct thread *threads;
	size_t count;
	size_t room;
	/* Of all processes whose origin is here, together; threads that have ended count. */
	unsigned long hops;
};

/* ps.c */

/* Opens the file that tells when something has moved. */
int ps_open(void);
void ps_read(int ps, struct snapshot *snapshot);
/* NULL if it has ended, or is not migratable. */
const struct thread *ps_find(const struct snapshot *snapshot, int pid, int tid);
/* Returns 0 or a negative errno. */
int propose(int pid, int tid, int node);
/* The next connected node in the list after @node; -1 if there is none. */
int next_node(int node);
/* One of the connected nodes other than @node, by a random number; -1 if there is none. */
int other_node(int node, uint64_t random);
/* Readable when the process has ended; -1 if there is none of that id. */
int open_process(int pid);
/* CLOCK_MONOTONIC in ns. */
int64_t now(void);
void fail(const char *what) __attribute__((noreturn));

/* The modes, each with its arguments; they return the exit code. */
int move_threads(int count, char **arguments);
int drive(int count, char **arguments);
int start(int count, char **arguments);
int await_hops(int count, char **arguments);

#endif
