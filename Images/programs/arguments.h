/* Arguments of the form `--name NUMBER`. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct argument {
	const char *name;
	uint64_t *value;
	uint64_t least, most;
};

static inline bool read_argument(const struct argument *arguments, int known, const char *name, const char *text)
{
	for (int i = 0; i < known && text; i++) {
		if (strncmp(name, "--", 2) || strcmp(name + 2, arguments[i].name))
			continue;
		char *end;
		uint64_t value = strtoull(text, &end, 10);

		if (*text < '0' || *text > '9' || *end || value < arguments[i].least || value > arguments[i].most)
			return false;
		*arguments[i].value = value;
		return true;
	}
	return false;
}

/* Returns false, after a message on stderr, for arguments that the table of `known` ones does not have or allow. */
static inline bool read_arguments(const struct argument *arguments, int known, int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		if (read_argument(arguments, known, argv[i], argv[i + 1]))
			continue;
		fprintf(stderr, "%s: cannot use %s %s\nusage: %s", argv[0], argv[i], argv[i + 1] ? argv[i + 1] : "",
			argv[0]);
		for (int k = 0; k < known; k++)
			fprintf(stderr, " [--%s %llu..%llu]", arguments[k].name, (unsigned long long)arguments[k].least,
				(unsigned long long)arguments[k].most);
		fprintf(stderr, "\n");
		return false;
	}
	return true;
}

#endif
