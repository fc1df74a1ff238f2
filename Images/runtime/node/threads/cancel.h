/* Threads that are cancelled. See cancel.c. */
#ifndef POPCORN_CANCEL_H
#define POPCORN_CANCEL_H

#include "futex.h"

/* The calling thread ends here if it has been cancelled and does not mind. */
void popcorn_test_cancel(void);
/* From a handler of a signal: the same if the thread waits at a cancellation point. */
void popcorn_cancel_waiting(void);
/* popcorn_futex_wait_clock as a cancellation point; `undo(argument)` is called before the thread ends in it. */
int popcorn_futex_wait_cancellable(uint32_t *word, uint32_t value, const struct timespec *until, clockid_t clock,
				   void (*undo)(void *), void *argument);
/* What pthread_cleanup_push has left, before the thread ends. */
void popcorn_run_cleanups(void);
/* The native thread is at no cancellation point: what it was at before is left for good. */
void popcorn_leave_point(void);

/* A handler of the program is not at the point that it interrupts: around it. */
void *popcorn_suspend_point(void);
void popcorn_resume_point(void *suspended);

#endif
