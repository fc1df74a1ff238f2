/* migrate.h, and what compiled code calls at migration points. */
#include "include/migrate.h"
#include "arch/arch.h"
#include "memory/mappings.h"
#include "moves.h"
#include "runtime.h"
#include "threads/signals.h"
#include "transport.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int current_nid(void)
{
	return popcorn_transport->current_node();
}

enum arch current_arch(void)
{
	return POPCORN_ARCH;
}

int node_available(int nid)
{
	return popcorn_transport->is_available(nid);
}

int total_act_nodes(void)
{
	return popcorn_transport->node_count();
}

/* Why the thread cannot leave now, or NULL. */
static const char *reason_to_stay(struct popcorn_thread *thread)
{
	if (thread->head.native_depth || popcorn_is_in_handler())
		return "a libc function that called back is still running";
	if (!popcorn_streams_can_leave())
		return "a stream of memory or of the program's own functions is open";
	if (popcorn_has_native_mappings())
		return "a mapping that belongs to this node is in use (docs/compiler.md)";
	return NULL;
}

/* A refusal is said once per reason and process: a program may ask a million times. */
static bool is_new(const char *reason)
{
	static const char *said[16];

	for (int i = 0; i < 16; i++) {
		if (said[i] == reason)
			return false;
		if (!said[i]) {
			said[i] = reason;
			return true;
		}
	}
	return false;
}

static void say_once(const char *reason, int node)
{
	if (is_new(reason))
		popcorn_say("no move to node %d: %s", node, reason);
}

/* What is wrong with the program's file at the other node, or NULL. */
static const char *fault_of_file(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENOTDIR:
		return "not found there";
	case -ELOOP:
		return "is a loop of symbolic links there";
	case -ENAMETOOLONG:
		return "has too long a name there";
	case -EIO:
		return "cannot be read there";
	case -EACCES:
		return "may not be executed there";
	case -EPERM:
		return "is setuid or setgid there";
	case -ENOEXEC:
		return "is no complete program for that node";
	case -ESTALE:
		return "is another build of the program there";
	case -ENODATA:
		return "has no build id there";
	case -ETXTBSY:
		return "is open for writing there";
	default:
		return NULL;
	}
}

/* Why the transport, or the other node, did not take the thread. */
static const char *reason_for_refusal(int error)
{
	switch (error) {
	case -EBUSY:
		return "the process has other threads, or its last worker there has not ended yet";
	case -EHOSTDOWN:
		return "the node is not connected";
	case -ENOMEM:
		return "the node does not hold as much memory as the program has";
	case -ESRCH:
		return "the program did not start there";
	default:
		return strerror(-error);
	}
}

/* EAGAIN says: not now, without a word. */
static void tell_refusal(int error, int node)
{
	const char *fault = fault_of_file(error);
	char path[POPCORN_PATH_SIZE];

	if (error == -EAGAIN)
		return;
	if (!fault || !popcorn_transport->program_path) {
		say_once(reason_for_refusal(error), node);
		return;
	}
	popcorn_note_unfit(node);
	if (!is_new(fault))
		return;
	popcorn_transport->program_path(node, path, sizeof path);
	popcorn_say("no move to node %d: %s %s", node, path, fault);
}

static _Thread_local bool in_transit;

bool popcorn_in_transit(void)
{
	return in_transit;
}

static void hop(char *top, int node, void (*callback)(void *), void *data)
{
	struct popcorn_thread *thread = __popcorn_thread;
	int error = 0;

	thread->hop_errno = errno;
	thread->hop_top = top;
	thread->hop_callback = callback;
	thread->hop_data = data;
	thread->hop_target = node;
	in_transit = true;
	struct popcorn_thread *next = popcorn_transport->leave(thread, node, &error);

	/* The node may be too small only for what is kept in reserve. */
	if (!next && error == -ENOMEM && popcorn_trim_heap())
		next = popcorn_transport->leave(thread, node, &error);
	in_transit = false;
	if (next)
		popcorn_resume_here(next);
	tell_refusal(error, node);
	errno = thread->hop_errno;
}

void __popcorn_migrate(char *top, int node, void (*callback)(void *), void *data)
{
	if (node == current_nid() || popcorn_shared()->schedule.stays)
		return;
	if (!node_available(node)) {
		const char *alone = popcorn_transport->is_alone_because;

		say_once(alone ? alone : "the node is not connected", node);
		return;
	}
	const char *reason = reason_to_stay(__popcorn_thread);

	if (reason) {
		say_once(reason, node);
		return;
	}
	hop(top, node, callback, data);
}

void __popcorn_check_migrate(char *top, void (*callback)(void *), void *data)
{
	if (!__popcorn_flag)
		return;
	/* A request waits until the thread can leave. */
	if (reason_to_stay(__popcorn_thread))
		return;
	int node = popcorn_transport->requested(__popcorn_thread, top);

	if (node >= 0 && node != current_nid())
		hop(top, node, callback, data);
}

void __popcorn_check(char *top)
{
	__popcorn_check_migrate(top, NULL, NULL);
}

/* Popcorn's thread schedules come from its own tools; without one, a thread stays unless it is asked to move. */
void __popcorn_migrate_schedule(char *top, size_t region, int tid, void (*callback)(void *), void *data)
{
	__popcorn_check_migrate(top, callback, data);
}

/* The innermost resume function calls this in place of the call that left. */
void __popcorn_arrived(char *top)
{
	struct popcorn_thread *thread = __popcorn_thread;
	void (*callback)(void *) = thread->hop_callback;

	if (top != thread->hop_top)
		popcorn_die("thread %u was resumed at %p, but had left at %p", thread->number, top, thread->hop_top);
	thread->hop_callback = NULL;
	if (thread->hop_error) {
		tell_refusal(thread->hop_error, thread->hop_target);
		thread->hop_error = 0;
	} else if (callback) {
		/* A native call of a program's function, as from libc: it may not hop itself. */
		thread->head.frame_top = top;
		thread->head.native_depth++;
		callback(thread->hop_data);
		thread->head.native_depth--;
	}
	errno = thread->hop_errno;
}
