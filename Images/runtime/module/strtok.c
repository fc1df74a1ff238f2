/* strtok, whose position moves with the program. */
#include <string.h>

char *strtok(char *restrict text, const char *restrict separators)
{
	static char *rest;

	return strtok_r(text, separators, &rest);
}
