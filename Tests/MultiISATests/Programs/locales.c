/* The locale moves with the program, and so do locales that it makes. */
#define _GNU_SOURCE
#include <langinfo.h>
#include <locale.h>
#include <migrate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <ctype.h>

static void hop(void)
{
	migrate(!current_nid(), NULL, NULL);
}

int main(void)
{
	printf("%s %zu %s\n", setlocale(LC_ALL, NULL), MB_CUR_MAX, nl_langinfo(CODESET));
	hop();
	printf("%s\n", setlocale(LC_ALL, ""));
	hop();
	printf("%s %zu %s\n", setlocale(LC_ALL, NULL), MB_CUR_MAX, nl_langinfo(CODESET));
	printf("%s\n", setlocale(LC_ALL, "de_DE.UTF-8"));
	hop();
	printf("%s %zu %s %s\n", setlocale(LC_ALL, NULL), MB_CUR_MAX, nl_langinfo(CODESET), strerror(2));
	hop();
	printf("%s\n", setlocale(LC_TIME, "C"));
	hop();
	printf("%s\n", setlocale(LC_ALL, NULL));
	char *k = setlocale(LC_ALL, NULL);
	hop();
	printf("%s\n", k);
	locale_t l = newlocale(LC_ALL_MASK, "fr_FR.UTF-8", 0);
	hop();
	printf("%s\n", nl_langinfo_l(CODESET, l));
	l = duplocale(l);
	hop();
	printf("%s %s\n", strerror_l(2, l), nl_langinfo_l(DAY_2, l));
	freelocale(l);
	l = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0);
	hop();
	printf("%d %d\n", strcoll_l("a", "b", l) < 0, toupper_l('a', l));
	wchar_t w[10];
	printf("%zu %x\n", mbstowcs(w, "\xc3\xa9", 10), w[0]);
	hop();
	setlocale(LC_ALL, "C");
	hop();
	printf("%zu %s\n", MB_CUR_MAX, setlocale(LC_ALL, NULL));
}
