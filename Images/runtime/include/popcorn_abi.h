/* What compiled code and the runtime agree on; the compiler's side is RuntimeNames.h. */
#ifndef POPCORN_ABI_H
#define POPCORN_ABI_H

#include "popcorn_layout.h"
#include <stdint.h>

/* The start of a thread's control block, which compiled code knows. */
struct popcorn_thread_head {
	char *frame_top;       /* where frames of callbacks begin; valid while native_depth > 0 */
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
