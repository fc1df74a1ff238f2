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
/* The calling native thread has just become another thread, or its own again, of which the kernel says what it was asked
 * (struct popcorn_event). What a signal has said meanwhile stands. */
void popcorn_expect_request(int proposed);
/* The calling thread is about to leave: with it the kernel gives up what it was asked. */
void popcorn_forget_request(void);
/* It could not leave: there may be a request that it has not seen. */
void popcorn_recall_request(void);

#endif
