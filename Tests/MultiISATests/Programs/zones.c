/* Time zones: names and files of them, kept over hops. */
#define _GNU_SOURCE
#include <migrate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void hop(void)
{
	migrate(!current_nid(), NULL, NULL);
}

int main(int argc, char **argv)
{
	const char *zones[] = {"EST5EDT,M3.2.0,M11.1.0", "UTC0", "", "Europe/Berlin", "JST-9", ":Asia/Tokyo", "nonsense/zone", "ABCDEFGHIJKLMNOP3ABCDEFGHIJKLMNOQ,M3.2.0,M11.1.0"};
	time_t t = 1700000000;
	for (int i = 0; i < 8; i++) {
		setenv("TZ", zones[i], 1);
		hop();
		tzset();
		char *name = tzname[0], *other = tzname[1];
		hop();
		struct tm *tm = localtime(&t), mine;
		const char *zone = tm->tm_zone;
		localtime_r(&t, &mine);
		hop();
		char text[100];
		strftime(text, sizeof text, "%H %Z %z", tm);
		printf("%s: %s %s|%s|%s|%s|%ld %d %ld\n", zones[i], text, zone, mine.tm_zone, name, other, timezone, daylight, (long)mktime(&mine));
		hop();
		strftime(text, sizeof text, "%H %Z %z", &mine);
		printf("%s\n", text);
	}
	return 0;
}
