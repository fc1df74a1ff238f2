// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "traveller.h"

#define MOVE_SIGNAL	35
#define KICK_SIGNAL	36

int device = -1;
int self = -1;
int origin = -1;
int node_count;
volatile sig_atomic_t asked_to_move;
__thread int hop_status;
__thread struct popcorn_event here;
uint32_t mapped_regions;

#ifdef __x86_64__
const char *const isa = "x86_64";
#else
const char *const isa = "aarch64";
#endif

void fail(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", isa, what, strerror(errno));
	_exit(111);
}

static void note_proposal(int signal)
{
	(void)signal;
	asked_to_move = 1;
}

static void do_nothing(int signal)
{
	(void)signal;
}

void install_handlers(void)
{
	struct sigaction move = { .sa_handler = note_proposal, .sa_flags = SA_RESTART };
	struct sigaction kick = { .sa_handler = do_nothing };

	if (sigaction(MOVE_SIGNAL, &move, NULL) || sigaction(KICK_SIGNAL, &kick, NULL))
		fail("sigaction");
}

void open_device(void)
{
	struct popcorn_info info;

	device = open("/dev/popcorn", O_RDWR | O_CLOEXEC);
	if (device < 0)
		fail("/dev/popcorn");
	if (ioctl(device, POPCORN_IOC_INFO, &info))
		fail("POPCORN_IOC_INFO");
	self = info.self;
	node_count = info.nodes;
}

static void map_region(const struct popcorn_region_info *region)
{
	void *at = (void *)(uintptr_t)region->address;

	if (mmap(at, region->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE,
		 device, region->address) != at)
		fail("mmap");
}

void map_new_regions(void)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct popcorn_region_info region;

	pthread_mutex_lock(&mutex);
	for (region.index = mapped_regions; !ioctl(device, POPCORN_IOC_GET_REGION, &region);
	     region.index = ++mapped_regions)
		map_region(&region);
	if (errno != ENOENT)
		fail("POPCORN_IOC_GET_REGION");
	pthread_mutex_unlock(&mutex);
}

void add_region(uint64_t address, uint64_t size)
{
	struct popcorn_region_info region = { .address = address, .size = size };

	if (ioctl(device, POPCORN_IOC_ADD_REGION, &region))
		fail("POPCORN_IOC_ADD_REGION");
	map_new_regions();
}

void begin(uint64_t size)
{
	struct popcorn_create create = {
		.move_signal = MOVE_SIGNAL,
		.kick_signal = KICK_SIGNAL,
	};

	install_handlers();
	open_device();
	origin = self;
	if (ioctl(device, POPCORN_IOC_CREATE, &create))
		fail("POPCORN_IOC_CREATE");
	add_region(SHARED_BASE, size);
}

/* Each shadow needs room for the data of a call, both ways. */
static __thread unsigned char *call_in, *call_out;

static void serve(struct popcorn_step *step)
{
	step->result = serve_call(&step->event, call_in, call_out, &step->out_size);
	step->out = (uintptr_t)call_out;
	step->action = POPCORN_STEP_ANSWER;
}

void step_once(struct popcorn_step *step)
{
	while (ioctl(device, POPCORN_IOC_STEP, step))
		if (errno != EINTR)
			fail("POPCORN_IOC_STEP");
}

static void prepare_shadow(struct popcorn_step *step)
{
	if (!call_in) {
		call_in = malloc(POPCORN_CALL_DATA);
		call_out = malloc(POPCORN_CALL_DATA);
		if (!call_in || !call_out)
			fail("malloc");
	}
	step->buffer = (uintptr_t)call_in;
	step->buffer_size = POPCORN_CALL_DATA;
}

/*
 * Being the shadow of the calling thread, whose first event is there. Returns whether it came
 * back; else it has ended, with *status.
 */
static int be_shadow(struct popcorn_step *step, int *status)
{
	for (;;) {
		switch (step->event.kind) {
		case POPCORN_EVENT_CALL:
			serve(step);
			break;
		case POPCORN_EVENT_ARRIVED:
			return 1;
		case POPCORN_EVENT_LOST:
			say("thread %d is lost\n", step->event.tid);
			_exit(113);
		case POPCORN_EVENT_PROCESS_EXIT:
			fflush(NULL);
			_exit(step->event.status);
		default:
			*status = step->event.status;
			return 0;
		}
		step_once(step);
	}
}

/* At the origin: returns 0 if the thread cannot even try to leave. */
static int try_leave(struct popcorn_step *step)
{
	while (ioctl(device, POPCORN_IOC_STEP, step)) {
		if (errno == EINTR)
			continue;
		if (step->action != POPCORN_STEP_LEAVE)
			fail("POPCORN_IOC_STEP");
		hop_status = -errno;
		return 0;
	}
	return 1;
}

static struct next travel_from_home(struct next next, int *ended, int *status)
{
	struct popcorn_step step = {
		.action = POPCORN_STEP_LEAVE,
		.node = next.node,
		.entry = next.state,
		.argument = next.argument,
	};

	prepare_shadow(&step);
	if (!try_leave(&step))
		return go_on(next.state, next.argument);
	*ended = !be_shadow(&step, status);
	here = step.event;
	hop_status = step.event.status;
	return go_on(step.event.entry, step.event.argument);
}

int travel(uint32_t state, uint64_t argument)
{
	struct next next = go_on(state, argument);
	int ended = 0, status = 0;

	here.proposed = -1;
	while (!ended) {
		switch (next.verb) {
		case GO_ON:
			next = states[next.state](next.argument);
			break;
		case HOP:
			next = travel_from_home(next, &ended, &status);
			break;
		case END_THREAD:
			return next.argument;
		case END_PROCESS:
			exit(next.argument);
		}
	}
	return status;
}

int futex_wait(const void *address, uint32_t value)
{
	if (!is_home())
		return away_futex_wait(device, address, value, -1);
	return syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0) ? -errno : 0;
}

int futex_wake(const void *address, int count)
{
	if (!is_home())
		return away_futex_wake(device, address, count);
	return syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, count);
}

int say(const char *format, ...)
{
	char text[512];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return write(1, text, size);	/* at a worker a stand-in */
}
