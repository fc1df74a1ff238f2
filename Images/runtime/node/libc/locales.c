/* The program's locale. What libc keeps of it belongs to the node, but for its names, by which another node sets the same
 * when a thread arrives. */
#include "locales.h"
#include "runtime.h"
#include "texts.h"
#include <errno.h>
#include <locale.h>
#include <string.h>

void popcorn_refresh_locale(void)
{
	static uint32_t seen;
	uint32_t changes = __atomic_load_n(&popcorn_shared()->locale_changes, __ATOMIC_ACQUIRE);
	int saved = errno;

	if (changes == seen)
		return;
	setlocale(LC_ALL, popcorn_shared()->locale);
	seen = changes;
	errno = saved;
}

char *__popcorn_setlocale(int category, const char *name)
{
	char *result = popcorn_keep_text(setlocale(category, name));

	if (name && result) {
		strncpy(popcorn_shared()->locale, setlocale(LC_ALL, NULL), POPCORN_LOCALE_SIZE - 1);
		__atomic_fetch_add(&popcorn_shared()->locale_changes, 1, __ATOMIC_RELEASE);
	}
	return result;
}
