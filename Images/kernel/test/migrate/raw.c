// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "raw.h"

#define MOVE_SIGNAL 35
#define KICK_SIGNAL 36

int device = -1;
int self = -1;
int origin = -1;
__thread int hop_status;
__thread struct popcorn_event here;
static int node_count;
static uint32_t mapped_regions;

#ifdef __x86_64__
static const char isa[] = "x86_64";
#else
static const char isa[] = "aarch64";
#endif

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", isa, what, strerror(errno));
	_exit(111);
}

static void do_nothing(int signal)
{
	(void)signal;
}

static void install_handlers(void)
{
	struct sigaction move = { .sa_handler = do_nothing, .sa_flags = SA_RESTART };
	struct sigaction kick = { .sa_handler = do_nothing };

	if (sigaction(MOVE_SIGNAL, &move, NULL) || sigaction(KICK_SIGNAL, &kick, NULL))
		fail("sigaction");
}

static void open_device(void)
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

	if (mmap(at, region->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, device,
		 region->address) != at)
		fail("mmap");
}

void map_new_regions(void)
{
	struct popcorn_region_info region;

	for (region.index = mapped_regions; !ioctl(device, POPCORN_IOC_GET_REGION, &region);
	     region.index = ++mapped_regions)
		map_region(&region);
	if (errno != ENOENT)
		fail("POPCORN_IOC_GET_REGION");
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
	struct popcorn_create create = { .move_signal = MOVE_SIGNAL, .kick_signal = KICK_SIGNAL };

	install_handlers();
	open_device();
	origin = self;
	if (ioctl(device, POPCORN_IOC_CREATE, &create))
		fail("POPCORN_IOC_CREATE");
	add_region(SHARED_BASE, size);
}

/* Of a terminal's request, whose argument may also be a number. */
static int64_t serve_terminal(const struct popcorn_event *event, const void *in, void *out)
{
	int has_data = event->in_size || event->out_size;

	memcpy(out, in, event->in_size);
	return ioctl(event->args[0], event->args[1],
		     has_data ? out : (void *)(uintptr_t)event->args[2]);
}

/* What stand-ins ask for. */
static void serve(struct popcorn_step *step)
{
	static __thread unsigned char out[POPCORN_CALL_DATA];
	const struct popcorn_event *event = &step->event;
	const void *in = (const void *)(uintptr_t)step->buffer;
	const int64_t *args = (const int64_t *)event->args;
	int64_t result = -1;

	errno = ENOSYS;
	if (event->number == POPCORN_CALL_READ)
		result = read(args[0], out, args[1]);
	else if (event->number == POPCORN_CALL_WRITE)
		result = write(args[0], in, event->in_size);
	else if (event->number == POPCORN_CALL_LSEEK)
		result = lseek(args[0], args[1], args[2]);
	else if (event->number == POPCORN_CALL_TERMINAL)
		result = serve_terminal(event, in, out);
	step->result = result < 0 ? -errno : result;
	step->out = (uintptr_t)out;
	step->out_size = result < 0                         ? 0 :
			 event->number == POPCORN_CALL_READ ? result :
							      event->out_size;
	step->action = POPCORN_STEP_ANSWER;
}

/* Returns 0 if the thread cannot even try to leave. */
static int take_step(struct popcorn_step *step)
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

static struct next arrive(const struct popcorn_event *event)
{
	if (event->regions > mapped_regions)
		map_new_regions();
	here = *event;
	hop_status = event->status;
	return go_on(event->entry, event->argument);
}

static struct popcorn_step to_leave(struct next next)
{
	return (struct popcorn_step){
		.action = POPCORN_STEP_LEAVE,
		.node = next.node,
		.entry = next.state,
		.argument = next.argument,
	};
}

/* Goes on when the thread is back; it may have ended, with *status. */
static struct next leave_home(struct next next, int *ended, int *status)
{
	static __thread unsigned char buffer[POPCORN_CALL_DATA];
	struct popcorn_step step = to_leave(next);

	step.buffer = (uintptr_t)buffer;
	step.buffer_size = sizeof(buffer);
	while (take_step(&step)) {
		switch (step.event.kind) {
		case POPCORN_EVENT_CALL:
			serve(&step);
			break;
		case POPCORN_EVENT_ARRIVED:
			return arrive(&step.event);
		case POPCORN_EVENT_PROCESS_EXIT:
			_exit(step.event.status);
		case POPCORN_EVENT_THREAD_EXIT:
			*ended = 1;
			*status = step.event.status;
			return next;
		default:
			say("thread %d is lost\n", step.event.tid);
			_exit(113);
		}
	}
	return go_on(next.state, next.argument);
}

int travel(uint32_t state, uint64_t argument)
{
	struct next next = go_on(state, argument);
	int ended = 0, status = 0;

	while (!ended) {
		if (next.verb == GO_ON)
			next = states[next.state](next.argument);
		else if (next.verb == HOP)
			next = leave_home(next, &ended, &status);
		else if (next.verb == END_THREAD)
			return next.argument;
		else
			exit(next.argument);
	}
	return status;
}

static struct next leave_worker(struct next next)
{
	struct popcorn_step step = to_leave(next);

	if (next.verb != HOP) {
		step.action = next.verb == END_THREAD ? POPCORN_STEP_EXIT_THREAD :
							POPCORN_STEP_EXIT_PROCESS;
		step.status = next.argument;
	}
	return take_step(&step) ? arrive(&step.event) : go_on(next.state, next.argument);
}

void work_if_worker(void)
{
	struct popcorn_step step = { .action = POPCORN_STEP_WAIT };
	struct popcorn_attach attach;
	struct next next;

	if (!getenv("POPCORN_WORKER"))
		return;
	install_handlers();
	open_device();
	if (ioctl(device, POPCORN_IOC_ATTACH, &attach))
		fail("POPCORN_IOC_ATTACH");
	origin = attach.origin;
	map_new_regions();
	take_step(&step);
	next = arrive(&step.event);
	for (;;)
		next = next.verb == GO_ON ? states[next.state](next.argument) : leave_worker(next);
}

int next_node(void)
{
	return (self + 1) % node_count;
}

int say(const char *format, ...)
{
	char text[512];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return write(1, text, size); /* at a worker a stand-in */
}

/* The first word of the shared memory counts them. */
#define wrong (*(uint32_t *)SHARED_BASE)

void check(const char *what, int64_t is, int64_t want)
{
	if (is == want)
		return;
	wrong++;
	say("%s on %s: %lld, expected %lld: WRONG\n", what, isa, (long long)is, (long long)want);
}

int wrong_checks(void)
{
	return wrong;
}

struct next report(void)
{
	say("%u wrong\n", wrong);
	return end_process(wrong != 0);
}
