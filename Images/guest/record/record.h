/* SPDX-License-Identifier: MIT */
/* popcorn-record: what a lab wants to know of its guest, by one process and over one channel. */
#ifndef POPCORN_RECORD_H
#define POPCORN_RECORD_H

#include <stddef.h>
#include <stdint.h>

/* Answers are frames: a line `NAME LENGTH`, then as many bytes. A failure of the whole program ends it. */
void answer(const char *name, const void *bytes, size_t length);
/* A frame `error`, in which errno is told in words. */
void answer_error(const char *what, const char *which);

/* A file's content in frames of a name; none if it is empty, and `error` if it cannot be read. */
void answer_file(const char *path, const char *name);

/* Reading the kernel's clock is to take no time when it is asked for: clock.c. */
void open_clock(void);
void answer_clock(void);

/* What is left in the node: state.c. `files` is "FILE=NAME …" or NULL, and is cut to pieces. */
void answer_state(char *files);
void reset_counters(const char *file);
void mark_kernel_log(const char *text);
/* "MS FILE" */
void await_rest(const char *argument);

/* Processes of programs that users have brought: strays.c. */
void answer_strays(void);
/* "MS [PID …]" */
void await_end(const char *argument);
/* On a clock that only goes forward. */
int64_t now_ms(void);

/* The SHA-256 of a file in hex, which is 64 bytes; 0, or -1 with errno. */
int file_digest(const char *path, char *hex);

/*
 * Takes a trace instance, in which popcorn's events go to a buffer of `kib` KiB for each CPU, and answers with its name;
 * 0, or -1 after an answer. It is this process's until its end.
 */
int begin_trace(const char *kib);
/* The kernel's log, the types of messages and the trace, of the whole boot if `instance` is "-". */
void collect(const char *instance);
/* Stops an instance, empties it and leaves it for the next, if it is the one that is kept. */
void recycle_trace(const char *instance);
/* The name of the instance that this process has taken. */
const char *own_trace(void);
/* Makes the instance that is kept, with such a buffer, if it is not there. */
void make_spare_trace(const char *kib);

#endif
