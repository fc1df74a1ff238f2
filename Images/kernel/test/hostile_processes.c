// SPDX-License-Identifier: GPL-2.0
/*
 * Messages about processes and their memory: well formed, but sent at the wrong time, with
 * numbers that mean nothing, or about pages and threads that are elsewhere. They speak of a
 * process of the target whose id is known, or of one whose origin the attacker claims to be:
 * then the target starts a worker, from a program that it has.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hostile.h"

#define PAGE          4096
#define BASE          0x600000000000ull /* of the regions of test programs */
#define OWN_PROCESSES 3

enum {
	PAGE_REQUEST = 32,
	PAGE_GRANT,
	PAGE_FETCH,
	PAGE_FETCHED,
	PAGE_INVALIDATE,
	PAGE_INVALIDATED,
	PAGE_RETURN,
	SPACE_LEAVE,
	WORKER_START = 48,
	WORKER_REGION,
	WORKER_KILL,
	THREAD_ARRIVE,
	CALL_RESULT,
	THREAD_PROPOSE,
	WORKER_READY = 56,
	WORKER_EXIT,
	THREAD_MOVE,
	THREAD_EXIT,
	CALL,
	CALL_KICK,
};

struct region {
	uint64_t address, size;
};

struct worker_start {
	uint64_t process;
	uint32_t pid, ppid, pgid, sid, uid, gid, umask, group_count, groups[64];
	uint64_t limits[16][2];
	uint16_t move_signal, kick_signal;
	uint32_t build_id_size;
	uint8_t build_id[32];
	uint32_t region_count, reserved;
	struct region regions[64];
	char path[512], cwd[512];
};

struct page_message {
	uint64_t space, page;
	uint32_t flags, reserved;
};

struct thread_message {
	uint64_t process;
	uint32_t thread, hop, node, tid, status, flags, proposed, reserved;
	uint64_t entry, argument;
};

struct luggage {
	uint32_t wish_count, page_count;
	uint64_t wishes[8];
};

static uint64_t known[16];
static int known_count;
static struct worker_start start;

void know_process(const char *id)
{
	if (known_count < 16)
		known[known_count++] = strtoull(id, NULL, 0);
}

/* Without its build id the target would not start it. */
int know_program(const char *path)
{
	static uint8_t image[1 << 16];
	const Elf64_Ehdr *header = (const void *)image;
	const Elf64_Phdr *segment;
	const Elf64_Nhdr *note;
	FILE *file = fopen(path, "rb");
	size_t size, at;
	int i;

	if (!file)
		return -1;
	size = fread(image, 1, sizeof(image), file);
	fclose(file);
	if (size < sizeof(*header))
		return -1;
	segment = (const void *)(image + header->e_phoff);
	for (i = 0; i < header->e_phnum; i++, segment++) {
		if (segment->p_type != PT_NOTE)
			continue;
		for (at = segment->p_offset;
		     at + sizeof(*note) < segment->p_offset + segment->p_filesz;
		     at +=
		     sizeof(*note) + ((note->n_namesz + 3) & ~3u) + ((note->n_descsz + 3) & ~3u)) {
			note = (const void *)(image + at);
			if (note->n_type != NT_GNU_BUILD_ID ||
			    note->n_descsz > sizeof(start.build_id))
				continue;
			start.build_id_size = note->n_descsz;
			memcpy(start.build_id, image + at + sizeof(*note) + 4, note->n_descsz);
			snprintf(start.path, sizeof(start.path), "%s", path);
			return 0;
		}
	}
	return -1;
}

static uint64_t some_process(void)
{
	if (known_count && (!start.path[0] || rnd() % 2))
		return known[rnd() % known_count];
	return (uint64_t)self << 56 | (1 + rnd() % OWN_PROCESSES);
}

static uint64_t some_page(void)
{
	switch (rnd() % 16) {
	case 0:
		return rnd();
	case 1:
		return (uint64_t)rnd() << 32 | rnd();
	default:
		return (BASE >> 12) + rnd() % 64;
	}
}

static uint32_t small(void)
{
	return rnd() % 16 ? rnd() % 4 : rnd();
}

