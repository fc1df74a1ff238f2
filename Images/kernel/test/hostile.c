// SPDX-License-Identifier: GPL-2.0
/*
 * hostile SECRET IP,IP,... SELF TARGET ROUNDS [SEED [PROGRAM [PROCESS...]]]
 *
 * A user program that attacks node TARGET from the address of node SELF (which has no message
 * layer loaded, and SELF > TARGET): random bytes, absurd sizes, half and wrong handshakes, and,
 * since it knows the secret, a peer that authenticates and then sends damaged frames (the target's
 * message layer is to be loaded with auth=handshake: a frame without a MAC gets nowhere). With
 * PROGRAM, a migratable program that the target has at the same path, or the ids of migratable
 * processes of the target (from its /proc/popcorn_ps), it also sends messages about processes.
 * It only attacks; whether the target bore it is for its log to say.
 *
 *	cc -static -o hostile hostile.c hostile_hmac.c hostile_processes.c
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "hostile.h"

#define MAGIC     0x314e4350
#define PORT      30467
#define MAX_FRAME 65536

struct header {
	uint32_t magic;
	uint16_t type;
	uint8_t from, to;
	uint32_t epoch, station;
	uint64_t seq;
	uint32_t size, offset, length;
	uint8_t flags, reserved[3];
};

/* What a frame of a session begins with. */
struct frame {
	struct header header;
	uint64_t ack;
};

/* What CLAIM and ACCEPT say of a session. */
struct said {
	uint32_t epoch, flags;
	uint64_t received;
	uint8_t mac[32];
};

struct hello {
	struct header header;
	uint16_t version;
	uint8_t arch, nodes;
	uint32_t epoch;
	uint64_t boot_id;
	uint8_t digest[32], nonce[32];
};

enum { HELLO = 1, PROOF, ACCEPT, REFUSE, PROBE, ALIVE, ACK, BYE, READY, CLAIM };

static uint8_t key[64];
static uint8_t list_digest[32];
static uint32_t addresses[32];
int self, target;
static int nodes;
static uint64_t boot_id;
static uint32_t last_epoch; /* of the session that this boot id had last */
static uint64_t state;
uint8_t scratch[2 * MAX_FRAME];

uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

static void fill(uint8_t *data, size_t size)
{
	while (size--)
		*data++ = rnd();
}

/* One connection. */

static int dial(void)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = addresses[self] };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(PORT),
				  .sin_addr.s_addr = addresses[target] };
	struct timeval limit = { .tv_sec = 1 };
	struct linger none = { .l_onoff = 1 };
	int sock = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(sock, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	if (bind(sock, (void *)&from, sizeof(from)) || connect(sock, (void *)&to, sizeof(to))) {
		perror("connect");
		close(sock);
		return -1;
	}
	return sock;
}

static int put(int sock, const void *data, size_t size)
{
	return send(sock, data, size, MSG_NOSIGNAL) == (ssize_t)size ? 0 : -1;
}

static int get(int sock, void *data, size_t size)
{
	return recv(sock, data, size, MSG_WAITALL) == (ssize_t)size ? 0 : -1;
}

static struct header make_header(uint16_t type, uint32_t size)
{
	return (struct header){ .magic = MAGIC,
				.type = type,
				.from = self,
				.to = target,
				.size = size,
				.length = size };
}

static struct hello make_hello(void)
{
	struct hello hello = { .header = make_header(HELLO, 80),
			       .version = rnd() % 50 ? 2 : rnd() % 4,
			       .arch = 1,
			       .nodes = nodes };

	if (rnd() % 2) { /* it was loaded anew, else it comes back to its session */
		boot_id = rnd();
		last_epoch = 0;
	}
	hello.boot_id = boot_id;

	memcpy(hello.digest, list_digest, 32);
	fill(hello.nonce, 32);
	return hello;
}

static uint32_t absurd(void)
{
	static const uint32_t values[] = { 0,
					   1,
					   7,
					   8,
					   39,
					   40,
					   65535,
					   65536,
					   65537,
					   1 << 20,
					   (1 << 20) + 1,
					   0x7fffffff,
					   0x80000000,
					   0xffffffff };

	return values[rnd() % (sizeof(values) / sizeof(*values))];
}

/* Where the peer says that it is in the session: mostly at its begin, where it is. */
static struct said make_claim(void)
{
	struct said said = { .epoch = last_epoch };

