/* SPDX-License-Identifier: MIT */
/* popcorn-migrate hops COUNT: ends when the processes whose origin is here have made COUNT hops together. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "migrate.h"

int await_hops(int count, char **arguments)
{
	struct snapshot snapshot = {};
	struct pollfd polled = { .fd = ps_open(), .events = POLLPRI };
	unsigned long wanted;

	if (count != 1)
		return 64;
	wanted = strtoul(arguments[0], NULL, 10);
	for (;;) {
		ps_read(polled.fd, &snapshot);
		if (snapshot.hops >= wanted)
			return 0;
		if (poll(&polled, 1, -1) < 0 && errno != EINTR)
			fail("poll");
	}
}
