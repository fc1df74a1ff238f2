/* libc's constant texts, in memory that moves: each ISA's libc has them elsewhere, and a program may keep what strerror
 * says over a hop. A text is copied when it is asked for the first time, and then stays, so that it has one address. */
#define _GNU_SOURCE
#include "texts.h"
#include "runtime.h"
#include <langinfo.h>
#include <libgen.h>
#include <libintl.h>
#include <locale.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct popcorn_text {
	struct popcorn_text *next;
	char text[];
};

static char *find(struct popcorn_text *list, const char *text)
{
	for (; list; list = list->next)
		if (!strcmp(list->text, text))
			return list->text;
	return NULL;
}

char *popcorn_keep_text(const char *text)
{
	struct popcorn_text **head = &popcorn_shared()->texts, *first = __atomic_load_n(head, __ATOMIC_ACQUIRE);
	char *found = text ? find(first, text) : (char *)text;

	if (!text || found)
		return found;
	size_t size = strlen(text) + 1;
	struct popcorn_text *kept = malloc(sizeof *kept + size);

	if (!kept)
		return (char *)text;
	memcpy(kept->text, text, size);
	kept->next = first;
	while (!__atomic_compare_exchange_n(head, &kept->next, kept, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE)) {
		/* Somebody else may have been quicker with this very text. */
		found = find(kept->next, text);
		if (found) {
			free(kept);
			return found;
		}
	}
	return kept->text;
}

char *__popcorn_strerror(int error)
{
	return popcorn_keep_text(strerror(error));
}

char *__popcorn_strerror_l(int error, locale_t locale)
{
	return popcorn_keep_text(strerror_l(error, locale));
}

char *__popcorn_strsignal(int number)
{
	return popcorn_keep_text(strsignal(number));
}

const char *__popcorn_hstrerror(int error)
{
	return popcorn_keep_text(hstrerror(error));
}

const char *__popcorn_gai_strerror(int error)
{
	return popcorn_keep_text(gai_strerror(error));
}

char *__popcorn_nl_langinfo(nl_item item)
{
	return popcorn_keep_text(nl_langinfo(item));
}

char *__popcorn_nl_langinfo_l(nl_item item, locale_t locale)
{
	return popcorn_keep_text(nl_langinfo_l(item, locale));
}

/* Not what the program has given, for which there is no translation. */
static char *keep_other(char *result, const char *given)
{
	return result == given ? result : popcorn_keep_text(result);
}

char *__popcorn_gettext(const char *message)
{
	return keep_other(gettext(message), message);
}

char *__popcorn_dgettext(const char *domain, const char *message)
{
	return keep_other(dgettext(domain, message), message);
}

char *__popcorn_dcgettext(const char *domain, const char *message, int category)
{
	return keep_other(dcgettext(domain, message, category), message);
}

char *__popcorn_dcngettext(const char *domain, const char *one, const char *many, unsigned long n, int category)
{
	char *result = dcngettext(domain, one, many, n, category);

	return result == one || result == many ? result : popcorn_keep_text(result);
}

char *__popcorn_dngettext(const char *domain, const char *one, const char *many, unsigned long n)
{
	return __popcorn_dcngettext(domain, one, many, n, LC_MESSAGES);
}

char *__popcorn_ngettext(const char *one, const char *many, unsigned long n)
{
	return __popcorn_dcngettext(NULL, one, many, n, LC_MESSAGES);
}

char *__popcorn_textdomain(const char *domain)
{
	return popcorn_keep_text(textdomain(domain));
}

char *__popcorn_bindtextdomain(const char *domain, const char *directory)
{
	return popcorn_keep_text(bindtextdomain(domain, directory));
}

char *__popcorn_bind_textdomain_codeset(const char *domain, const char *codeset)
{
	return popcorn_keep_text(bind_textdomain_codeset(domain, codeset));
}

struct lconv *__popcorn_localeconv(void)
{
	struct lconv *conventions = &popcorn_shared()->conventions;

	if (!conventions->decimal_point) {
		struct lconv here = *localeconv();

		here.thousands_sep = popcorn_keep_text(here.thousands_sep);
		here.grouping = popcorn_keep_text(here.grouping);
		here.int_curr_symbol = popcorn_keep_text(here.int_curr_symbol);
		here.currency_symbol = popcorn_keep_text(here.currency_symbol);
		here.mon_decimal_point = popcorn_keep_text(here.mon_decimal_point);
		here.mon_thousands_sep = popcorn_keep_text(here.mon_thousands_sep);
		here.mon_grouping = popcorn_keep_text(here.mon_grouping);
		here.positive_sign = popcorn_keep_text(here.positive_sign);
		here.negative_sign = popcorn_keep_text(here.negative_sign);
		here.decimal_point = popcorn_keep_text(here.decimal_point);
		/* musl has one for all locales, so that it does not matter who is last. */
		*conventions = here;
	}
	return conventions;
}

/* "." where the path has no such part. */
static char *keep_outside(char *result, const char *path)
{
	return path && result >= path && result <= path + strlen(path) ? result : popcorn_keep_text(result);
}

char *__popcorn_basename(char *path)
{
	return keep_outside(basename(path), path);
}

char *__popcorn_dirname(char *path)
{
	return keep_outside(dirname(path), path);
}

char *__popcorn_ctermid(char *to)
{
	char *result = ctermid(to);

	return to ? result : popcorn_keep_text(result);
}

/* Entries that libc keeps in memory that moves (popcorn.ld), but for the protocol's name. */
static struct servent *keep_protocol(struct servent *entry)
{
	if (entry)
		entry->s_proto = popcorn_keep_text(entry->s_proto);
	return entry;
}

struct servent *__popcorn_getservbyname(const char *name, const char *protocol)
{
	return keep_protocol(getservbyname(name, protocol));
}

struct servent *__popcorn_getservbyport(int port, const char *protocol)
{
	return keep_protocol(getservbyport(port, protocol));
}
