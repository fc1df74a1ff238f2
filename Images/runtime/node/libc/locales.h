/* The program's locale. See locales.c. */
#ifndef POPCORN_LOCALES_H
#define POPCORN_LOCALES_H

/* Makes this node's locale that of the program, if it has changed. */
void popcorn_refresh_locale(void);

#endif
