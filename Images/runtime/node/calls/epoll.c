/* epoll: a program's descriptors are the origin's, and so is what watches them.
 *
 * struct epoll_event is packed on x86-64 only; programs have that form of it everywhere. */
#define _GNU_SOURCE
#include "epoll.h"
#include "away.h"
#include "runtime.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>

/* More are told at the next call. */
#define MOST_EVENTS 64

int64_t popcorn_serve_epoll_control(const int64_t *arguments, const struct popcorn_epoll_event *event)
{
	struct epoll_event native = { 0 };

	if (event) {
		native.events = event->events;
		native.data.u64 = event->data;
	}
	return epoll_ctl(arguments[0], arguments[1], arguments[2], event ? &native : NULL) < 0 ? -errno : 0;
}

static int64_t wait_with_mask(const int64_t *arguments, const sigset_t *mask, struct popcorn_epoll_event *events)
{
	struct epoll_event native[MOST_EVENTS];
	int room = arguments[1] < MOST_EVENTS ? arguments[1] : MOST_EVENTS;
	int count = epoll_pwait(arguments[0], native, room, arguments[2], mask);

	for (int i = 0; i < count; i++)
		events[i] = (struct popcorn_epoll_event){ native[i].events, native[i].data.u64 };
	return count < 0 ? -errno : count;
}

int64_t popcorn_serve_epoll_wait(const int64_t *arguments, struct popcorn_epoll_event *events)
{
	return wait_with_mask(arguments, NULL, events);
}

static int finish(int64_t result)
{
	if (result < 0)
		errno = -result;
	return result < 0 ? -1 : (int)result;
}

int __popcorn_epoll_ctl(int epoll, int operation, int descriptor, struct popcorn_epoll_event *event)
{
	int64_t arguments[POPCORN_CALL_ARGS] = { epoll, operation, descriptor };

	if (!popcorn_is_away())
		return finish(popcorn_serve_epoll_control(arguments, event));
	return finish(popcorn_ask(POPCORN_CALL_EPOLL_CONTROL, arguments, event, event ? sizeof *event : 0, NULL, NULL));
}

int __popcorn_epoll_pwait(int epoll, struct popcorn_epoll_event *events, int room, int timeout, const sigset_t *mask)
{
	int64_t arguments[POPCORN_CALL_ARGS] = { epoll, room < MOST_EVENTS ? room : MOST_EVENTS, timeout };
	size_t size = room > 0 ? arguments[1] * sizeof *events : 0;

	if (!popcorn_is_away())
		return finish(wait_with_mask(arguments, mask, events));
	if (mask) {
		popcorn_say("epoll_pwait with a signal mask is not possible away from the origin");
		return finish(-ENOSYS);
	}
	return finish(popcorn_ask(POPCORN_CALL_EPOLL_WAIT, arguments, NULL, 0, events, &size));
}

int __popcorn_epoll_wait(int epoll, struct popcorn_epoll_event *events, int room, int timeout)
{
	return __popcorn_epoll_pwait(epoll, events, room, timeout, NULL);
}
