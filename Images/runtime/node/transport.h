/* How a thread gets to another node: the one interface between the runtime and what carries it.
 *
 *   transport_none.c  a host without a lab: nothing moves
 *   transport_host.c  tests on one machine: the process becomes the other ISA's binary, by exec
 *
 * A transport for /dev/popcorn is one more file like these, and one more entry in transport.c. What it has to know:
 *
 *   attach   maps the regions at their addresses. On the program's first node it copies the content of data from the
 *            binary into the shared memory. On a node that a thread comes to, it waits for that thread and returns
 *            POPCORN_START_ARRIVED; threads that come later are run by popcorn_run(thread, true), each on a native
 *            thread of its own.
 *   leave    is called with all of the thread's state in shared memory: its frames up to hop_top, its control block,
 *            the program's data. Nothing on the native stack is needed any more. When the thread comes back to this
 *            node, leave returns 0, and the runtime unwinds the native stack and resumes from the frames.
 *   flag     __popcorn_flag is local to the node; a kernel sets it to make all threads of the process ask `requested`
 *            at their next check, and clears it when no request is left. */
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

struct popcorn_transport {
	const char *name;
	/* Maps the regions. Called once, before anything else; may make the heap and the stacks smaller. After
	 * POPCORN_START_ARRIVED `*thread` is who arrived. */
	enum popcorn_start (*attach)(struct popcorn_region *regions, int count, struct popcorn_thread **thread);
	int (*current_node)(void);
	int (*node_count)(void);
	bool (*is_available)(int node);
	/* Where the thread has been asked to go from outside, or -1; called when the flag is set. */
	int (*requested)(struct popcorn_thread *thread, const char *top);
	/* Takes the thread to another node. Returns 0 when it has come back (its frames have changed: resume it), or a
	 * negative errno if it could not leave. May not return at all, if the thread ends elsewhere. */
	int (*leave)(struct popcorn_thread *thread, int node);
	/* The program ends with this exit code. */
	void (*finish)(int status);
	/* Gives the memory of whole pages back. */
	void (*discard)(void *address, size_t size);
};

extern const struct popcorn_transport popcorn_transport_none, popcorn_transport_host;

/* The transport in use; set once by popcorn_attach. */
extern const struct popcorn_transport *popcorn_transport;

/* Also says how large heap and stacks became. */
enum popcorn_start popcorn_attach(struct popcorn_thread **thread, uint64_t *heap_size, uint64_t *stacks_size);

#endif
