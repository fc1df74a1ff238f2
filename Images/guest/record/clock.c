/* SPDX-License-Identifier: MIT */
/*
 * The kernel's local clock, which stamps its log and its traces.
 *
 * popcorn.ko tells it. A kernel of the user's own does not: there a line is written into its log, and the stamp that the line got is
 * read back. Before the answer goes out, a frame with that stamp goes to the fabric, so that a capture has it too: by the two host
 * times around the question and the answer, the capture's clock is related to the host's as well.
 *
 * A kernel without a counter that it trusts advances its clock by ticks (x86-64 under emulation: 4 ms). How coarse it is shows in the
 * log: no two stamps are closer than that, unless they are the same.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

#define LOG       "/dev/kmsg"
#define OWN_CLOCK "/proc/popcorn_clock"
#define FABRIC    "fabric"
/* RFC 863: nobody answers, least of all a broadcast. */
#define DISCARD_PORT 9
/* How many stamps tell how coarse the clock is now; it may have been coarser while the kernel booted. */
#define STAMPS 64
/* Where the log ends is not where our line is, if others write, too. */
#define MOST_RECORDS 100000

static int own = -1, log_reader = -1, fabric = -1;
static int64_t stamps[STAMPS];
static unsigned int stamp_count;

void open_clock(void)
{
	own = open(OWN_CLOCK, O_RDONLY | O_CLOEXEC);
}

/* A record is "PRIORITY,NUMBER,µs,FLAGS;TEXT"; 1, 0 at the log's end, or -1 for what is no record. */
static int next_record(int64_t *stamp, char *record, size_t size)
{
	ssize_t length;
	char *place;

	do
		length = read(log_reader, record, size - 1);
	while (length < 0 && (errno == EINTR || errno == EPIPE));
	if (length <= 0)
		return 0;
	record[length] = '\0';
	place = strchr(record, ',');
	place = place ? strchr(place + 1, ',') : NULL;
	if (!place)
		return -1;
	*stamp = strtoll(place + 1, NULL, 10);
	stamps[stamp_count++ % STAMPS] = *stamp;
	return 1;
}

/* In µs: the smallest difference of two stamps that are not the same. */
static int64_t grain(void)
{
	unsigned int known = stamp_count < STAMPS ? stamp_count : STAMPS;
	int64_t least = 0;

	for (unsigned int i = 1; i < known; i++) {
		int64_t step = stamps[(stamp_count - i) % STAMPS] - stamps[(stamp_count - i - 1) % STAMPS];

		if (step > 0 && (!least || step < least))
			least = step;
	}
	return least;
}

static int write_line(const char *line, size_t length)
{
	/* Opened anew each time, since a kernel takes only a few lines from one that is open (printk.devkmsg). */
	int fd = open(LOG, O_WRONLY | O_CLOEXEC), failed;

	if (fd < 0)
		return -1;
	failed = write(fd, line, length) != (ssize_t)length;
	close(fd);
	return failed ? -1 : 0;
}

/* The stamp in µs of a line that is written now; -1 with errno. */
static int64_t stamp_now(void)
{
	static unsigned int count;
	char line[64], record[8192], *text = line + strlen("<15>");
	int64_t stamp = -1;
	int length;

	if (log_reader < 0)
		log_reader = open(LOG, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_reader < 0)
		return -1;
	/* As user space's, for debugging: no console shows it. */
	length = snprintf(line, sizeof(line), "<15>popcorn-lab: clock %d.%u\n", (int)getpid(), count++);
	if (write_line(line, (size_t)length))
		return -1;
	line[length - 1] = '\0';
	for (int i = 0; i < MOST_RECORDS; i++) {
		int found = next_record(&stamp, record, sizeof(record));

		if (!found)
			break;
		if (found > 0 && strstr(record, text))
			return stamp;
	}
	errno = ENODATA;
	return -1;
}

static void tell_fabric(int64_t stamp)
{
	struct sockaddr_in all = {
		.sin_family = AF_INET,
		.sin_port = htons(DISCARD_PORT),
		.sin_addr.s_addr = htonl(INADDR_BROADCAST),
	};
	char text[64];
	int length, yes = 1;

	if (fabric < 0) {
		fabric = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		setsockopt(fabric, SOL_SOCKET, SO_BINDTODEVICE, FABRIC, sizeof(FABRIC));
		setsockopt(fabric, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes));
	}
	length = snprintf(text, sizeof(text), "popcorn-lab clock %" PRId64 "\n", stamp * 1000);
	/* Without a frame there is a reading less for the capture. */
	(void)!sendto(fabric, text, (size_t)length, 0, (struct sockaddr *)&all, sizeof(all));
}

static void answer_stamp(void)
{
	int64_t stamp = stamp_now();
	char text[64];

	if (stamp < 0) {
		answer_error("read the clock from", LOG);
		return;
	}
	tell_fabric(stamp);
	answer("clock", text,
	       (size_t)snprintf(text, sizeof(text), "local=%" PRId64 " grain=%" PRId64 "\n", stamp * 1000,
				grain() * 1000));
}

void answer_clock(void)
{
	char line[256];
	ssize_t length;

	if (own < 0) {
		answer_stamp();
		return;
	}
	length = pread(own, line, sizeof(line), 0);
	if (length < 0)
		answer_error("read", OWN_CLOCK);
	else
		answer("clock", line, (size_t)length);
}
