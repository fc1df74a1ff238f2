/* What fork needs of the runtime's locks. See atfork.c. */
#ifndef POPCORN_ATFORK_H
#define POPCORN_ATFORK_H

/* Around the moment at which a child gets its copy of memory. */
void popcorn_before_fork(void);
void popcorn_after_fork(void);
/* In the child, instead of popcorn_after_fork, once its memory is there. */
void popcorn_begin_child(void);

#endif
