/* Formats of the program for libc: its long double is double, libc's is not. */
#ifndef POPCORN_FORMATS_H
#define POPCORN_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes that a format takes when libc reads the program's double where it says long double; 0 if it can be used as it
 * is. `width` is that of a character. */
size_t popcorn_format_size(const void *format, size_t width, bool scans);

/* Writes that format. Returns `to`. */
void *popcorn_copy_format(void *to, const void *format, size_t width, bool scans);

#endif
