/* What compiled code, the linker script and the runtime agree on; the compiler's side is RuntimeNames.h. */
#ifndef POPCORN_ABI_H
#define POPCORN_ABI_H

#include <stdint.h>

/* Application data and bss: popcorn.ld. The heap and the shadow stacks follow above the reach of 32-bit addresses; valgrind keeps
 * what lies from 0x1000000000 on to itself, so the stacks that a program uses first are below. */
#define POPCORN_HEAP UINT64_C(0x100000000)
#define POPCORN_HEAP_LIMIT UINT64_C(0x400000000)
#define POPCORN_STACKS UINT64_C(0x800000000)

/* A shadow stack is an aligned slot, so that `frame & -size` is its thread's control block. */
#define POPCORN_STACK_SIZE UINT64_C(0x4000000)
#define POPCORN_THREAD_LIMIT 1024

/* Thread-local variables lie at this offset of the control block, the first frame after them: all in one page, if they are
 * small, since that is what every hop takes along. */
#define POPCORN_LOCALS 2048

/* The entries of a function slot. */
#define POPCORN_SLOT_SIZE 32

/* The start of a thread's control block, which compiled code knows. */
struct popcorn_thread_head {
	char *frame_top;      /* where frames of callbacks begin; valid while native_depth > 0 */
	uint32_t native_depth; /* native frames of libc on this thread's stack: no hop is possible */
};

/* Made by the compiler. */
extern const char __popcorn_locals_image[];
extern const uint64_t __popcorn_locals_size;
extern const int32_t __popcorn_site_frames[];
extern const uint32_t __popcorn_site_count;
int __popcorn_begin(char *frame, int argc, char **argv, char **envp);
int __popcorn_continue(char *frame);
void *__popcorn_begin_thread(char *frame, void *(*start)(void *), void *argument);
void *__popcorn_continue_thread(char *frame, void *(*start)(void *));

/* Made by the linker script; all are aligned to pages. */
extern char __popcorn_data_start[], __popcorn_data_end[], __popcorn_bss_start[], __popcorn_bss_end[];

/* Not 0 if a thread of this process should look at its migration requests. Local to the node. */
extern volatile int __popcorn_flag;

#endif
