/* How a thread gets to another node: the one interface between the runtime and what carries it.
 *
 *   transport_popcorn.c  a node of a lab
 *   transport_host.c     tests on one machine: the process becomes the other ISA's binary, by exec
 *   transport_none.c     a host without a lab, and children of fork: nothing moves
 *
 * What one has to know:
 *
 *   attach   maps the regions at their addresses. On the program's first node it copies the content of data from the
 *            binary into the shared memory. On a node that a thread comes to, it waits for that thread and returns
 *            POPCORN_START_ARRIVED.
 *   leave    is called with all of the thread's state in shared memory: its frames up to hop_top, its control block,
 *            the program's data. Nothing on the native stack is needed any more: the runtime unwinds it and resumes
 *            from the frames whichever thread comes next.
 *   flag     __popcorn_flag is local to the node; while it is not 0, threads ask `requested` at each migration point. */
#ifndef POPCORN_TRANSPORT_H
#define POPCORN_TRANSPORT_H

#include "runtime.h"

/* A part of the address space that all nodes share. */
struct popcorn_region {
	uint64_t address;
	uint64_t size;
	/* The region has content from the program's file, which the first node puts there. */
	bool has_content;
};

enum popcorn_start {
	POPCORN_START_UNUSABLE, /* this transport is not for this process */
	POPCORN_START_NEW,      /* the regions are mapped, and empty but for their content */
	POPCORN_START_ARRIVED,  /* the regions are mapped, and a thread waits to be resumed */
};

#define POPCORN_PATH_SIZE 4200

struct popcorn_transport {
	const char *name;
	/* Why no other node can be reached, if none ever can; else NULL. */
	const char *is_alone_because;
	/* Maps the regions. Called once, before anything else; may make the heap and the stacks smaller. After
	 * POPCORN_START_ARRIVED `*thread` is who arrived. */
	enum popcorn_start (*attach)(struct popcorn_region *regions, int count, struct popcorn_thread **thread);
	int (*current_node)(void);
	int (*node_count)(void);
	bool (*is_available)(int node);
	/* Where the thread has been asked to go from outside, or -1; called when the flag is set. */
	int (*requested)(struct popcorn_thread *thread, const char *top);
	/* Takes the thread to another node. Returns the thread that goes on here, on this native thread, from its frames:
	 * the same one when it has come back, or another. NULL and a negative errno in `*error` if the thread could not
	 * leave. Does not return if there is nothing left to do here. */
	struct popcorn_thread *(*leave)(struct popcorn_thread *thread, int node, int *error);
	/* The program's file for a node, as it is called there. */
	void (*program_path)(int node, char *path, size_t size);
	/* A thread that arrived here has ended. Returns who comes next. */
	struct popcorn_thread *(*end_thread)(void);
	/* The program ends with this exit code, by _exit if `at_once`. */
	void (*finish)(int status, bool at_once);
	/* The heap is about to have so many bytes; false if no memory is left for them. NULL: the system says no in time. */
	bool (*reserve)(uint64_t bytes);
	/* Gives the memory of whole pages back. */
	void (*discard)(void *address, size_t size);
};

extern const struct popcorn_transport popcorn_transport_none, popcorn_transport_child, popcorn_transport_host,
	popcorn_transport_popcorn;

/* The transport in use; set once by popcorn_attach. */
extern const struct popcorn_transport *popcorn_transport;

/* The calling native thread will not be a shadow again. */
void popcorn_free_buffers(void);

/* Also says how large heap and stacks became. */
enum popcorn_start popcorn_attach(struct popcorn_thread **thread, uint64_t *heap_size, uint64_t *stacks_size);

#endif