	if (rnd() % 8 == 0)
		said.epoch = absurd();
	if (rnd() % 8 == 0)
		said.received = rnd() % 2 ? absurd() : (uint64_t)absurd() << 32;
	if (rnd() % 8 == 0)
		said.flags = rnd() & ~1u;
	return said;
}

/* Of @role and its zero, the HELLO frames, and what is said beside them. */
static void prove(uint8_t mac[32], const char *role, const struct hello frames[2], const void *said,
		  size_t size)
{
	uint8_t text[512];
	size_t length = strlen(role) + 1;

	memcpy(text, role, length);
	memcpy(text + length, frames, 2 * sizeof(*frames));
	length += 2 * sizeof(*frames);
	memcpy(text + length, said, size);
	hmac(key, mac, text, length + size);
}

/* Returns the epoch, 0 if the target refused. @damage: 1: the PROOF, 2: the CLAIM. */
static uint32_t shake(int sock, int damage)
{
	struct hello frames[2] = { make_hello() };
	struct {
		struct header header;
		uint8_t mac[32];
	} proof;
	struct {
		struct header header;
		struct said said;
	} claim, accepted;
	struct header ready;

	if (put(sock, &frames[0], sizeof(frames[0])) || get(sock, &frames[1], sizeof(frames[1])) ||
	    get(sock, &proof, sizeof(proof)) || frames[1].header.type != HELLO)
		return 0;
	proof.header = make_header(PROOF, sizeof(proof.mac));
	prove(proof.mac, "popcorn dialer", frames, "", 0);
	if (damage == 1)
		proof.mac[rnd() % 32] ^= 1 << rnd() % 8;
	if (put(sock, &proof, sizeof(proof)) || get(sock, &ready, sizeof(ready)) ||
	    ready.type != READY)
		return 0;
	claim.header = make_header(CLAIM, sizeof(claim.said));
	claim.said = make_claim();
	prove(claim.said.mac, "popcorn claim", frames, &claim.said, offsetof(struct said, mac));
	if (damage == 2)
		claim.said.mac[rnd() % 32] ^= 1 << rnd() % 8;
	if (put(sock, &claim, sizeof(claim)) || get(sock, &accepted, sizeof(accepted)) ||
	    accepted.header.type != ACCEPT)
		return 0;
	last_epoch = accepted.said.epoch;
	return accepted.said.epoch;
}

static void damage(struct header *header)
{
	switch (rnd() % 12) {
	case 0:
		header->magic ^= 1u << rnd() % 32;
		break;
	case 1:
		header->type = rnd();
		break;
	case 2:
		header->from = rnd();
		break;
	case 3:
		header->to = rnd();
		break;
	case 4:
		header->epoch += absurd();
		break;
	case 5:
		header->station = absurd();
		break;
	case 6:
		header->seq = absurd();
		break;
	case 7:
		header->size = absurd();
		break;
	case 8:
		header->offset = absurd();
		break;
	case 9:
		header->length = absurd();
		break;
	case 10:
		header->flags = rnd();
		break;
	case 11:
		header->reserved[rnd() % 3] = rnd();
		break;
	}
}

/* A frame that is right in all that the transport checks; its payload is not. */
static struct header plausible(uint32_t epoch, uint64_t seq)
{
	static const uint32_t sizes[] = { 0, 4, 8, 16, 40, 41, 100, 4096 };
	struct header header = make_header(rnd() % 8 ? 16 + rnd() % 8 : PROBE + rnd() % 3, 0);

	header.size = header.length = sizes[rnd() % 8];
	header.epoch = epoch;
	header.seq = seq;
	header.flags = rnd() % 16;
	if (header.type <= BYE) {
		header.seq = header.size = header.length = 0;
		header.flags = 8;
	}
	if ((header.flags & 3) == 3)
		header.flags &= ~2;
	if (!(header.flags & 2))
		header.flags &= ~4;
	if (header.flags & 3)
		header.station = 1 + rnd() % 64;
	return header;
}

/* @header, and its payload from scratch. */
static int put_frame(int sock, const struct header *header)
{
	struct frame frame = { .header = *header, .ack = rnd() % 500 ? 0 : absurd() };

	return put(sock, &frame, sizeof(frame)) || put(sock, scratch, (header->length + 7) & ~7u);
}

