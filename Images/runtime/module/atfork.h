/* What fork calls around the moment at which there are two processes. See atfork.c. */
#ifndef POPCORN_MODULE_ATFORK_H
#define POPCORN_MODULE_ATFORK_H

void __popcorn_prepare_fork(void);
/* In the parent and in the child, also if there is no child. */
void __popcorn_end_fork(int is_child);

#endif
