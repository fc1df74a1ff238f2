/* What libc gave, kept over hops. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <langinfo.h>
#include <libgen.h>
#include <locale.h>
#include <math.h>
#include <migrate.h>
#include <netdb.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <unistd.h>
#include <mntent.h>
#include <time.h>
#include <wchar.h>
#include <fcntl.h>

extern char **__environ, *__progname;
extern const unsigned short **__ctype_b_loc(void);

static void hop(void)
{
	migrate(!current_nid(), NULL, NULL);
}

static void *thread(void *p)
{
	int *mine = &errno;
	close(-1);
	printf("thread %d %d\n", mine == p, *mine == EBADF);
	return mine;
}

static FILE **const streams[] = {(FILE **)&stdin, (FILE **)&stdout};
static int *gam = &signgam;

int main(int argc, char **argv)
{
	int *e = &errno;
	char *name = program_invocation_name, *shortname = program_invocation_short_name;
	*e = 77;
	hop();
	printf("errno %d %d\n", *e, e == &errno);
	open("/nonexistent/x", O_RDONLY);
	printf("errno %d\n", *e == ENOENT);
	hop();
	printf("errno %d %d\n", errno == ENOENT, e == &errno);
	*e = 0;
	strtol("99999999999999999999", 0, 10);
	printf("strtol %d\n", *e == ERANGE);
	hop();
	lgamma(-0.5);
	hop();
	printf("signgam %d %d\n", signgam, *gam);
	printf("names %d %d %d\n", !strcmp(strrchr(name, '/') + 1, shortname), shortname == __progname, name == program_invocation_name);
	setenv("NEW", "value", 1);
	hop();
	printf("environ %d %s\n", environ == __environ, getenv("NEW"));
	fflush(stdout);
	system("echo child $NEW");
	setenv("TZ", "EST5EDT", 1);
	tzset();
	time_t t = 1700000000;
	struct tm *tm = localtime(&t);
	hop();
	printf("hour %d %s %ld %s\n", tm->tm_hour, tm->tm_zone, timezone / 3600, tzname[0]);
	char text[100];
	strftime(text, sizeof text, "%Z %z", tm);
	printf("strftime %s\n", text);
	struct in_addr a = { htonl(0x01020304) };
	char *dots = inet_ntoa(a);
	hop();
	printf("inet %s\n", dots);
	struct passwd *pw = getpwnam("root");
	hop();
	printf("pw %s %s %d\n", pw->pw_name, pw->pw_dir, pw == getpwuid(0));
	setpwent();
	pw = getpwent();
	char first[32];
	strcpy(first, pw->pw_name);
	hop();
	pw = getpwent();
	printf("pwent %s %d\n", first, strcmp(pw->pw_name, first) != 0);
	endpwent();
	struct group *gr = getgrnam("root");
	hop();
	printf("gr %s\n", gr->gr_name);
	char *l = l64a(12345);
	hop();
	printf("l64a %s\n", l);
	int d, s;
	char *ec = ecvt(3.25, 4, &d, &s);
	hop();
	printf("ecvt %s\n", ec);
	char *tmp = tmpnam(NULL);
	hop();
	printf("tmpnam %d\n", !strncmp(tmp, "/tmp/", 5));
	struct protoent *pe = getprotobyname("tcp");
	hop();
	printf("proto %s %d\n", pe->p_name, pe->p_proto);
	struct servent *se = getservbyname("80", "tcp");
	if (!se) se = getservbyname("http", "tcp");
	hop();
	printf("serv %s\n", se ? se->s_proto : "none");
	char *er = strerror(ENOENT), *sg = strsignal(SIGINT), *ga = (char *)gai_strerror(EAI_FAMILY), *hs = (char *)hstrerror(HOST_NOT_FOUND);
	hop();
	printf("texts %s, %s, %s, %s\n", er, sg, ga, hs);
	printf("same %d\n", er == strerror(ENOENT));
	struct lconv *lc = localeconv();
	char *cs = nl_langinfo(CODESET), *day = nl_langinfo(DAY_1), *lo = setlocale(LC_ALL, NULL), *bn = basename(""), *dn = dirname(""), *ct = ctermid(NULL);
	hop();
	printf("locale %s %s %s %s %s %s %s\n", lc->decimal_point, cs, day, lo, bn, dn, ct);
	const unsigned short *ctype = *__ctype_b_loc();
	hop();
	printf("ctype %d\n", ctype['a'] == (*__ctype_b_loc())['a']);
	h_errno = 3;
	int *h = &h_errno;
	hop();
	printf("h_errno %d %d\n", h_errno, h == &h_errno);
	fprintf(*streams[1], "stream %d\n", streams[1] == (FILE **)&stdout);
	FILE *m = setmntent("/proc/mounts", "r");
	if (m) { struct mntent *me = getmntent(m);
	hop();
	printf("mnt %s\n", me->mnt_dir);
	endmntent(m);
	}
	wchar_t w;
	mbtowc(NULL, NULL, 0);
	setlocale(LC_ALL, "C.UTF-8");
	int r1 = mbrtowc(&w, "\xc3", 1, NULL);
	hop();
	setlocale(LC_ALL, "C.UTF-8");
	int r2 = mbrtowc(&w, "\xa9", 1, NULL);
	printf("mb %d %d %x\n", r1, r2, w);
	pthread_t th;
	void *res;
	pthread_create(&th, 0, thread, e);
	pthread_join(th, &res);
	printf("other %d\n", res != e);
	return 0;
}
