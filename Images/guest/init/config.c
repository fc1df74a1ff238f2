/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct field {
	const char *key;
	size_t offset;
	size_t size;
};

#define FIELD(name) { #name, offsetof(struct node_config, name), sizeof(((struct node_config *)0)->name) }

static const struct field fields[] = {
	FIELD(hostname),
	FIELD(management_mac),
	FIELD(management_address),
	FIELD(management_gateway),
	FIELD(fabric_mac),
	FIELD(fabric_address),
	FIELD(fabric_mtu),
	FIELD(peers),
	FIELD(secret),
	FIELD(port),
	FIELD(silent_ms),
	FIELD(dead_ms),
	FIELD(auth),
	FIELD(root),
	FIELD(joined),
	FIELD(quiet),
	FIELD(trace),
};

static bool set(struct node_config *config, const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(fields[i].key, key))
			continue;
		if (strlen(value) >= fields[i].size)
			return false;
		strcpy((char *)config + fields[i].offset, value);
		return true;
	}
	return false;
}

bool config_load(struct node_config *config, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	bool good = true;

	memset(config, 0, sizeof(*config));
	if (!file) {
		report_error(STAGE_BOOTED, "%s", path);
		return false;
	}
	while (fgets(line, sizeof(line), file)) {
		char *equals = strchr(line, '=');

		line[strcspn(line, "\n")] = 0;
		if (!*line)
			continue;
		if (equals)
			*equals++ = 0;
		if (!equals || !set(config, line, equals)) {
			errno = 0;
			report_error(STAGE_BOOTED, "%s: bad line for '%s'", path, line);
			good = false;
		}
	}
	fclose(file);
	return good;
}
