/* System calls that threads away from home let their origin make.
 *
 * The origin makes the call itself, in the thread's shadow; what differs by ISA is translated: numbers, flags of open,
 * struct stat. A row of system_call_list.h describes a call well enough that its arguments can be packed at one node and
 * unpacked at another. Calls that are not there belong to the node: memory, clocks, signals of the hosting thread. */
#ifndef POPCORN_SYSTEM_CALLS_H
#define POPCORN_SYSTEM_CALLS_H

#include <popcorn/delegate.h>
#include <popcorn/popcorn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A call by its number on aarch64, which is that of Linux's generic list (asm-generic/unistd.h), plus this. Below it are
 * the calls that the kernel's stand-ins make (popcorn/delegate.h). */
#define POPCORN_CALL_GENERIC POPCORN_CALL_PRIVATE
/* What is no system call. */
#define POPCORN_CALL_CREATE_THREAD (POPCORN_CALL_PRIVATE + 0x1000) /* control block */
#define POPCORN_CALL_SIGNAL_ACTION (POPCORN_CALL_PRIVATE + 0x1001) /* signal */
#define POPCORN_CALL_DISCARD       (POPCORN_CALL_PRIVATE + 0x1002) /* address, size */
#define POPCORN_CALL_RESERVE       (POPCORN_CALL_PRIVATE + 0x1007) /* bytes */
#define POPCORN_CALL_WAKE_THREAD   (POPCORN_CALL_PRIVATE + 0x1008) /* number */
#define POPCORN_CALL_SIGNAL_THREAD (POPCORN_CALL_PRIVATE + 0x1009) /* number, signal */
/* Calls with structures that the letters below cannot describe. */
#define POPCORN_CALL_EPOLL_CONTROL   (POPCORN_CALL_PRIVATE + 0x1003)
#define POPCORN_CALL_EPOLL_WAIT      (POPCORN_CALL_PRIVATE + 0x1004)
#define POPCORN_CALL_SEND_MESSAGE    (POPCORN_CALL_PRIVATE + 0x1005)
#define POPCORN_CALL_RECEIVE_MESSAGE (POPCORN_CALL_PRIVATE + 0x1006)

/* Arguments, one letter each:
 *   s  a number, a descriptor
 *   f  flags of open
 *   p  a path or another string
 *   i  data to read; the next argument is its size
 *   o  room for data; the next argument is its size, the result is how much there is
 *   O  a structure to fill, I one to read, X one to do both with; its size follows in decimal
 *   T  struct stat
 *   A  room for data; the next argument points to its size, an unsigned int, before and after
 *   -  the argument after A
 * Any pointer may be null. */
struct popcorn_system_call {
	uint16_t generic;      /* number on aarch64 */
	int16_t here;          /* number on this ISA */
	const char *arguments; /* NULL: they depend on the second one */
};

extern const struct popcorn_system_call popcorn_system_calls[];
extern const size_t popcorn_system_call_count;

/* NULL if there is none. */
const struct popcorn_system_call *popcorn_find_call_here(long number);
const struct popcorn_system_call *popcorn_find_call_generic(uint32_t number);

/* The letters of a call with these arguments. `own` has room for POPCORN_ARGUMENTS characters, and may be used for them. */
const char *popcorn_call_arguments(const struct popcorn_system_call *call, const int64_t *values, char *own);
#define POPCORN_ARGUMENTS 16

/* One letter of `arguments` and its size; moves on to the next. Returns 0 at the end. */
char popcorn_next_argument(const char **arguments, size_t *size);

/* A system call of this node's kernel, whatever the filter says. Returns a negative errno. */
long popcorn_local_call(long number, ...);
extern const char popcorn_local_call_end[];

#endif
