/* The environment as part of the program. The list's head is libc's, which lies in the program's data (popcorn.ld): so the
 * functions of libc that read it, tzset for one, see what the program has set. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static size_t count(void)
{
	size_t n = 0;

	while (environ && environ[n])
		n++;
	return n;
}

/* Where a name stands, or the end of the list. */
static size_t find(const char *name, size_t length)
{
	size_t i = 0;

	while (environ && environ[i] && (strncmp(environ[i], name, length) || environ[i][length] != '='))
		i++;
	return i;
}

char *getenv(const char *name)
{
	size_t length = strlen(name), i = find(name, length);

	return length && environ && environ[i] ? environ[i] + length + 1 : NULL;
}

char *secure_getenv(const char *name)
{
	return getenv(name);
}

int putenv(char *entry)
{
	size_t length = strcspn(entry, "="), n = count();

	if (!entry[length])
		return unsetenv(entry);
	size_t i = find(entry, length);

	if (i == n) {
		/* Lists are not freed: the program may hold a pointer to an old one. */
		char **larger = malloc((n + 2) * sizeof *larger);

		if (!larger)
			return -1;
		if (n)
			memcpy(larger, environ, n * sizeof *larger);
		larger[n + 1] = NULL;
		environ = larger;
	}
	environ[i] = entry;
	return 0;
}

int setenv(const char *name, const char *value, int replace)
{
	size_t length = strlen(name), value_length = strlen(value);

	if (!length || memchr(name, '=', length)) {
		errno = EINVAL;
		return -1;
	}
	if (!replace && getenv(name))
		return 0;
	char *entry = malloc(length + value_length + 2);

	if (!entry)
		return -1;
	memcpy(entry, name, length);
	entry[length] = '=';
	memcpy(entry + length + 1, value, value_length + 1);
	return putenv(entry);
}

int unsetenv(const char *name)
{
	size_t length = strlen(name);

	if (!length || memchr(name, '=', length)) {
		errno = EINVAL;
		return -1;
	}
	for (size_t i; environ && environ[i = find(name, length)];)
		for (; environ[i]; i++)
			environ[i] = environ[i + 1];
	return 0;
}

int clearenv(void)
{
	environ = NULL;
	return 0;
}
