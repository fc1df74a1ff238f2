/* Where a format of printf or scanf speaks of long double. The compiler asks for constants, the runtime for all others. */
#ifndef POPCORN_FORMAT_H
#define POPCORN_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

enum popcorn_format_place {
	POPCORN_FORMAT_TEXT,
	POPCORN_FORMAT_DIRECTIVE, /* after '%' */
	POPCORN_FORMAT_LONG,      /* after the L of a directive */
	POPCORN_FORMAT_SET_START, /* after scanf's %[ */
	POPCORN_FORMAT_SET_FIRST, /* after %[^ */
	POPCORN_FORMAT_SET,       /* after the set's first character, which may be a ']' */
};

struct popcorn_format {
	enum popcorn_format_place place;
	bool scans;
};

/* Reads the next character of a format. Returns whether it converts a floating-point number and the character before it is
 * an L. An L before any other conversion is not ours: libc decides about %Ld. */
static inline bool popcorn_format_step(struct popcorn_format *format, uint32_t c)
{
	enum popcorn_format_place before = format->place;

	switch (before) {
	case POPCORN_FORMAT_TEXT:
		format->place = c == '%' ? POPCORN_FORMAT_DIRECTIVE : POPCORN_FORMAT_TEXT;
		return false;
	case POPCORN_FORMAT_SET_START:
		format->place = c == '^' ? POPCORN_FORMAT_SET_FIRST : POPCORN_FORMAT_SET;
		return false;
	case POPCORN_FORMAT_SET_FIRST:
		format->place = POPCORN_FORMAT_SET;
		return false;
	case POPCORN_FORMAT_SET:
		if (c == ']')
			format->place = POPCORN_FORMAT_TEXT;
		return false;
	case POPCORN_FORMAT_DIRECTIVE:
	case POPCORN_FORMAT_LONG:
		break;
	}
	switch (c) {
	case 'L':
		format->place = POPCORN_FORMAT_LONG;
		return false;
	/* Flags, positions, widths, precisions, the other lengths. */
	case '#':
	case '-':
	case '+':
	case ' ':
	case '\'':
	case '*':
	case '.':
	case '$':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
	case 'h':
	case 'l':
	case 'j':
	case 'z':
	case 't':
		format->place = POPCORN_FORMAT_DIRECTIVE;
		return false;
	case 'm': /* printf's error message, and scanf's wish for memory: %ms */
		format->place = format->scans ? POPCORN_FORMAT_DIRECTIVE : POPCORN_FORMAT_TEXT;
		return false;
	case '[':
		format->place = format->scans ? POPCORN_FORMAT_SET_START : POPCORN_FORMAT_TEXT;
		return false;
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		format->place = POPCORN_FORMAT_TEXT;
		return before == POPCORN_FORMAT_LONG;
	default:
		format->place = POPCORN_FORMAT_TEXT;
		return false;
	}
}

#endif
