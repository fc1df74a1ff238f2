// SPDX-License-Identifier: MIT
/* A worker's side of travelling: taking the threads that arrive, and letting them go. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include "traveller.h"

static void *work(void *unused);

static void add_worker_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attr, work, NULL))
		fail("pthread_create");
	pthread_attr_destroy(&attr);
}

/* Becomes the thread that has arrived. */
static struct next arrive(const struct popcorn_step *step)
{
	if (!step->event.spare)
		add_worker_thread();
	if (step->event.regions > mapped_regions)
		map_new_regions();
	here = step->event;
	hop_status = step->event.status;
	return go_on(step->event.entry, step->event.argument);
}

static struct next depart(struct next next)
{
	struct popcorn_step step = {
		.action = next.verb == HOP ? POPCORN_STEP_LEAVE :
			  next.verb == END_THREAD ? POPCORN_STEP_EXIT_THREAD :
						    POPCORN_STEP_EXIT_PROCESS,
		.node = next.node,
		.entry = next.state,
		.argument = next.argument,
		.status = next.argument,
	};

	for (;;) {
		if (!ioctl(device, POPCORN_IOC_STEP, &step))
			break;
		if (errno == EINTR)
			continue;
		if (step.action != POPCORN_STEP_LEAVE)
			fail("POPCORN_IOC_STEP");
		hop_status = -errno;
		return go_on(next.state, next.argument);
	}
	return arrive(&step);
}

static void *work(void *unused)
{
	struct popcorn_step step = { .action = POPCORN_STEP_WAIT };
	struct next next;

	(void)unused;
	step_once(&step);
	next = arrive(&step);
	for (;;)
		next = next.verb == GO_ON ? states[next.state](next.argument) : depart(next);
	return NULL;
}

void work_if_worker(void)
{
	struct popcorn_attach attach;

	if (!getenv("POPCORN_WORKER"))
		return;
	install_handlers();
	open_device();
	if (ioctl(device, POPCORN_IOC_ATTACH, &attach))
		fail("POPCORN_IOC_ATTACH");
	origin = attach.origin;
	map_new_regions();
	work(NULL);
}
