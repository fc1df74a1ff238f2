/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of hostile share. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stddef.h>
#include <stdint.h>

extern int self, target;
extern uint8_t scratch[];

uint32_t rnd(void);

/* hostile_hmac.c */
void sha256(uint8_t out[32], const uint8_t *data, size_t size);
/* Of at most 512 bytes. */
void hmac(const uint8_t key[64], uint8_t out[32], const uint8_t *data, size_t size);

/* hostile_processes.c: messages about processes and their memory, which nobody but these knows. */
void know_process(const char *id);
int know_program(const char *path);
/* Fills scratch with one of them; returns its size, 0 if nothing is known to speak of. */
uint32_t speak_of_process(uint16_t *type);

#endif
