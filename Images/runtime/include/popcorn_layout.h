/* Where the parts of a program lie: at the same addresses in both binaries and on all nodes. Read by C, by the compiler's
 * passes (RuntimeNames.h), by Swift (CPopcornLayout) and by the linker script, hence plain numbers. */
#ifndef POPCORN_LAYOUT_H
#define POPCORN_LAYOUT_H

/* Of the node: the binary's headers, the migration flag, libc's two locales, jumps to libc, function slots. What lies here
 * has equal addresses and local content. */
#define POPCORN_FILE_HEADERS 0x0fff0000
#define POPCORN_FLAG         0x10000000
#define POPCORN_LIBC_LOCALES 0x10001000
#define POPCORN_JUMPS        0x10010000
#define POPCORN_SLOTS        0x10010100
/* Code, constants and variables of the node, which may lie anywhere from here to the program's constants. */
#define POPCORN_TEXT 0x10200000

/* The program's constants have equal content everywhere. libc's variables that move, the program's data and its bss move. */
#define POPCORN_CONSTANTS 0x20000000
#define POPCORN_DATA      0x30000000
#define POPCORN_BSS       0x40000000

/* The heap and the shadow stacks follow above the reach of 32-bit addresses; valgrind keeps what lies from 0x1000000000 on to
 * itself, so the stacks that a program uses first are below. */
#define POPCORN_HEAP      0x100000000UL
#define POPCORN_HEAP_SIZE 0x400000000UL /* at most */
#define POPCORN_STACKS    0x800000000UL

/* A shadow stack is an aligned slot, so that `frame & -size` is its thread's control block. */
#define POPCORN_STACK_SIZE   0x4000000UL
#define POPCORN_THREAD_LIMIT 1024
#define POPCORN_STACKS_END   (POPCORN_STACKS + POPCORN_THREAD_LIMIT * POPCORN_STACK_SIZE)

/* Thread-local variables lie at this offset of the control block, the first frame after them: all in one page, if they are
 * small, since that is what every hop takes along. */
#define POPCORN_LOCALS 2048

#endif
