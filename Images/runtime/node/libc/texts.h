/* libc's constant texts in memory that moves. See texts.c. */
#ifndef POPCORN_TEXTS_H
#define POPCORN_TEXTS_H

/* The copy of a text that all nodes share, or NULL for NULL. Without memory, it is `text` itself, which is this node's. */
char *popcorn_keep_text(const char *text);

#endif
