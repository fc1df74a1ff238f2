/* What a C program can do to its frames. Each file has one theme; every result goes into the theme's checksum. */
#ifndef TORTURE_H
#define TORTURE_H

#define _GNU_SOURCE
#include "../hop.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

/* Into the checksum of the theme that runs. */
void mix(uint64_t value);
void mix_double(double value);
void mix_text(const char *text);

/* A number below `limit`, the next of the theme's sequence. Not twice in one expression: which is first is open. */
uint32_t pick(uint32_t limit);

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
void callbacks(void);
void parsing(void);
void text(void);
void live(void);
void startup(void);
void containers(void);
void solving(void);

#endif
