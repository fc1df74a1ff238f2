/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A line a module, in load order: "now|wait PATH ARGUMENTS". */
#define LIST "/etc/popcorn/modules"

#define MOST 16

struct item {
	bool waits;
	char path[128];
	char arguments[1024];
};

static struct item items[MOST];
static pid_t loader;

bool layer_is_own(void)
{
	return !access(LIST, F_OK);
}

static int read_list(void)
{
	FILE *file = fopen(LIST, "re");
	char line[1200], how[8];
	int count = 0, end;

	if (!file) {
		report_error(STAGE_MODULES, LIST);
		return 0;
	}
	while (count < MOST && fgets(line, sizeof(line), file)) {
		struct item *item = &items[count];

		line[strcspn(line, "\n")] = 0;
		if (sscanf(line, "%7s %127s %n", how, item->path, &end) != 2)
			continue;
		item->waits = !strcmp(how, "wait");
		snprintf(item->arguments, sizeof(item->arguments), "%s", line + end);
		count++;
	}
	fclose(file);
	return count;
}

static const char *name(const struct item *item)
{
	const char *slash = strrchr(item->path, '/');

	return slash ? slash + 1 : item->path;
}

/* In the child. An error stands in the way of the peers: that modules are being loaded was reported before. */
static void load_rest(int from, int count)
{
	/* The shell's poweroff is not to reach what must not be interrupted. */
	signal(SIGTERM, SIG_IGN);
	for (int i = from; i < count; i++) {
		if (!module_insert(items[i].path, items[i].arguments)) {
			report_error(STAGE_PEERS, "insmod %s", name(&items[i]));
			_exit(1);
		}
		report(STAGE_MODULES, "%s", name(&items[i]));
	}
	_exit(0);
}

void layer_load(const struct node_config *config)
{
	int count = read_list(), i;

	for (i = 0; i < count && !items[i].waits; i++) {
		if (!module_load(items[i].path, items[i].arguments))
			return;
		if (i == 0 && *config->trace == '1')
			trace_popcorn();
	}
	if (i == count) {
		report(STAGE_MODULES, "%d loaded", count);
		return;
	}
	report(STAGE_MODULES, "%s waits for its peers", name(&items[i]));
	loader = fork();
	if (!loader)
		load_rest(i, count);
	if (loader < 0)
		report_error(STAGE_PEERS, "fork");
}

bool layer_is_loading(void)
{
	return loader > 0;
}

void layer_reap(pid_t child)
{
	if (child == loader)
		loader = 0;
}
