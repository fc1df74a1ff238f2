/* What a case of a suite may do, by the first argument. */
#include <fcntl.h>
#include <migrate.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* By how much more another build of this says that it takes. */
#ifndef EXTRA_MS
#define EXTRA_MS 0
#endif

static int fail_once(void)
{
	int mark = open("/root/was-here", O_CREAT | O_EXCL | O_WRONLY, 0600);

	if (mark < 0)
		return 0;
	close(mark);
	return 3;
}

static void flood(void)
{
	static char line[65536];

	memset(line, 'x', sizeof(line) - 1);
	for (int i = 0; i < 16384; i++)
		puts(line);
}

static void panic(void)
{
	int sysrq = open("/proc/sysrq-trigger", O_WRONLY);

	if (sysrq < 0 || write(sysrq, "c", 1) != 1)
		exit(4);
	pause();
}

/* The process stays when the program seems to have ended. */
static void linger(void)
{
	if (fork())
		return;
	setsid();
	for (int i = 0; i < 3; i++)
		close(i);
	for (;;)
		pause();
}

int main(int count, char **arguments)
{
	const char *what = count > 1 ? arguments[1] : "";

	if (!strcmp(what, "once"))
		return fail_once();
	if (!strcmp(what, "exit"))
		return 7;
	if (!strcmp(what, "flood"))
		flood();
	if (!strcmp(what, "panic"))
		panic();
	if (!strcmp(what, "linger"))
		linger();
	if (!strcmp(what, "crash"))
		raise(SIGSEGV);
	if (!strcmp(what, "hang"))
		for (;;)
			pause();
	migrate(1, NULL, NULL);
	printf("took %d.5 ms\n", 40 + EXTRA_MS + (int)strlen(what));
	migrate(0, NULL, NULL);
	return 0;
}
