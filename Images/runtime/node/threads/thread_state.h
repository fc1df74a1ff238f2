/* What of a thread is seldom used: its name, the processors that it may run on, whether it has been cancelled. In shared memory,
 * in a table of its own, so that control blocks stay small and threads that have none of it touch nothing. */
#ifndef POPCORN_THREAD_STATE_H
#define POPCORN_THREAD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct popcorn_thread;
struct __ptcb;

#define POPCORN_NAME_SIZE 16
#define POPCORN_CPU_WORDS 16

struct popcorn_thread_state {
	uint32_t changes; /* of name and processors */
	uint32_t is_cancelled, is_disabled, is_asynchronous;
	struct __ptcb *cleanups;                  /* innermost first */
	uint64_t alternate_stack, alternate_size; /* sigaltstack: for the program to read */
	int32_t alternate_flags;
	char name[POPCORN_NAME_SIZE];
	uint32_t cpu_words; /* 0: any processor */
	uint64_t cpus[POPCORN_CPU_WORDS];
};

/* That of a thread; marks the table as used. */
struct popcorn_thread_state *popcorn_change_state(struct popcorn_thread *thread);
/* NULL if no thread has ever had any. */
struct popcorn_thread_state *popcorn_thread_state(const struct popcorn_thread *thread);

/* The calling native thread runs `thread` from now on: tells the kernel its name and processors. */
void popcorn_apply_state(struct popcorn_thread *thread);
/* From a handler of a signal: what another thread changed. */
void popcorn_refresh_state(void);

/* At the origin. Which native thread is the thread, or its shadow; 0: none. */
void popcorn_note_native(struct popcorn_thread *thread, int tid);
/* The same as seen by number, whose thread has ended. */
void popcorn_forget_native(uint32_t number);
/* Makes the thread look at its state, wherever it is. */
void popcorn_wake_thread(struct popcorn_thread *thread);
/* At the origin: the same; and a signal for it. Return a negative errno. */
int popcorn_wake_native(uint32_t number);
int popcorn_signal_native(uint32_t number, int signal);

#endif
