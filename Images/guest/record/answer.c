/* SPDX-License-Identifier: MIT */
/* Frames on stdout: a name, a length, and as many bytes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "record.h"

void answer(const char *name, const void *bytes, size_t length)
{
	char head[64];
	struct iovec parts[2] = {
		{ head, (size_t)snprintf(head, sizeof(head), "%s %zu\n", name, length) },
		{ (void *)bytes, length },
	};
	struct iovec *part = parts;

	while (part < parts + 2) {
		ssize_t count = writev(STDOUT_FILENO, part, (int)(parts + 2 - part));

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			exit(1);
		while (part < parts + 2 && (size_t)count >= part->iov_len)
			count -= (ssize_t)part++->iov_len;
		if (part < parts + 2) {
			part->iov_base = (char *)part->iov_base + count;
			part->iov_len -= (size_t)count;
		}
	}
}

void answer_error(const char *what, const char *which)
{
	char text[512];
	int length = snprintf(text, sizeof(text), "%s %s: %s", what, which, strerror(errno));

	answer("error", text, length < (int)sizeof(text) ? (size_t)length : sizeof(text) - 1);
}
