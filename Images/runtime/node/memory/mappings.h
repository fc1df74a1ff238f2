/* mmap in a program that moves. See mappings.c. */
#ifndef POPCORN_MAPPINGS_H
#define POPCORN_MAPPINGS_H

#include <stdbool.h>

/* Whether the program has mappings that belong to this node. */
bool popcorn_has_native_mappings(void);

#endif
