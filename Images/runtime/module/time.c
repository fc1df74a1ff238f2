/* Broken-down times in memory that moves. */
#define _GNU_SOURCE
#include <string.h>
#include <time.h>

static struct tm result;
static char zone[32], text[64];

/* The zone's name is libc's, on the node that made it. */
static struct tm *with_zone(struct tm *tm)
{
	if (tm && tm->tm_zone) {
		strncpy(zone, tm->tm_zone, sizeof zone - 1);
		tm->tm_zone = zone;
	}
	return tm;
}

struct tm *gmtime(const time_t *time)
{
	return with_zone(gmtime_r(time, &result));
}

struct tm *localtime(const time_t *time)
{
	return with_zone(localtime_r(time, &result));
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
