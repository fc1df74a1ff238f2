/* Requests to move that come from outside. See moves.c. */
#ifndef POPCORN_MOVES_H
#define POPCORN_MOVES_H

#include "runtime.h"

/* Handlers of the two signals, on this node. Before the kernel knows of the process: from then on anybody may ask. */
void popcorn_expect_signals(void);
/* Obeys what the environment asked for, on this node. */
void popcorn_start_schedule(void);
/* At the program's first node: reads what the environment asks for. */
void popcorn_read_schedule(void);

/* Where the calling thread, whose frames end at `top`, should go; -1: nowhere. Answers a request once. */
int popcorn_take_request(struct popcorn_thread *thread, const char *top);
/* The program's file there is missing, or of no use. */
void popcorn_note_unfit(int node);
/* The calling native thread has just become another thread, for which this node was proposed, or -1. */
void popcorn_expect_request(int proposed);
/* The calling thread is a shadow: what it was asked to do concerns the thread that is away. */
void popcorn_forward_request(void);

#endif
