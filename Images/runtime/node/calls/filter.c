/* A worker's seccomp filter: system calls that concern the origin become SIGSYS, whose handler delegates them.
 *
 * So all of libc works away from home without being changed, and what it does at home costs nothing. The runtime's own
 * calls, made by popcorn_local_call, are let through. Calls that start processes fail with ENOSYS without a signal, since
 * libc makes them with all signals blocked. */
#define _GNU_SOURCE
#include "arch/system_calls.h"
#include "away.h"
#include "runtime.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

/* linux/filter.h and linux/seccomp.h, which musl does not bring. */
struct instruction {
	uint16_t code;
	uint8_t if_true, if_false;
	uint32_t value;
};

struct program {
	uint16_t length;
	const struct instruction *code;
};

enum {
	LOAD = 0x20,         /* BPF_LD | BPF_W | BPF_ABS */
	IF_EQUAL = 0x15,     /* BPF_JMP | BPF_JEQ | BPF_K */
	IF_ABOVE = 0x25,     /* BPF_JMP | BPF_JGT | BPF_K */
	IF_NOT_BELOW = 0x35, /* BPF_JMP | BPF_JGE | BPF_K */
	IF_ANY_BIT = 0x45,   /* BPF_JMP | BPF_JSET | BPF_K */
	RETURN = 0x06,       /* BPF_RET | BPF_K */
};

#define ALLOW 0x7fff0000u /* SECCOMP_RET_ALLOW */
#define TRAP  0x00030000u /* SECCOMP_RET_TRAP */
#define FAIL  0x00050000u /* SECCOMP_RET_ERRNO */

/* struct seccomp_data: int nr; u32 arch; u64 instruction_pointer; u64 args[6]; little endian. */
#define NUMBER           0
#define ARCHITECTURE     4
#define POINTER_LOW      8
#define POINTER_HIGH     12
#define ARGUMENT_LOW(n)  (16 + 8 * (n))
#define ARGUMENT_HIGH(n) (20 + 8 * (n))

static struct instruction code[512];
static uint16_t length;

static void emit(uint16_t operation, uint32_t value, uint8_t if_true, uint8_t if_false)
{
	code[length++] = (struct instruction){ operation, if_true, if_false, value };
}

static void emit_return(uint32_t what)
{
	emit(RETURN, what, 0, 0);
}

/* The accumulator holds the number. */
static void if_number(int number, uint32_t what)
{
	emit(IF_EQUAL, number, 0, 1);
	emit_return(what);
}

/* Text lies below 4 GiB (popcorn.ld); the pointer is that of the next instruction. */
static void allow_local_calls(void)
{
	emit(LOAD, POINTER_HIGH, 0, 0);
	emit(IF_EQUAL, 0, 0, 4);
	emit(LOAD, POINTER_LOW, 0, 0);
	emit(IF_NOT_BELOW, (uint32_t)(uintptr_t)popcorn_local_call, 0, 2);
	emit(IF_ABOVE, (uint32_t)(uintptr_t)popcorn_local_call_end, 1, 0);
	emit_return(ALLOW);
}

/* A futex in shared memory has its waiters at the origin. From the program's data to the end of the shadow stacks. */
static void trap_shared_futexes(void)
{
	_Static_assert((uint32_t)POPCORN_STACKS_END == 0, "the upper half of an address tells whether it is shared");
	emit(IF_EQUAL, SYS_futex, 0, 8);
	emit(LOAD, ARGUMENT_HIGH(0), 0, 0);
	emit(IF_EQUAL, 0, 0, 3);
	emit(LOAD, ARGUMENT_LOW(0), 0, 0);
	emit(IF_NOT_BELOW, POPCORN_DATA, 3, 0);
	emit_return(ALLOW);
	emit(IF_NOT_BELOW, POPCORN_STACKS_END >> 32, 0, 1);
	emit_return(ALLOW);
	emit_return(TRAP);
}

/* mmap of a file; of none has a negative descriptor or MAP_ANONYMOUS. */
static void trap_file_mappings(void)
{
	emit(IF_EQUAL, SYS_mmap, 0, 6);
	emit(LOAD, ARGUMENT_LOW(3), 0, 0);
	emit(IF_ANY_BIT, MAP_ANONYMOUS, 2, 0);
	emit(LOAD, ARGUMENT_LOW(4), 0, 0);
	emit(IF_NOT_BELOW, 0x80000000, 0, 1);
	emit_return(ALLOW);
	emit_return(TRAP);
}

/* clone that makes a process, not a thread. */
static void fail_new_processes(void)
{
	static const int calls[] = { POPCORN_PROCESS_CALLS };

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if_number(calls[i], FAIL | ENOSYS);
	emit(IF_EQUAL, SYS_clone, 0, 4);
	emit(LOAD, ARGUMENT_LOW(0), 0, 0);
	emit(IF_ANY_BIT, 0x00010000 /* CLONE_THREAD */, 0, 1);
	emit_return(ALLOW);
	emit_return(FAIL | ENOSYS);
}

static void trap_delegated_calls(void)
{
	static const int others[] = {
		SYS_getpid,  SYS_getppid, SYS_readv,   SYS_preadv,  SYS_writev,
		SYS_pwritev, SYS_ppoll,   SYS_sendmsg, SYS_recvmsg,
#ifdef POPCORN_HAS_OLD_POLL
		SYS_poll,    SYS_select,  SYS_dup2,
#endif
	};

	for (size_t i = 0; i < popcorn_system_call_count; i++)
		if_number(popcorn_system_calls[i].here, TRAP);
	for (size_t i = 0; i < sizeof popcorn_old_calls / sizeof *popcorn_old_calls; i++)
		if_number(popcorn_old_calls[i].number, TRAP);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if_number(others[i], TRAP);
}

static void on_trap(int signal, siginfo_t *information, void *context)
{
	int saved = errno;
	long arguments[6];

	popcorn_get_call(context, arguments);
	popcorn_set_result(context, popcorn_away_call(information->si_syscall, arguments));
	errno = saved;
}

void popcorn_install_filter(void)
{
	/* Its own calls do not come here; other signals may interrupt it, and delegate calls of their own. */
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART };
	struct program program = { .code = code };

	emit(LOAD, ARCHITECTURE, 0, 0);
	emit(IF_EQUAL, POPCORN_AUDIT_ARCH, 1, 0);
	emit_return(FAIL | ENOSYS);
	allow_local_calls();
	emit(LOAD, NUMBER, 0, 0);
	trap_shared_futexes();
	emit(LOAD, NUMBER, 0, 0);
	trap_file_mappings();
	emit(LOAD, NUMBER, 0, 0);
	fail_new_processes();
	emit(LOAD, NUMBER, 0, 0);
	trap_delegated_calls();
	emit_return(ALLOW);
	program.length = length;
	if (sigaction(SIGSYS, &action, NULL) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, 2 /* SECCOMP_MODE_FILTER */, &program) < 0)
		popcorn_die("cannot install the system call filter: %s", strerror(errno));
}
