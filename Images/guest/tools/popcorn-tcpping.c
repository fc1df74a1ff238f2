/* SPDX-License-Identifier: MIT */
/*
 * The yardstick for the message layer: the same exchanges over a plain TCP connection of user space.
 *
 *     popcorn-tcpping serve PORT                            one client, then it ends
 *     popcorn-tcpping ping ADDRESS PORT SIZE COUNT          both ways, SIZE bytes each
 *     popcorn-tcpping pace ADDRESS PORT SIZE PARTS          the same in one of PARTS parts of the time, until standard input ends
 *     popcorn-tcpping stream ADDRESS PORT SIZE COUNT        one way, one answer at the end
 *
 * Results are KEY=VALUE lines with the names of /proc/popcorn_test; of `pace` they are all times in ns, a line each, at the
 * end, so that nobody has to carry them while something else is measured. Whatever is written to its standard input makes it
 * forget those that it has.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_SIZE 65536
#define WARM_UP  20 /* exchanges that fill caches and the emulator's translations before we measure */

struct request {
	uint32_t size;
	uint32_t answer;
};

enum { NO_ANSWER, ECHO, ACKNOWLEDGE };

static char buffer[MAX_SIZE];

static void fail(const char *what)
{
	fprintf(stderr, "popcorn-tcpping: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static int receive(int connection, void *to, size_t size)
{
	ssize_t length = size ? recv(connection, to, size, MSG_WAITALL) : 0;

	if (length < 0)
		fail("receive");
	return length == (ssize_t)size;
}

/* Header and payload leave in one call, as in the message layer. */
static void transmit(int connection, const struct request *request, size_t size)
{
	struct iovec parts[2] = { { (void *)request, sizeof(*request) }, { buffer, size } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	size_t left = sizeof(*request) + size;

	while (left) {
		ssize_t length = sendmsg(connection, &message, MSG_NOSIGNAL);

		if (length < 0)
			fail("send");
		left -= length;
		for (int i = 0; i < 2 && length; i++) {
			size_t used = (size_t)length < parts[i].iov_len ? (size_t)length : parts[i].iov_len;

			parts[i].iov_base = (char *)parts[i].iov_base + used;
			parts[i].iov_len -= used;
			length -= used;
		}
	}
}

static int serve(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, connection;
	struct request request;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1))
		fail("listen");
	puts("listening");
	fflush(stdout);
	connection = accept(listener, NULL, NULL);
	if (connection < 0)
		fail("accept");
	setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while (receive(connection, &request, sizeof(request))) {
		if (request.size > MAX_SIZE || !receive(connection, buffer, request.size))
			break;
		if (request.answer)
			transmit(connection, &request, request.answer == ECHO ? request.size : 0);
	}
	return 0;
}

static void receive_answer(int connection, uint32_t size)
{
	struct request header;

	if (receive(connection, &header, sizeof(header)) && receive(connection, buffer, size))
		return;
	errno = ECONNRESET;
	fail("answer");
}

static int by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static uint64_t round_trip(int connection, uint32_t size)
{
	struct request request = { size, ECHO };
	uint64_t start = now();

	transmit(connection, &request, size);
	receive_answer(connection, size);
	return now() - start;
}

static void ping(int connection, uint32_t size, int count)
{
	uint64_t *times = calloc(count, sizeof(*times));

	if (!times)
		fail("memory");
	for (int i = -WARM_UP; i < count; i++) {
		uint64_t time = round_trip(connection, size);

		if (i >= 0)
			times[i] = time;
	}
	qsort(times, count, sizeof(*times), by_value);
	printf("min_ns=%llu\np50_ns=%llu\np99_ns=%llu\nmax_ns=%llu\n", (unsigned long long)times[0],
	       (unsigned long long)times[count / 2], (unsigned long long)times[(size_t)count * 99 / 100],
	       (unsigned long long)times[count - 1]);
	free(times);
}

/* The first half of the times is dropped when there is no room: what counts is what others measure at the same time. */
static void pace(int connection, uint32_t size, int parts)
{
	enum { ROOM = 1 << 16 };
	static uint64_t times[ROOM];
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	uint64_t time = 0;
	size_t count = 0;

	for (int i = 0; i < WARM_UP; i++)
		time = round_trip(connection, size);
	puts("measuring");
	fflush(stdout);
	for (;;) {
		uint64_t rest = time * (parts - 1);
		struct timespec pause = { rest / 1000000000, rest % 1000000000 };
		int ready = ppoll(&input, 1, &pause, NULL);
		char drained[256];

		if (ready < 0)
			fail("ppoll");
		if (ready) {
			if (read(STDIN_FILENO, drained, sizeof(drained)) <= 0)
				break;
			count = 0;
		}
		if (count == ROOM) {
			memmove(times, times + ROOM / 2, sizeof(times) / 2);
			count = ROOM / 2;
		}
		time = times[count++] = round_trip(connection, size);
	}
	for (size_t i = 0; i < count; i++)
		printf("%llu\n", (unsigned long long)times[i]);
}

static void stream(int connection, uint32_t size, int count)
{
	uint64_t start = now(), duration;
	struct request request = { size, NO_ANSWER };

	for (int i = 0; i < count; i++) {
		if (i == count - 1)
			request.answer = ACKNOWLEDGE;
		transmit(connection, &request, size);
	}
	receive_answer(connection, 0);
	duration = now() - start;
	printf("bytes=%llu\nduration_ns=%llu\nbytes_per_s=%llu\n", (unsigned long long)size * count,
	       (unsigned long long)duration,
	       (unsigned long long)((unsigned __int128)size * count * 1000000000u / (duration ? duration : 1)));
}

static int client(char **arguments, void (*run)(int, uint32_t, int))
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])) };
	long size = atol(arguments[2]), count = atol(arguments[3]);
	int connection = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (!inet_aton(arguments[0], &address.sin_addr) || size < 0 || size > MAX_SIZE || count < 1 ||
	    count > 10000000) {
		errno = EINVAL;
		fail("arguments");
	}
	setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(connection, (struct sockaddr *)&address, sizeof(address)))
		fail("connect");
	run(connection, size, count);
	return 0;
}

int main(int count, char **arguments)
{
	if (count == 3 && !strcmp(arguments[1], "serve"))
		return serve(atoi(arguments[2]));
	if (count == 6 && !strcmp(arguments[1], "ping"))
		return client(arguments + 2, ping);
	if (count == 6 && !strcmp(arguments[1], "pace"))
		return client(arguments + 2, pace);
	if (count == 6 && !strcmp(arguments[1], "stream"))
		return client(arguments + 2, stream);
	fputs("usage: popcorn-tcpping serve PORT | ping|pace|stream ADDRESS PORT SIZE COUNT|PARTS\n", stderr);
	return 64;
}
