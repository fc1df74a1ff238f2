/* Strings: formats of every kind, conversions both ways, wide characters, and copies that live across hops. */
#include "torture.h"
#include <inttypes.h>
#include <wchar.h>

NOINLINE static void formats(void)
{
	char line[256];
	long count = pick(100000);
	double fraction = (count + 1) / 7.0;

	snprintf(line, sizeof line, "%5ld|%-8ld|%08lx|%+ld|%#lo", count, count, count, count, count);
	HOP();
	mix_text(line);
	snprintf(line, sizeof line, "%.3f|%10.2e|%g|%a|%-12.4f|%+.0f", fraction, fraction, fraction, fraction, fraction,
		 fraction);
	HOP();
	mix_text(line);
	snprintf(line, sizeof line, "%.*s|%-*s|%c|%%|%.2s", (int)pick(5), "precision", 12, "width", 'q', "cut");
	HOP();
	mix_text(line);
	snprintf(line, sizeof line, "%hhd|%hu|%" PRId64 "|%zu|%td|%jd", -3, (unsigned short)65535, INT64_MIN,
		 sizeof line, line + 9 - line, INTMAX_MAX);
	HOP();
	mix_text(line);
	mix(snprintf(line, 4, "%s", "longer than four"));
	mix_text(line);
}

NOINLINE static void conversions(void)
{
	char number[40], *end;
	long value = (long)pick(2000000) - 1000000;

	for (int base = 2; base <= 36; base += 17) {
		char digits[80], *digit = digits + sizeof digits;
		unsigned long rest = labs(value);

		*--digit = 0;
		do
			*--digit = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % base];
		while (rest /= base);
		HOP();
		mix(strtol(digit, &end, base) == labs(value) && !*end);
	}
	snprintf(number, sizeof number, "%.17g tail", value / 3.0);
	HOP();
	mix_double(strtod(number, &end));
	mix_text(end);
	int a = 0, b = 0;
	char word[8] = "";

	snprintf(number, sizeof number, "%ld: word 0x%x", value, (unsigned)pick(65536));
	HOP();
	mix(sscanf(number, "%d: %7s %x", &a, word, (unsigned *)&b));
	mix(a);
	mix(b);
	mix_text(word);
}

/* Pointers into the same string live on both sides of a hop. */
NOINLINE static void tokens(void)
{
	char fields[] = "alpha=1;beta=22;;gamma=333;delta", *outer, *inner;

	for (char *field = strtok_r(fields, ";", &outer); field; field = strtok_r(NULL, ";", &outer)) {
		char *name = strtok_r(field, "=", &inner);

		HOP();
		char *value = strtok_r(NULL, "=", &inner);

		HOP();
		mix_text(name);
		mix(value ? strtoul(value, NULL, 10) : 0);
	}
}

NOINLINE static void copies(void)
{
	char *joined = strdup("");

	for (int i = 0; i < 6; i++) {
		size_t length = strlen(joined);
		char piece[16];
		int added = snprintf(piece, sizeof piece, "<%u>", (unsigned)pick(1000));

		joined = realloc(joined, length + added + 1);
		HOP();
		memcpy(joined + length, piece, added + 1);
	}
	char *last = strrchr(joined, '<'), *part = strndup(joined, last - joined);

	HOP();
	mix_text(part);
	mix(strstr(joined, last) == last);
	mix(strcspn(joined, ">") + strspn(joined, "<0123456789"));
	free(part);
	free(joined);
}

NOINLINE static void wide(void)
{
	wchar_t line[64];
	int written = swprintf(line, 64, L"%ls %d %lc", L"wide", (int)pick(1000), (wint_t)L'z');

	HOP();
	mix(written);
	for (wchar_t *c = line; *c; c++)
		mix(*c);
	HOP();
	mix(wcstol(line + 5, NULL, 10));
	mix(wcschr(line, L'z') - line);
}

void text(void)
{
	formats();
	conversions();
	tokens();
	copies();
	wide();
}
