#include <stdarg.h>
#include <string.h>

#define POPCORN_ISA              "x86-64"
#define POPCORN_JUMP_INSTRUCTION "jmp"
/* Of the thread's id in struct pthread of musl 1.2. */
#define POPCORN_LIBC_ID 48
#define POPCORN_ARCH    ARCH_X86_64
/* The number that the host transport gives a node of this ISA. */
#define POPCORN_HOST_NODE 0

/* The program's va_list is the one of x86-64. */
static inline void popcorn_native_va_list(va_list *native, const void *program)
{
	memcpy(native, program, sizeof *native);
}

/* The program is compiled with the flags of x86-64. */
static inline int popcorn_native_open_flags(int flags)
{
	return flags;
}

static inline int popcorn_program_open_flags(int flags)
{
	return flags;
}
