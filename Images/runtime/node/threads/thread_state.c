/* Names and processors of threads, and reaching a thread that may be on any node. See thread_state.h. */
#define _GNU_SOURCE
#include "thread_state.h"
#include "calls/away.h"
#include "runtime.h"
#include "transport.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

struct popcorn_thread_state *popcorn_change_state(struct popcorn_thread *thread)
{
	struct popcorn_shared *shared = popcorn_shared();

	if (!shared->has_states)
		__atomic_store_n(&shared->has_states, 1, __ATOMIC_RELEASE);
	return &shared->states[thread->number];
}

struct popcorn_thread_state *popcorn_thread_state(const struct popcorn_thread *thread)
{
	struct popcorn_shared *shared = popcorn_shared();

	return __atomic_load_n(&shared->has_states, __ATOMIC_ACQUIRE) ? &shared->states[thread->number] : NULL;
}

/* What the native thread has from the thread of the program that it ran last. */
static _Thread_local uint32_t seen_changes, has_name, has_cpus;

static void apply(const struct popcorn_thread_state *state)
{
	static const uint64_t all[POPCORN_CPU_WORDS] = { [0 ... POPCORN_CPU_WORDS - 1] = UINT64_MAX };

	if (state->name[0] || has_name)
		popcorn_local_call(SYS_prctl, PR_SET_NAME,
				   state->name[0] ? state->name : program_invocation_short_name);
	has_name = state->name[0];
	/* A node may have none of these processors: then the thread runs on any. */
	if (state->cpu_words)
		has_cpus = popcorn_local_call(SYS_sched_setaffinity, 0, state->cpu_words * sizeof *state->cpus,
					      state->cpus) == 0 ||
			   has_cpus;
	else if (has_cpus)
		has_cpus = popcorn_local_call(SYS_sched_setaffinity, 0, sizeof all, all) != 0;
	seen_changes = state->changes;
}

void popcorn_apply_state(struct popcorn_thread *thread)
{
	const struct popcorn_thread_state *state = popcorn_thread_state(thread);

	if (state && (state->changes || has_name || has_cpus))
		apply(state);
}

void popcorn_refresh_state(void)
{
	const struct popcorn_thread_state *state = __popcorn_thread ? popcorn_thread_state(__popcorn_thread) : NULL;

	if (state && !popcorn_in_transit() && state->changes != seen_changes)
		apply(state);
}

static int native_ids[POPCORN_THREAD_LIMIT];

void popcorn_note_native(struct popcorn_thread *thread, int tid)
{
	__atomic_store_n(&native_ids[((uint64_t)thread - POPCORN_STACKS) / POPCORN_STACK_SIZE], tid, __ATOMIC_SEQ_CST);
}

void popcorn_forget_native(uint32_t number)
{
	__atomic_store_n(&native_ids[number], 0, __ATOMIC_SEQ_CST);
}

int popcorn_signal_native(uint32_t number, int signal)
{
	int tid = number < POPCORN_THREAD_LIMIT ? __atomic_load_n(&native_ids[number], __ATOMIC_SEQ_CST) : 0;

	return tid ? popcorn_local_call(SYS_tgkill, popcorn_local_call(SYS_getpid), tid, signal) : -ESRCH;
}

int popcorn_wake_native(uint32_t number)
{
	if (popcorn_transport != &popcorn_transport_popcorn)
		return popcorn_signal_native(number, POPCORN_MOVE_SIGNAL);
	struct popcorn_proposal proposal = {
		.pid = popcorn_local_call(SYS_getpid),
		.tid = __atomic_load_n(&native_ids[number], __ATOMIC_SEQ_CST),
		.node = POPCORN_NODE_STAY,
	};

	return proposal.tid ? popcorn_local_call(SYS_ioctl, popcorn_place.device, POPCORN_IOC_PROPOSE, &proposal) : 0;
}

