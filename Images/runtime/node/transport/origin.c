/* A thread that leaves its origin: its native thread stays as its shadow, and makes its system calls, until it comes back. */
#define _GNU_SOURCE
#include "place.h"
#include "moves/moves.h"
#include "transport_popcorn.h"
#include "runtime.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* sysexits.h: EX_UNAVAILABLE. */
#define EXIT_LOST 69

/* Data of delegated calls, in and out, of the calling thread. */
static _Thread_local char *buffers;

static char *own_buffers(void)
{
	if (!buffers) {
		char *mapped = mmap(NULL, 2 * POPCORN_CALL_DATA, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		buffers = mapped == MAP_FAILED ? NULL : mapped;
	}
	return buffers;
}

void popcorn_free_buffers(void)
{
	if (buffers)
		munmap(buffers, 2 * POPCORN_CALL_DATA);
	buffers = NULL;
}

static void answer(struct popcorn_step *step)
{
	char *out = buffers + POPCORN_CALL_DATA;
	uint32_t out_size = 0;

	step->result = popcorn_serve(&step->event, buffers, out, &out_size);
	step->action = POPCORN_STEP_ANSWER;
	step->out = (uintptr_t)out;
	step->out_size = out_size;
}

/* All streams are shared memory: what is in them can be written here. */
static _Noreturn void end_process(int status)
{
	if (popcorn_shared()->ends_at_once)
		_exit(status);
	exit(status);
}

static _Noreturn void end_thread(uint32_t number)
{
	popcorn_forget_native(number);
	popcorn_free_buffers();
	pthread_exit(NULL);
}

static _Noreturn void lose(uint32_t number, int node)
{
	popcorn_say("node %d was lost, and with it thread %u of this program", node, number);
	_exit(EXIT_LOST);
}

int popcorn_leave_origin(struct popcorn_thread *thread, int node)
{
	struct popcorn_step step = {
		.action = POPCORN_STEP_LEAVE,
		.node = node,
		.argument = (uintptr_t)thread,
		.buffer = (uintptr_t)own_buffers(),
		.buffer_size = POPCORN_CALL_DATA,
	};

	/* While the thread is away, so is its control block, which may be lost with it. */
	uint32_t number = thread->number;

	if (!step.buffer)
		return -ENOMEM;
	popcorn_forget_request();
	for (;;) {
		long error = popcorn_local_call(SYS_ioctl, popcorn_place.device, POPCORN_IOC_STEP, &step);

		if (error < 0 && error != -EINTR) {
			if (step.action == POPCORN_STEP_LEAVE) {
				popcorn_recall_request();
				return error;
			}
			popcorn_die("the kernel refused a step of thread %u: error %ld", number, -error);
		}
		if (error < 0)
			continue;
		switch (step.event.kind) {
		case POPCORN_EVENT_CALL:
			answer(&step);
			break;
		case POPCORN_EVENT_ARRIVED:
			popcorn_expect_request(step.event.proposed);
			return step.event.status;
		case POPCORN_EVENT_THREAD_EXIT:
			end_thread(number);
		case POPCORN_EVENT_PROCESS_EXIT:
			end_process(step.event.status);
		default:
			lose(number, step.event.from);
		}
	}
}
