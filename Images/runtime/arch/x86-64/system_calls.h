/* System calls of Linux on x86-64. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <ucontext.h>

#define POPCORN_AUDIT_ARCH 0xc000003e /* AUDIT_ARCH_X86_64 */

/* long popcorn_local_call(long number, a, b, c, d, e, f) */
#define POPCORN_LOCAL_CALL \
	"\tmov %rdi, %rax\n" \
	"\tmov %rsi, %rdi\n" \
	"\tmov %rdx, %rsi\n" \
	"\tmov %rcx, %rdx\n" \
	"\tmov %r8, %r10\n" \
	"\tmov %r9, %r8\n" \
	"\tmov 8(%rsp), %r9\n" \
	"\tsyscall\n" \
	"\tret\n"

static inline void popcorn_get_call(const ucontext_t *context, long *arguments)
{
	static const int registers[] = { REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9 };

	for (int i = 0; i < 6; i++)
		arguments[i] = context->uc_mcontext.gregs[registers[i]];
}

static inline uint64_t popcorn_stack_pointer(const ucontext_t *context)
{
	return context->uc_mcontext.gregs[REG_RSP];
}

static inline void popcorn_set_result(ucontext_t *context, long result)
{
	context->uc_mcontext.gregs[REG_RAX] = result;
}

/* The older calls that only this ISA has, as musl uses them, and what they mean in terms of the calls that all have. A digit
 * is an argument, '@' is AT_FDCWD, '.' is `constant`; what is not named is 0. */
struct popcorn_old_call {
	int number, means;
	const char *arguments;
	long constant;
};

static const struct popcorn_old_call popcorn_old_calls[] = {
	{ SYS_open, SYS_openat, "@012" },
	{ SYS_creat, SYS_openat, "@0.1", O_CREAT | O_WRONLY | O_TRUNC },
	{ SYS_stat, SYS_newfstatat, "@01" },
	{ SYS_lstat, SYS_newfstatat, "@01.", AT_SYMLINK_NOFOLLOW },
	{ SYS_access, SYS_faccessat, "@01" },
	{ SYS_pipe, SYS_pipe2, "0" },
	{ SYS_rename, SYS_renameat, "@0@1" },
	{ SYS_mkdir, SYS_mkdirat, "@01" },
	{ SYS_rmdir, SYS_unlinkat, "@0.", AT_REMOVEDIR },
	{ SYS_link, SYS_linkat, "@0@1" },
	{ SYS_unlink, SYS_unlinkat, "@0" },
	{ SYS_symlink, SYS_symlinkat, "0@1" },
	{ SYS_readlink, SYS_readlinkat, "@012" },
	{ SYS_chmod, SYS_fchmodat, "@01" },
	{ SYS_chown, SYS_fchownat, "@012" },
	{ SYS_lchown, SYS_fchownat, "@012.", AT_SYMLINK_NOFOLLOW },
	{ SYS_mknod, SYS_mknodat, "@012" },
	{ SYS_getpgrp, SYS_getpgid, "" },
	{ SYS_inotify_init, SYS_inotify_init1, "" },
	{ SYS_eventfd, SYS_eventfd2, "0" },
};

/* Their arguments have other forms; delegate.c knows them. */
#define POPCORN_HAS_OLD_POLL 1

/* Calls that start processes. */
#define POPCORN_PROCESS_CALLS SYS_fork, SYS_vfork, SYS_execve, SYS_execveat
