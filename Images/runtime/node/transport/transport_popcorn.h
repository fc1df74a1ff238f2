/* The parts of the transport over /dev/popcorn. */
#ifndef POPCORN_TRANSPORT_PARTS_H
#define POPCORN_TRANSPORT_PARTS_H

#include "calls/system_calls.h"
#include "runtime.h"

/* origin.c. Takes the thread away and is its shadow until it is back (0) or did not go (a negative errno). */
int popcorn_leave_origin(struct popcorn_thread *thread, int node);
/* serve.c. What the shadow does for its thread: the result of a call, and data of at most POPCORN_CALL_DATA bytes at `out`. */
int64_t popcorn_serve(const struct popcorn_event *event, const void *in, void *out, uint32_t *out_size);

/* worker.c. Before the first thread arrives: a second native thread, so that whichever is faster takes it. */
void popcorn_start_worker(void);
/* Each returns the thread that the calling native thread hosts next. */
struct popcorn_thread *popcorn_wait_for_arrival(void);
struct popcorn_thread *popcorn_end_hosted_thread(void);
/* NULL, and a negative errno in `*error`, if the thread could not leave. One that was turned back later arrives again, with
 * its hop_error set. */
struct popcorn_thread *popcorn_leave_worker(struct popcorn_thread *thread, int node, int *error);
/* The process ends at its origin, and soon here. */
void popcorn_end_from_afar(int status);
/* Whether libc is the one that this file knows. */
void popcorn_check_libc(void);

#endif
