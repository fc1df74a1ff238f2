/* Broken-down times in memory that moves. */
#define _GNU_SOURCE
#include <time.h>

static struct tm result;
static char text[64];

struct tm *gmtime(const time_t *time)
{
	return gmtime_r(time, &result);
}

struct tm *localtime(const time_t *time)
{
	return localtime_r(time, &result);
}

char *asctime(const struct tm *tm)
{
	return asctime_r(tm, text);
}

char *ctime(const time_t *time)
{
	struct tm *tm = localtime(time);

	return tm ? asctime(tm) : NULL;
}
