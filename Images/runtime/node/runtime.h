/* The runtime's own view of a program that moves: one process per node, threads whose control blocks lie in shared memory.
 *
 * Code in node/ is compiled for each ISA and stays on its node. Whatever it keeps in static variables is the node's own;
 * whatever must be seen by all nodes lies in `struct popcorn_shared` or in a thread's control block, whose layouts are the
 * same on every ISA (fixed-width members, no pointers to native code). */
#ifndef POPCORN_RUNTIME_H
#define POPCORN_RUNTIME_H

#include "include/popcorn_abi.h"
#include "memory/allocator.h"
#include "threads/lock.h"
#include "libc/streams.h"
#include "threads/thread_state.h"
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>

#define POPCORN_KEYS           128
#define POPCORN_SIGNALS        65
#define POPCORN_SCHEDULE_SITES 64
/* musl's names have 23 bytes at most, of which setlocale lists six. */
#define POPCORN_LOCALE_SIZE 152

/* A thread's control block, at the start of its shadow stack. */
struct popcorn_thread {
	struct popcorn_thread_head head;
	uint32_t number;

	/* errno.c. */
	int32_t error, lookup_error;

	/* A hop in progress: what the thread had when it left. */
	char *hop_top;
	void (*hop_callback)(void *);
	void *hop_data;
	int32_t hop_errno;
	/* A negative errno if the thread was turned back and arrives where it left. */
	int32_t hop_error, hop_target;

	/* A jump in progress: setjmp.c. */
	char *jump_top;
	int32_t jump_value;

	/* Migration points passed, as a schedule counts them. */
	uint64_t checks, passages;

	/* A created thread; main has none of these. */
	void *(*start)(void *);
	void *argument;
	void *result;
	uint32_t state; /* of threads.c; also the futex that join waits on */
	uint32_t detached;

	struct popcorn_thread_cache cache;
	void *values[POPCORN_KEYS];
};

_Static_assert(sizeof(struct popcorn_thread) <= POPCORN_LOCALS,
	       "the control block must end before the thread's locals");

/* Moves that the environment asks for: moves.c. */
struct popcorn_schedule {
	uint64_t every;
	uint64_t passage;
	uint32_t site_count;
	uint32_t stays; /* migrate() does nothing */
	uint32_t sites[POPCORN_SCHEDULE_SITES];
};

/* A signal's disposition, which is the process's. */
struct popcorn_disposition {
	uint64_t handler; /* SIG_DFL, SIG_IGN, or the address of a function slot */
	uint64_t mask;
	int32_t flags;
	uint32_t changes; /* how often it was set */
};

/* What all nodes share besides the program's own data; at the start of the heap. First what a thread looks at wherever it
 * arrives, then what is written while the program runs, so that the first page may be on all nodes at once. */
struct popcorn_shared {
	uint64_t magic;
	uint32_t thread_limit;
	uint32_t disposition_changes;
	uint32_t has_states; /* of threads; thread_state.h */
	struct popcorn_schedule schedule;
	struct popcorn_disposition dispositions[POPCORN_SIGNALS];
	void (*key_destructor[POPCORN_KEYS])(void *);
	struct popcorn_streams streams;
	struct popcorn_text *texts; /* texts.c */
	struct lconv conventions;
	char locale[POPCORN_LOCALE_SIZE]; /* locales.c */
	uint32_t locale_changes;

	_Alignas(4096) uint64_t hops;
	uint32_t ends_at_once; /* by _exit: streams are not flushed */
	uint32_t thread_count;
	uint32_t key_used[POPCORN_KEYS];
	struct popcorn_lock threads_lock;
	uint8_t thread_used[POPCORN_THREAD_LIMIT];
	struct popcorn_thread_state states[POPCORN_THREAD_LIMIT];
	struct popcorn_allocator allocator; /* last: its tables follow */
};

static inline struct popcorn_shared *popcorn_shared(void)
{
	return (struct popcorn_shared *)POPCORN_HEAP;
}

/* The running thread; NULL in a thread that the program did not make. */
extern _Thread_local struct popcorn_thread *__popcorn_thread;

static inline char *popcorn_first_frame(struct popcorn_thread *thread)
{
	return (char *)thread + ((POPCORN_LOCALS + __popcorn_locals_size + 63) & ~UINT64_C(63));
}

static inline struct popcorn_thread *popcorn_thread_block(uint32_t number)
{
	return (struct popcorn_thread *)(POPCORN_STACKS + number * POPCORN_STACK_SIZE);
}

/* A new thread's control block and copy of the thread-local variables; NULL if there are too many threads. */
struct popcorn_thread *popcorn_new_thread(void);
void popcorn_free_thread(struct popcorn_thread *thread);

/* The state is there: what has to be done once at each node, whichever thread is the first. */
void popcorn_begin_here(void);
/* Runs a thread from its start, or from where it left if it `arrived`, and again each time it comes back to this node. */
void *popcorn_run(struct popcorn_thread *thread, bool arrived);
/* Leaves whatever native frames the thread has on this node, and resumes it. Does not return. */
_Noreturn void popcorn_resume_here(struct popcorn_thread *thread);
/* Leaves them for good: popcorn_run returns `result`. */
_Noreturn void popcorn_end_here(struct popcorn_thread *thread, void *result);
/* Whether the native thread stands in for a thread of the program that is on its way, or on another node. */
bool popcorn_in_transit(void);
void popcorn_run_key_destructors(struct popcorn_thread *thread);
/* Starts a created thread here, on a native thread with a stack of `stack_size` bytes (0: libc's default). Returns an errno. */
int popcorn_start_thread(struct popcorn_thread *thread, size_t stack_size);
/* A created thread has run to its end with this result: nothing uses the control block afterwards. */
void popcorn_finish_thread(struct popcorn_thread *thread, void *result);
/* Makes this node's dispositions of signals those of the process, if they have changed. */
void popcorn_refresh_handlers(void);
/* Makes one of them so; returns a negative errno. */
int popcorn_install_handler(int number);
/* The whole program ends. */
_Noreturn void __popcorn_finish(int status);

/* The innermost active call site of a thread whose frames end at `top`; 0 if the frames are damaged. */
uint32_t popcorn_innermost_site(struct popcorn_thread *thread, const char *top);

/* One line on stderr. */
void popcorn_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void popcorn_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
