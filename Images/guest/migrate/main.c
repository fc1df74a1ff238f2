/* SPDX-License-Identifier: MIT */
/* Runs at the origin of the processes that it is about. */
#include <stdio.h>
#include <string.h>

#include "migrate.h"

static const struct {
	const char *name;
	int (*run)(int count, char **arguments);
} modes[] = {
	{ "move", move_threads },
	{ "drive", drive },
	{ "start", start },
	{ "hops", await_hops },
};

int main(int count, char **arguments)
{
	for (size_t i = 0; count > 1 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(arguments[1], modes[i].name))
			return modes[i].run(count - 2, arguments + 2);
	fprintf(stderr, "usage: popcorn-migrate move NODE TIMEOUT_MS PID/TID... | drive INTERVAL_MS LIMIT [SEED] |\n"
			"       start NAME PROGRAM... | hops COUNT\n");
	return 64;
}
