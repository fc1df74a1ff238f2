/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SEED "/etc/popcorn/entropy"

/* An old kernel takes a part of what it is given for granted, and counts the rest as less: a few pieces are enough. */
#define PIECE 512

/*
 * Without it, the SSH server of a guest that has neither a disk nor a random device waits for its first random bytes for
 * half a minute or for ever.
 */
void entropy_seed(void)
{
	struct {
		struct rand_pool_info head;
		unsigned char bytes[PIECE];
	} seed;
	int file = open(SEED, O_RDONLY | O_CLOEXEC), device;
	ssize_t length;

	if (file < 0)
		return;
	device = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
	while (device >= 0 && (length = read(file, seed.bytes, sizeof(seed.bytes))) > 0) {
		seed.head.entropy_count = 8 * (int)length;
		seed.head.buf_size = (int)length;
		if (ioctl(device, RNDADDENTROPY, &seed)) {
			report_error(STAGE_BOOTED, "entropy");
			break;
		}
	}
	if (device >= 0)
		close(device);
	close(file);
	unlink(SEED);
}
