/* Time zones. What libc knows of them lies in memory that moves (popcorn.ld, map_file.c), but for one text: a zone without
 * summer time has an empty name for it, which is a constant of libc's. */
#define _GNU_SOURCE
#include "texts.h"
#include <time.h>

static void share_names(void)
{
	for (int i = 0; i < 2; i++)
		if (tzname[i] && !*tzname[i])
			tzname[i] = popcorn_keep_text("");
}

void __popcorn_tzset(void)
{
	tzset();
	share_names();
}

struct tm *__popcorn_localtime_r(const time_t *time, struct tm *to)
{
	struct tm *result = localtime_r(time, to);

	share_names();
	if (result && !*result->tm_zone)
		result->tm_zone = popcorn_keep_text("");
	return result;
}

time_t __popcorn_mktime(struct tm *time)
{
	time_t result = mktime(time);

	share_names();
	if (time->tm_zone && !*time->tm_zone)
		time->tm_zone = popcorn_keep_text("");
	return result;
}
