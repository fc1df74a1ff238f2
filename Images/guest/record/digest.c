/* SPDX-License-Identifier: MIT */
/*
 * SHA-256 (FIPS 180-4) of a file.
 *
 * An emulated guest does 10 MB in a second. So a digest is remembered, and holds as long as file and time of its last change
 * are the same, provided that the change was no longer recent when the file was read: the kernel's times are coarse.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

struct sha256 {
	uint32_t state[8];
	uint64_t length;
	unsigned char block[64];
};

static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, int count)
{
	return value >> count | value << (32 - count);
}

static void compress(uint32_t state[8], const unsigned char *block)
{
	uint32_t w[64], a[8];
	int i;

	for (i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] + (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
		       (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
	memcpy(a, state, sizeof(a));
	for (i = 0; i < 64; i++) {
		uint32_t t1 = a[7] + (rotate(a[4], 6) ^ rotate(a[4], 11) ^ rotate(a[4], 25)) +
			      ((a[4] & a[5]) ^ (~a[4] & a[6])) + constants[i] + w[i];
		uint32_t t2 = (rotate(a[0], 2) ^ rotate(a[0], 13) ^ rotate(a[0], 22)) +
			      ((a[0] & a[1]) ^ (a[0] & a[2]) ^ (a[1] & a[2]));

		memmove(a + 1, a, 7 * sizeof(a[0]));
		a[4] += t1;
		a[0] = t1 + t2;
	}
	for (i = 0; i < 8; i++)
		state[i] += a[i];
}

static void finish(struct sha256 *sum)
{
	uint64_t bits = sum->length * 8;
	size_t used = sum->length % 64;
	int i;

	sum->block[used++] = 0x80;
	if (used > 56) {
		memset(sum->block + used, 0, 64 - used);
		compress(sum->state, sum->block);
		used = 0;
	}
	memset(sum->block + used, 0, 56 - used);
	for (i = 0; i < 8; i++)
		sum->block[56 + i] = (unsigned char)(bits >> (56 - 8 * i));
	compress(sum->state, sum->block);
}

/* The file may end in the middle of a block, and only there. */
static void add(struct sha256 *sum, const unsigned char *bytes, size_t count)
{
	sum->length += count;
	for (; count >= 64; bytes += 64, count -= 64)
		compress(sum->state, bytes);
	memcpy(sum->block, bytes, count);
}

static int read_digest(int fd, char *hex)
{
	static const char digits[] = "0123456789abcdef";
	static unsigned char bytes[65536];
	struct sha256 sum = {
		.state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
			   0x5be0cd19 },
	};
	size_t held = 0;
	ssize_t count;
	int i;

	while ((count = read(fd, bytes + held, sizeof(bytes) - held)) > 0) {
		held += (size_t)count;
		if (held < sizeof(bytes))
			continue;
		add(&sum, bytes, held);
		held = 0;
	}
	if (count < 0)
		return -1;
	add(&sum, bytes, held);
	finish(&sum);
	for (i = 0; i < 64; i++)
		hex[i] = digits[sum.state[i / 8] >> (28 - 4 * (i % 8)) & 15];
	return 0;
}

#define MEMORY         "/run/popcorn-digests"
#define RECENT_SECONDS 1

struct remembered {
	uint64_t device, inode, size;
	int64_t seconds, nanoseconds;
	char hex[64];
};

static struct remembered memory[256];

static struct remembered *place(uint64_t inode)
{
	return &memory[inode % (sizeof(memory) / sizeof(memory[0]))];
}

static void recall(void)
{
	static int is_done;
	int fd;

	if (is_done++)
		return;
	fd = open(MEMORY, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (read(fd, memory, sizeof(memory)) != sizeof(memory))
		memset(memory, 0, sizeof(memory));
	close(fd);
}

/* What two processes remember at the same time, only one of them does: the file is replaced as a whole. */
static void remember(void)
{
	char path[64];
	int fd, failed;

	snprintf(path, sizeof(path), MEMORY ".%d", (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	failed = write(fd, memory, sizeof(memory)) != sizeof(memory);
	close(fd);
	if (failed || rename(path, MEMORY))
		unlink(path);
}

int file_digest(const char *path, char *hex)
{
	struct remembered now = { 0 }, *known;
	struct stat status;
	struct timespec time;
	int fd = open(path, O_RDONLY | O_CLOEXEC), failed;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) || clock_gettime(CLOCK_REALTIME, &time)) {
		close(fd);
		return -1;
	}
	recall();
	now.device = status.st_dev;
	now.inode = status.st_ino;
	now.size = (uint64_t)status.st_size;
	now.seconds = status.st_ctim.tv_sec;
	now.nanoseconds = status.st_ctim.tv_nsec;
	known = place(now.inode);
	if (!memcmp(&now, known, offsetof(struct remembered, hex))) {
		close(fd);
		memcpy(hex, known->hex, sizeof(known->hex));
		return 0;
	}
	failed = read_digest(fd, now.hex);
	close(fd);
	if (failed)
		return -1;
	memcpy(hex, now.hex, sizeof(now.hex));
	/* A clock that was set back makes every change look recent. */
	if (now.seconds + RECENT_SECONDS < time.tv_sec) {
		*known = now;
		remember();
	}
	return 0;
}