/* A thread that has not begun will look without being told. */
void popcorn_wake_thread(struct popcorn_thread *thread)
{
	if (popcorn_is_away())
		popcorn_ask(POPCORN_CALL_WAKE_THREAD, (int64_t[POPCORN_CALL_ARGS]){ thread->number }, NULL, 0, NULL,
			    NULL);
	else
		popcorn_wake_native(thread->number);
}

int __popcorn_pthread_kill(pthread_t thread, int number)
{
	const struct popcorn_thread *one = (struct popcorn_thread *)thread;

	if (number < 0 || number >= POPCORN_SIGNALS || number == POPCORN_MOVE_SIGNAL || number == POPCORN_KICK_SIGNAL)
		return EINVAL;
	if (one == __popcorn_thread)
		return number && raise(number) < 0 ? errno : 0;
	if (popcorn_is_away())
		return -popcorn_ask(POPCORN_CALL_SIGNAL_THREAD, (int64_t[POPCORN_CALL_ARGS]){ one->number, number },
				    NULL, 0, NULL, NULL);
	return -popcorn_signal_native(one->number, number);
}

static int change_done(struct popcorn_thread *thread, struct popcorn_thread_state *state)
{
	__atomic_fetch_add(&state->changes, 1, __ATOMIC_RELEASE);
	if (thread == __popcorn_thread)
		apply(state);
	else
		popcorn_wake_thread(thread);
	return 0;
}

int __popcorn_pthread_setname_np(pthread_t thread, const char *name)
{
	struct popcorn_thread *one = (struct popcorn_thread *)thread;

	if (strnlen(name, POPCORN_NAME_SIZE) == POPCORN_NAME_SIZE)
		return ERANGE;
	struct popcorn_thread_state *state = popcorn_change_state(one);

	strcpy(state->name, name);
	return change_done(one, state);
}

int __popcorn_pthread_getname_np(pthread_t thread, char *name, size_t size)
{
	const struct popcorn_thread_state *state = popcorn_thread_state((struct popcorn_thread *)thread);
	bool is_named = state && state->name[0];

	if (size < POPCORN_NAME_SIZE)
		return ERANGE;
	memset(name, 0, POPCORN_NAME_SIZE);
	strncpy(name, is_named ? state->name : program_invocation_short_name, POPCORN_NAME_SIZE - 1);
	return 0;
}

int __popcorn_pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set)
{
	struct popcorn_thread *one = (struct popcorn_thread *)thread;
	size_t bytes = size < POPCORN_CPU_WORDS * 8 ? size & -8 : POPCORN_CPU_WORDS * 8;
	uint64_t cpus[POPCORN_CPU_WORDS] = { 0 }, any = 0;

	memcpy(cpus, set, bytes);
	for (int i = 0; i < POPCORN_CPU_WORDS; i++)
		any |= cpus[i];
	/* Of another thread it is not known here which processors there are. */
	long error = !any                    ? -EINVAL :
		     one != __popcorn_thread ? 0 :
					       popcorn_local_call(SYS_sched_setaffinity, 0, bytes, cpus);

	if (error < 0)
		return -error;
	struct popcorn_thread_state *state = popcorn_change_state(one);

	memcpy(state->cpus, cpus, sizeof cpus);
	state->cpu_words = bytes / 8;
	return change_done(one, state);
}

int __popcorn_pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
	const struct popcorn_thread_state *state = popcorn_thread_state((struct popcorn_thread *)thread);
	uint64_t cpus[POPCORN_CPU_WORDS] = { 0 };
	long got = sizeof cpus;

	if (state && state->cpu_words)
		memcpy(cpus, state->cpus, sizeof cpus);
	else
		got = popcorn_local_call(SYS_sched_getaffinity, 0, sizeof cpus, cpus);
	if (got < 0 || size & 7 || !size)
		return got < 0 ? -got : EINVAL;
	memset(set, 0, size);
	memcpy(set, cpus, size < sizeof cpus ? size : sizeof cpus);
	return 0;
}