/* A large message in frames, complete or not, other messages between them or not. */
static void send_chunks(int sock, uint32_t epoch, uint64_t seq)
{
	struct header header = make_header(18 + rnd() % 3, 0);
	uint32_t offset;

	header.size = 1 + rnd() % (1 << 20);
	header.epoch = epoch;
	header.seq = seq;
	for (offset = 0; offset < header.size && rnd() % 30; offset += header.length) {
		header.offset = offset;
		header.length = 1 + rnd() % MAX_FRAME;
		if (header.length > header.size - offset)
			header.length = header.size - offset;
		if (put_frame(sock, &header))
			return;
	}
}

/* Well formed. Returns whether there is anything to say. */
static int about_processes(struct header *header, uint32_t epoch, uint64_t seq)
{
	uint16_t type;
	uint32_t size = speak_of_process(&type);

	if (!size)
		return 0;
	*header = make_header(type, size);
	header->epoch = epoch;
	header->seq = seq;
	return 1;
}

static void attack_as_peer(int sock)
{
	uint32_t epoch = shake(sock, 0);
	uint64_t seq;
	int harmless = rnd() % 60;

	for (seq = 1; epoch && seq < 80; seq++) {
		struct header header = plausible(epoch, seq);
		int spoken = rnd() % 2 && about_processes(&header, epoch, seq);

		if (!spoken && seq % 4 == 0 && header.size >= 40) { /* some names, long ones too */
			memset(scratch, 'a' + rnd() % 3, 40);
			scratch[rnd() % 40] = 0;
		} else if (!spoken) {
			fill(scratch, header.length);
		}
		if ((int)seq > harmless)
			damage(&header);
		else if (header.seq && rnd() % 10 == 0) {
			send_chunks(sock, epoch, seq);
			header.seq = ++seq;
		}
		if (put_frame(sock, &header))
			break;
	}
}

static void attack(int sock)
{
	struct hello hello = make_hello();
	struct header header = make_header(rnd() % 8, absurd());

	switch (rnd() % 8) {
	case 0:
		fill(scratch, 4096);
		put(sock, scratch, 1 + rnd() % 4096);
		break;
	case 1:
		damage(&header);
		put(sock, &header, sizeof(header));
		put(sock, scratch, 200);
		break;
	case 2:
		put(sock, &hello, rnd() % sizeof(hello));
		break;
	case 3:
		damage(&hello.header);
		put(sock, &hello, sizeof(hello));
		break;
	case 4:
		((uint8_t *)&hello)[sizeof(header) + rnd() % 80] ^= 1 << rnd() % 8;
		put(sock, &hello, sizeof(hello));
		get(sock, scratch, 40);
		break;
	case 5:
		shake(sock, 1 + rnd() % 2);
		break;
	default:
		attack_as_peer(sock);
	}
}

static void read_list(char *list)
{
	uint8_t text[2 + sizeof(addresses)] = { PORT >> 8, PORT & 0xff };
	char *word;

	for (word = strtok(list, ","); word && nodes < 32; word = strtok(NULL, ","))
		inet_pton(AF_INET, word, &addresses[nodes++]);
	memcpy(text + 2, addresses, 4 * nodes);
	sha256(list_digest, text, 2 + 4 * nodes);
}

int main(int argc, char **argv)
{
	int i, sock, rounds, connected = 0;
	unsigned int byte;

	if (argc < 6)
		return 2;
	for (i = 0; i < 64 && sscanf(argv[1] + 2 * i, "%2x", &byte) == 1; i++)
		key[i] = byte;
	read_list(argv[2]);
	self = atoi(argv[3]);
	target = atoi(argv[4]);
	rounds = atoi(argv[5]);
	state = argc > 6 ? strtoull(argv[6], NULL, 0) : 1;
	state = state * 0x9e3779b97f4a7c15 + 1;
	if (argc > 7 && know_program(argv[7])) {
		fprintf(stderr, "%s: no program with a build id\n", argv[7]);
		return 2;
	}
	for (i = 8; i < argc; i++)
		know_process(argv[i]);
	for (i = 0; i < rounds; i++) {
		sock = dial();
		if (sock < 0)
			continue;
		connected++;
		attack(sock);
		if (rnd() % 4 == 0)
			usleep(1000 * (rnd() % 50));
		close(sock);
	}
	printf("%d of %d attacks connected\n", connected, rounds);
	return connected == rounds ? 0 : 1;
}
