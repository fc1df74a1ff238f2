/* The program's binaries: NAME_x86-64 and NAME_aarch64, and NAME, which is one of them. See siblings.c. */
#ifndef POPCORN_SIBLINGS_H
#define POPCORN_SIBLINGS_H

#include <stddef.h>
#include <stdint.h>

/* The path of the file that this process executes without its ISA's suffix; returns whether it had one. Through symbolic
 * links, and where the file was before it was deleted. Empty if the system does not say. */
int popcorn_program_name(char *name, size_t size);

/* Whether the file is this program's binary for an ISA (e_machine of ELF): 0, or a negative errno of popcorn.h. */
int popcorn_check_binary(const char *path, uint16_t machine);

#endif
