/* SPDX-License-Identifier: MIT */
/*
 * popcorn-migrate start NAME PROGRAM...: tells the driver of that name (drive.c) the id of this process, and becomes
 * PROGRAM.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "migrate.h"

int start(int count, char **arguments)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int driver = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char end;

	if (count < 2 || strlen(arguments[0]) >= sizeof(address.sun_path) - 1)
		return 64;
	/* Abstract: the first byte of the path is 0. */
	strcpy(address.sun_path + 1, arguments[0]);
	if (driver < 0 || connect(driver, (struct sockaddr *)&address,
				  offsetof(struct sockaddr_un, sun_path) + 1 + strlen(arguments[0])))
		fail("what makes the program move is not there");
	/* It has taken our id from the connection when it closes it. */
	while (read(driver, &end, 1) < 0 && errno == EINTR)
		;
	close(driver);
	execvp(arguments[1], arguments + 1);
	fprintf(stderr, "popcorn-migrate: %s: %s\n", arguments[1], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
