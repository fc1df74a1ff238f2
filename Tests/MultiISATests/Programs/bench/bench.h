/* Kernels that are timed against clang -O2 with the same libc. Each prints its user time and a checksum. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

uint64_t sort_integers(void);
uint64_t transform(void);
uint64_t fibonacci(void);
uint64_t sort_with_comparison(void);
uint64_t build_trees(void);
