#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#define POPCORN_ISA              "aarch64"
#define POPCORN_JUMP_INSTRUCTION "b"
/* Of the thread's id in struct pthread of musl 1.2. */
#define POPCORN_LIBC_ID   32
#define POPCORN_ARCH      ARCH_AARCH64
#define POPCORN_HOST_NODE 1

/* The program's va_list: System V ABI for x86-64, all registers used up. */
struct popcorn_program_va_list {
	uint32_t gp_offset, fp_offset;
	void *overflow_arg_area, *reg_save_area;
};

/* Procedure Call Standard for the Arm 64-bit architecture, appendix on variable arguments. */
struct popcorn_aarch64_va_list {
	void *stack, *gr_top, *vr_top;
	int gr_offs, vr_offs;
};

_Static_assert(sizeof(struct popcorn_aarch64_va_list) == sizeof(va_list), "a va_list has five members");

/* With both offsets at 0, all arguments come from the stack pointer, which lies in 8-byte slots as the program's do. */
static inline void popcorn_native_va_list(va_list *native, const void *program)
{
	const struct popcorn_program_va_list *list = program;
	struct popcorn_aarch64_va_list slots = { .stack = list->overflow_arg_area };

	memcpy(native, &slots, sizeof slots);
}

/* The four flags of open whose values differ: x86-64's on the left. */
/* clang-format off */
#define POPCORN_OPEN_FLAGS(map) \
	map(0040000, 0200000) /* O_DIRECT */ \
	map(0100000, 0400000) /* O_LARGEFILE */ \
	map(0200000, 0040000) /* O_DIRECTORY */ \
	map(0400000, 0100000) /* O_NOFOLLOW */
/* clang-format on */

static inline int popcorn_native_open_flags(int flags)
{
	int native = flags & ~(0040000 | 0100000 | 0200000 | 0400000);

#define MAP(x86, arm) native |= flags & (x86) ? (arm) : 0;
	POPCORN_OPEN_FLAGS(MAP)
#undef MAP
	return native;
}

static inline int popcorn_program_open_flags(int flags)
{
	int program = flags & ~(0040000 | 0100000 | 0200000 | 0400000);

#define MAP(x86, arm) program |= flags & (arm) ? (x86) : 0;
	POPCORN_OPEN_FLAGS(MAP)
#undef MAP
	return program;
}
