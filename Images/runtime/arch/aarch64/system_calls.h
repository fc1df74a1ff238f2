/* System calls of Linux on aarch64. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <ucontext.h>

#define POPCORN_AUDIT_ARCH 0xc00000b7 /* AUDIT_ARCH_AARCH64 */

/* long popcorn_local_call(long number, a, b, c, d, e, f) */
#define POPCORN_LOCAL_CALL \
	"\tmov x8, x0\n" \
	"\tmov x0, x1\n" \
	"\tmov x1, x2\n" \
	"\tmov x2, x3\n" \
	"\tmov x3, x4\n" \
	"\tmov x4, x5\n" \
	"\tmov x5, x6\n" \
	"\tsvc #0\n" \
	"\tret\n"

static inline void popcorn_get_call(const ucontext_t *context, long *arguments)
{
	for (int i = 0; i < 6; i++)
		arguments[i] = context->uc_mcontext.regs[i];
}

static inline uint64_t popcorn_stack_pointer(const ucontext_t *context)
{
	return context->uc_mcontext.sp;
}

static inline void popcorn_set_result(ucontext_t *context, long result)
{
	context->uc_mcontext.regs[0] = result;
}

/* This ISA has no calls but those that all have. */
struct popcorn_old_call {
	int number, means;
	const char *arguments;
	long constant;
};

static const struct popcorn_old_call popcorn_old_calls[] = {};

#define POPCORN_PROCESS_CALLS SYS_execve, SYS_execveat
