/* Calls of Linux and glibc that Swift cannot import: variadic ones, and those behind _GNU_SOURCE. */
#ifndef POPCORN_LAB_LINUX_CALLS_H
#define POPCORN_LAB_LINUX_CALLS_H

#include <pthread.h>
#include <sys/types.h>

/* pidfd_open(2): a descriptor that becomes readable when the process ends, or -1 with errno. */
int linux_pidfd_open(pid_t pid);

/* A close-on-exec, non-blocking eventfd(2) with value 0, or -1 with errno. */
int linux_eventfd(void);

/* Names the calling thread; Linux keeps the first 15 bytes. */
void linux_set_thread_name(const char *name);

/* TIOCGWINSZ of a terminal, or -1 with errno. */
int linux_window_size(int descriptor, unsigned short *columns, unsigned short *rows);

/* memmem(3): where the bytes of needle begin, or NULL. */
const void *linux_find_bytes(const void *bytes, size_t count, const void *needle, size_t length);

/*
 * Undoes what a caller may have left to this process, to be called before there are other threads: standard descriptors
 * that are closed, whose numbers the next sockets would get, are opened on /dev/null; signals by which we are ended, or
 * told of our children, are not blocked, nor is SIGCHLD ignored.
 */
void linux_prepare_process(void);

/*
 * Remembers the terminal's settings, a struct termios, for every way out that does not come by its user: the second
 * signal, linux_end_process. NULL forgets them.
 */
struct termios;
void linux_keep_terminal(int descriptor, const struct termios *settings);

/*
 * Ends the process as exit(3) does, but runs no handlers of atexit(3) and no destructors of libraries. Those free what
 * other threads still use: OpenSSL's handler frees its locks, and an SSH session's thread that takes one dies of
 * SIGSEGV.
 */
void linux_end_process(int status) __attribute__((noreturn));

/*
 * From now on the first SIGINT, SIGTERM, SIGHUP or SIGPIPE writes its number, one byte, to descriptor; the second ends
 * the process at once with a shell's exit code for it, after writing message to stderr. What the caller ignores (nohup)
 * stays ignored. A SIGHUP or SIGPIPE is never the second: terminals and pipes that close send several. A handler
 * survives no exec, unlike a blocked signal, so children start with the default behaviour.
 */
void linux_catch_termination(int descriptor, const char *message);

/* memfd_create(2): a file without a name, gone with its last descriptor, or -1 with errno. */
int linux_memory_file(const char *name);

/* From now on every SIGWINCH writes a byte to descriptor. */
void linux_forward_window_changes(int descriptor);

#endif
