/* What a C program can do to its frames. Each file has one theme; every result goes into one checksum. */
#define _GNU_SOURCE
#include <migrate.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

/* A migration point of the program's own; with -DEXPLICIT each call moves. */
#ifdef EXPLICIT
#define HOP() migrate(!current_nid(), NULL, NULL)
#else
#define HOP() check_migrate(NULL, NULL)
#endif

void mix(uint64_t value);
void mix_double(double value);

void recursion(void);
void structs(void);
void variadics(void);
void frames(void);
void pointers(void);
void numbers(void);
void control(void);
void locals(void);
void memory(void);
void library(void);
