/* Stacks that overflow: a thread has a native stack, and a shadow stack whose frames must not run into the next one. The gaps
 * around it are protected at each node that the thread comes to. The program then dies by SIGSEGV, as any would, but
 * not without a word. */
#define _GNU_SOURCE
#include "overflow.h"
#include "arch/system_calls.h"
#include "calls/system_calls.h"
#include "transport.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* For the handler: an overflow of the native stack leaves no room on it. */
#define OWN_STACK 32768
/* A native frame touches its stack this close to the stack pointer. */
#define NEAR 65536

static void protect(uint64_t start, uint64_t end)
{
	if (mprotect((void *)start, end - start, PROT_NONE) < 0)
		popcorn_die("cannot protect the end of a shadow stack: %s", strerror(errno));
}

static uint8_t is_guarded[POPCORN_THREAD_LIMIT];

void popcorn_forget_guards(void)
{
	memset(is_guarded, 0, sizeof is_guarded);
}

void popcorn_guard_stacks(struct popcorn_thread *thread)
{
	static _Thread_local char own_stack[OWN_STACK];
	static _Thread_local bool has_own_stack;
	uint64_t end = (uint64_t)thread + POPCORN_STACK_SIZE;
	/* Not thread->number: its page may be elsewhere. */
	uint32_t number = ((uint64_t)thread - POPCORN_STACKS) / POPCORN_STACK_SIZE;

	if (!has_own_stack) {
		stack_t stack = { .ss_sp = own_stack, .ss_size = OWN_STACK };

		has_own_stack = sigaltstack(&stack, NULL) == 0;
	}
	if (!popcorn_plan.is_whole || __atomic_exchange_n(&is_guarded[number], 1, __ATOMIC_RELAXED))
		return;
	protect(end - POPCORN_FIRST_GAP, (uint64_t)thread + popcorn_handlers_start(popcorn_stack_of(number)));
	protect(end - POPCORN_LAST_GAP, end);
}

static bool is_in_gap(uint64_t address)
{
	if (address < POPCORN_STACKS || address >= POPCORN_STACKS_END)
		return false;
	const struct popcorn_stack_plan *stack = popcorn_stack_of((address - POPCORN_STACKS) / POPCORN_STACK_SIZE);
	uint64_t offset = address % POPCORN_STACK_SIZE;

	return offset >= POPCORN_STACK_SIZE - POPCORN_LAST_GAP ||
	       (offset >= stack->frames && offset < popcorn_handlers_start(stack));
}

static uint64_t native_stack_size(void)
{
	struct rlimit limit;
	pthread_attr_t attributes;
	size_t size = 0;

	if (popcorn_local_call(SYS_gettid) == popcorn_local_call(SYS_getpid))
		return getrlimit(RLIMIT_STACK, &limit) < 0 ? 0 : limit.rlim_cur;
	if (pthread_getattr_np(pthread_self(), &attributes) == 0)
		pthread_attr_getstacksize(&attributes, &size);
	return size;
}

static void tell(uint64_t address, uint64_t stack_pointer)
{
	uint32_t number = ((uint64_t)__popcorn_thread - POPCORN_STACKS) / POPCORN_STACK_SIZE;
	uint64_t frames = popcorn_stack_of(number)->frames;
	bool is_whole = popcorn_plan.is_whole;

	if (is_in_gap(address))
		popcorn_say("stack overflow: the frames of thread %u fill its shadow stack of %llu %s, which cannot be "
			    "larger%s; "
			    "local arrays take most of it (docs/compiler.md)",
			    number, (unsigned long long)frames >> (is_whole ? 20 : 10), is_whole ? "MiB" : "KiB",
			    is_whole ? "" : " where address space is limited");
	else if (address + NEAR >= stack_pointer && address < stack_pointer + NEAR)
		popcorn_say(
			"stack overflow: thread %u has used up its native stack of %llu KiB on node %d; `ulimit -s` "
			"sets that of main, pthread_attr_setstacksize that of others",
			number, (unsigned long long)native_stack_size() >> 10, popcorn_transport->current_node());
}

static bool is_shared(uint64_t address)
{
	return (address >= (uint64_t)__popcorn_data_start && address < (uint64_t)__popcorn_bss_end) ||
	       (address >= POPCORN_HEAP && address < POPCORN_STACKS_END);
}

/* A page of shared memory that the kernel could not get. */
static void tell_bus_error(uint64_t address)
{
	if (is_shared(address))
		popcorn_say("no memory for what lies at %#llx on node %d: it holds no more of this program, or the "
			    "page was lost "
			    "with a node (docs/migration.md)",
			    (unsigned long long)address, popcorn_transport->current_node());
}

static void on_fault(int number, siginfo_t *information, void *context)
{
	struct sigaction fatal = { .sa_handler = SIG_DFL };
	bool is_sent = information->si_code <= 0;

	if (!is_sent && number == SIGBUS)
		tell_bus_error((uint64_t)information->si_addr);
	else if (!is_sent && __popcorn_thread)
		tell((uint64_t)information->si_addr, popcorn_stack_pointer(context));
	/* The access is tried again; a signal that somebody sent is sent again. */
	sigaction(number, &fatal, NULL);
	if (is_sent)
		popcorn_local_call(SYS_tgkill, popcorn_local_call(SYS_getpid), popcorn_local_call(SYS_gettid), number);
}

int popcorn_expect_fault(int number)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	return sigaction(number, &action, NULL) < 0 ? -errno : 0;
}