static uint32_t page_message(uint16_t type)
{
	struct page_message *body = (void *)scratch;

	*body = (struct page_message){
		.space = some_process(),
		.page = some_page(),
		.flags = rnd() % 32,
	};
	if (!(body->flags & 2) || type == PAGE_REQUEST || type == PAGE_FETCH ||
	    type == PAGE_INVALIDATE || type == PAGE_INVALIDATED)
		return sizeof(*body);
	return sizeof(*body) + (rnd() % 8 ? PAGE : rnd() % PAGE);
}

static void thread_message(void)
{
	*(struct thread_message *)scratch = (struct thread_message){
		.process = some_process(),
		.thread = small(),
		.hop = small(),
		.node = small() - 1,
		.tid = rnd() % 1000,
		.status = small(),
		.flags = rnd() % 4,
		.proposed = small() - 1,
		.entry = small(),
		.argument = rnd() % 2 ? BASE : rnd(),
	};
}

static uint32_t travel(void)
{
	struct luggage *luggage = (void *)(scratch + sizeof(struct thread_message));
	uint32_t at = sizeof(struct thread_message) + sizeof(*luggage);
	uint32_t i, pages = rnd() % 9;

	thread_message();
	luggage->wish_count = small();
	luggage->page_count = rnd() % 8 ? pages : rnd();
	for (i = 0; i < 8; i++)
		luggage->wishes[i] = some_page() << 1 | rnd() % 2;
	for (i = 0; i < pages; i++) {
		uint64_t page[2] = { some_page(), rnd() % 32 };

		memcpy(scratch + at, page, sizeof(page));
		at += sizeof(page) + (page[1] & 2 ? PAGE : 0);
	}
	return rnd() % 8 ? at : at - rnd() % 64;
}

static uint32_t worker_start(void)
{
	uint32_t i;

	start.process = some_process();
	start.move_signal = rnd() % 70;
	start.kick_signal = rnd() % 70;
	start.group_count = rnd() % 66;
	start.region_count = rnd() % 8 ? 1 + rnd() % 2 : rnd() % 66;
	memset(start.limits, 0xff, sizeof(start.limits));
	for (i = 0; i < 64; i++)
		start.regions[i] = (struct region){ BASE + i * 64 * PAGE, 64 * PAGE };
	strcpy(start.cwd, "/");
	memcpy(scratch, &start, sizeof(start));
	return sizeof(start);
}

static uint32_t call(uint32_t fixed)
{
	uint64_t *body = (void *)scratch;
	uint32_t i;

	for (i = 0; i < fixed / 8; i++)
		body[i] = (uint64_t)small() << 32 | small();
	body[0] = some_process();
	return fixed + (rnd() % 2 ? rnd() % 65400 : 0);
}

uint32_t speak_of_process(uint16_t *type)
{
	uint64_t *body = (void *)scratch;

	if (!known_count && !start.path[0])
		return 0;
	do
		*type = PAGE_REQUEST + rnd() % (CALL_KICK + 1 - PAGE_REQUEST);
	while ((*type > SPACE_LEAVE && *type < WORKER_START) ||
	       (*type > THREAD_PROPOSE && *type < WORKER_READY));
	switch (*type) {
	case SPACE_LEAVE:
		body[0] = some_process();
		return 8;
	case WORKER_START:
		return worker_start();
	case WORKER_REGION:
		body[0] = some_process();
		body[1] = small();
		body[2] = BASE + ((uint64_t)small() << 20);
		body[3] = (uint64_t)small() << 12;
		return 32;
	case WORKER_KILL:
	case WORKER_READY:
	case WORKER_EXIT:
		body[0] = some_process();
		body[1] = rnd() % 2 ? rnd() % 256 : rnd();
		return 16;
	case THREAD_ARRIVE:
	case THREAD_MOVE:
		return travel();
	case THREAD_PROPOSE:
	case THREAD_EXIT:
		thread_message();
		return sizeof(struct thread_message);
	case CALL:
		return call(80);
	case CALL_KICK:
		call(80);
		return 80;
	case CALL_RESULT:
		return call(32);
	default:
		return page_message(*type);
	}
}
