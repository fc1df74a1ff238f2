/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of hostile share. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdint.h>

extern int self, target;
extern uint8_t scratch[];

uint32_t rnd(void);

/* processes.c: messages about processes and their memory, which nobody but these knows. */
void know_process(const char *id);
int know_program(const char *path);
/* Fills scratch with one of them; returns its size, 0 if nothing is known to speak of. */
uint32_t speak_of_process(uint16_t *type);

#endif
