/* Formats that are no constants, looked at when they are used. */
#include "formats.h"
#include "format.h"
#include <string.h>
#include <wchar.h>

static uint32_t character(const void *format, size_t i, size_t width)
{
	return width == 1 ? ((const unsigned char *)format)[i] : (uint32_t)((const wchar_t *)format)[i];
}

static void set_character(void *format, size_t i, size_t width, uint32_t c)
{
	if (width == 1)
		((char *)format)[i] = (char)c;
	else
		((wchar_t *)format)[i] = (wchar_t)c;
}

size_t popcorn_format_size(const void *format, size_t width, bool scans)
{
	struct popcorn_format state = { .scans = scans };
	bool is_used = false;
	size_t i = 0;
	uint32_t c;

	/* Nearly all of them. */
	if (!format || !(width == 1 ? (void *)strchr(format, 'L') : (void *)wcschr(format, L'L')))
		return 0;
	do {
		c = character(format, i++, width);
		is_used |= popcorn_format_step(&state, c);
	} while (c);
	return is_used ? i * width : 0;
}

void *popcorn_copy_format(void *to, const void *format, size_t width, bool scans)
{
	struct popcorn_format state = { .scans = scans };
	size_t i = 0, end = 0;
	uint32_t c;

	do {
		c = character(format, i++, width);
		/* printf's double needs no letter, scanf's an l. */
		if (popcorn_format_step(&state, c)) {
			if (scans)
				set_character(to, end - 1, width, 'l');
			else
				end--;
		}
		set_character(to, end++, width, c);
	} while (c);
	return to;
}
