/* SPDX-License-Identifier: MIT */
/*
 * Who has joined, of a kernel that tells it in its log alone.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "ID ADDRESS ARCHITECTURE" a line. */
#define FILE_OF_MEMBERS "/run/popcorn-joined"
/* A regular expression, a tab and what it means, a line each. */
#define FAILURES "/etc/popcorn/failures"

#define MOST_NODES    32
#define MOST_FAILURES 16

struct member {
	char address[16];
	char architecture[32];
};

static struct member members[MOST_NODES];
static int total, own = -1;
static int kmsg = -1;
static bool quiet;
static regex_t joined;

static struct {
	regex_t message;
	char meaning[200];
} failures[MOST_FAILURES];
static int failure_count;

static void read_failures(void)
{
	FILE *file = fopen(FAILURES, "re");
	char line[512];

	while (file && failure_count < MOST_FAILURES && fgets(line, sizeof(line), file)) {
		char *meaning = strchr(line, '\t');

		line[strcspn(line, "\n")] = 0;
		if (!meaning)
			continue;
		*meaning++ = 0;
		if (regcomp(&failures[failure_count].message, line, REG_EXTENDED | REG_NOSUB))
			continue;
		snprintf(failures[failure_count].meaning, sizeof(failures[0].meaning), "%s", meaning);
		failure_count++;
	}
	if (file)
		fclose(file);
}

static void read_addresses(const struct node_config *config)
{
	char list[sizeof(config->peers)];
	size_t length = strcspn(config->fabric_address, "/");

	strcpy(list, config->peers);
	for (char *one = strtok(list, ","); one && total < MOST_NODES; one = strtok(NULL, ",")) {
		snprintf(members[total].address, sizeof(members[total].address), "%s", one);
		if (strlen(one) == length && !strncmp(one, config->fabric_address, length))
			own = total;
		total++;
	}
}

int members_open(const struct node_config *config)
{
	if (regcomp(&joined, config->joined, REG_EXTENDED)) {
		errno = 0;
		report_error(STAGE_PEERS, "bad pattern: %s", config->joined);
		return -1;
	}
	quiet = *config->quiet == '1';
	read_addresses(config);
	read_failures();
	/* From the first message on: a peer may have joined before we look. */
	kmsg = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (kmsg < 0)
		report_error(STAGE_PEERS, "/dev/kmsg");
	return kmsg;
}

static void write_members(void)
{
	FILE *file = fopen(FILE_OF_MEMBERS ".new", "we");

	if (!file)
		return;
	for (int i = 0; i < total; i++)
		if (*members[i].architecture)
			fprintf(file, "%d %s %s\n", i, members[i].address, members[i].architecture);
	fclose(file);
	rename(FILE_OF_MEMBERS ".new", FILE_OF_MEMBERS);
}

static void report_members(void)
{
	static bool ready;
	int up = 0;

	for (int i = 0; i < total; i++)
		up += i != own && *members[i].architecture;
	report(STAGE_PEERS, "%d of %d", up, total - 1);
	if (up < total - 1 || ready)
		return;
	ready = true;
	report(STAGE_READY, "all peers joined");
	if (!quiet)
		report_everything();
}

static void join(const char *text, const regmatch_t *groups)
{
	int id = atoi(text + groups[1].rm_so);
	int length = (int)(groups[2].rm_eo - groups[2].rm_so);

	if (id < 0 || id >= total || id == own)
		return;
	snprintf(members[id].architecture, sizeof(members[id].architecture), "%.*s", length, text + groups[2].rm_so);
	write_members();
	report(STAGE_JOINED, "%d %s", id, members[id].architecture);
	report_members();
}

static void look_at(const char *text)
{
	regmatch_t groups[3];

	/* What we say ourselves comes back by the same log. */
	if (!strncmp(text, "popcorn-init: ", 14))
		return;
	if (!regexec(&joined, text, 3, groups, 0))
		join(text, groups);
	for (int i = 0; i < failure_count; i++) {
		if (regexec(&failures[i].message, text, 0, NULL, 0))
			continue;
		errno = 0;
		report_error(STAGE_PEERS, "%s (%s)", text, failures[i].meaning);
	}
}

/* A record is "PRIORITY,NUMBER,TIME,FLAGS;TEXT", a newline, and lines of other values (Documentation/ABI/testing/dev-kmsg). */
void members_update(void)
{
	char record[2048];
	ssize_t length;

	for (;;) {
		char *text;

		length = read(kmsg, record, sizeof(record) - 1);
		if (length < 0 && errno == EPIPE)
			continue; /* what was overwritten is lost, and the next is there */
		if (length <= 0)
			return;
		record[length] = 0;
		text = strchr(record, ';');
		if (!text)
			continue;
		text[1 + strcspn(text + 1, "\n")] = 0;
		look_at(text + 1);
	}
}
