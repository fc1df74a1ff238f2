/* getopt and getopt_long, whose position in argv moves with the program. */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt, optreset;

/* The place in a group of short options such as -xvf. */
static int within;

static int complain(char *const argv[], const char *what, const char *option, int length)
{
	if (opterr)
		fprintf(stderr, "%s: %s: %.*s\n", argv[0], what, length, option);
	return '?';
}

int getopt(int argc, char *const argv[], const char *options)
{
	if (!optind || optreset) {
		optreset = within = 0;
		optind = 1;
	}
	if (*options == '+' || *options == '-')
		options++;
	int quiet = *options == ':';

	if (optind >= argc || !argv[optind] || argv[optind][0] != '-' || !argv[optind][1])
		return -1;
	if (!within && !strcmp(argv[optind], "--")) {
		optind++;
		return -1;
	}
	const char *option = argv[optind] + 1 + within;
	const char *known = *option == ':' ? NULL : strchr(options, *option);
	int is_last = !option[1];

	optopt = (unsigned char)*option;
	if (!known || known[1] != ':') {
		within = is_last ? 0 : within + 1;
		optind += is_last;
		if (known)
			return optopt;
		return quiet ? '?' : complain(argv, "unrecognized option", option, 1);
	}
	optarg = is_last ? NULL : (char *)option + 1;
	within = 0;
	optind++;
	if (optarg || known[2] == ':')
		return optopt;
	if (optind >= argc) {
		complain(argv, "option requires an argument", quiet ? "" : option, 1);
		return quiet ? ':' : '?';
	}
	optarg = argv[optind++];
	return optopt;
}

static int take_long(int argc, char *const argv[], const char *options, const struct option *longs, int *index,
		     const char *name)
{
	size_t length = strcspn(name, "=");
	int quiet = *options == ':' || (strchr("+-", *options) && options[1] == ':');
	int found = -1, matches = 0;

	for (int i = 0; longs[i].name; i++) {
		if (strncmp(longs[i].name, name, length))
			continue;
		found = i;
		matches++;
		if (!longs[i].name[length]) {
			matches = 1;
			break;
		}
	}
	optind++;
	optopt = 0;
	if (matches != 1)
		return quiet ? '?' : complain(argv, matches ? "ambiguous option" : "unrecognized option", name, length);
	const struct option *option = &longs[found];

	optarg = name[length] ? (char *)name + length + 1 : NULL;
	if (optarg && option->has_arg == no_argument) {
		optopt = option->val;
		return quiet ? '?' : complain(argv, "option takes no argument", name, length);
	}
	if (!optarg && option->has_arg == required_argument) {
		if (optind >= argc) {
			optopt = option->val;
			if (!quiet)
				complain(argv, "option requires an argument", name, length);
			return quiet ? ':' : '?';
		}
		optarg = argv[optind++];
	}
	if (index)
		*index = found;
	if (!option->flag)
		return option->val;
	*option->flag = option->val;
	return 0;
}

static int next(int argc, char *const argv[], const char *options, const struct option *longs, int *index, int only)
{
	const char *word = argv[optind];

	if (!within && word[0] == '-' && word[1] == '-' && word[2])
		return take_long(argc, argv, options, longs, index, word + 2);
	if (!within && only && word[0] == '-' && word[1] && (word[2] || !strchr(options, word[1])))
		return take_long(argc, argv, options, longs, index, word + 1);
	return getopt(argc, argv, options);
}

/* Options may stand behind operands, which move to the end, as GNU's does it. */
static int any_order(int argc, char *const argv[], const char *options, const struct option *longs, int *index,
		     int only)
{
	if (!optind || optreset) {
		optreset = within = 0;
		optind = 1;
	}
	int first = optind, option = first;

	if (!within && *options != '+' && *options != '-')
		while (option < argc && argv[option] && (argv[option][0] != '-' || !argv[option][1]))
			option++;
	if (option >= argc || !argv[option])
		return -1;
	optind = option;
	int result = next(argc, argv, options, longs, index, only);
	int used = optind - option;

	/* Rotate the words of the option before the operands that were skipped. */
	if (option > first) {
		char **words = (char **)argv;

		for (int i = 0; i < used; i++) {
			char *word = words[option + i];

			memmove(&words[first + i + 1], &words[first + i], (option - first) * sizeof *words);
			words[first + i] = word;
		}
		optind = first + used;
	}
	return result;
}

int getopt_long(int argc, char *const argv[], const char *options, const struct option *longs, int *index)
{
	return any_order(argc, argv, options, longs, index, 0);
}

int getopt_long_only(int argc, char *const argv[], const char *options, const struct option *longs, int *index)
{
	return any_order(argc, argv, options, longs, index, 1);
}
