/* Calls through pointers, of libc's functions and the program's, in types that cc lets pass: variable arguments where the
 * function has none, none where it has, and no prototype at all. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <migrate.h>
#include <monetary.h>
#include <pthread.h>
#include <pwd.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef void (*any)(void);

struct big {
	long a[5];
};

struct pair {
	int x, y;
};

static int sum(int n, ...)
{
	va_list ap;
	int s = 0;

	va_start(ap, n);
	for (int i = 0; i < n; i++) {
		s += va_arg(ap, int);
		check_migrate(NULL, NULL);
	}
	va_end(ap);
	return s;
}

static double mix(const char *format, ...)
{
	va_list ap;
	double s = 0;

	va_start(ap, format);
	for (; *format; format++) {
		migrate(!current_nid(), NULL, NULL);
		if (*format == 'd')
			s += va_arg(ap, int);
		else if (*format == 'f')
			s += va_arg(ap, double);
		else if (*format == 'b') {
			struct big b = va_arg(ap, struct big);

			s += b.a[0] + b.a[4];
		} else {
			struct pair p = va_arg(ap, struct pair);

			s += p.x * p.y;
		}
	}
	va_end(ap);
	return s;
}

static struct big give(const char *text, ...)
{
	va_list ap;

	va_start(ap, text);
	struct big b = {{va_arg(ap, int), 2, 3, 4, strlen(text)}};

	va_end(ap);
	return b;
}

static int plain(int a, double b, char c, short d)
{
	migrate(!current_nid(), NULL, NULL);
	return a + (int)b + c + d;
}

static long take(struct big b, int n)
{
	migrate(!current_nid(), NULL, NULL);
	long result = b.a[1] + n;

	b.a[1] = 0;
	return result;
}

enum { OPEN, FCNTL, MREMAP, IOCTL, PRINTF, SNPRINTF, SUM, MIX, GIVE, PLAIN, EXECL, STAT, TAKE, SSCANF, PRCTL, STRFMON, OPENAT,
       POW, MIGRATE, ERRNO };

static any table[] = {
	(any)open, (any)fcntl, (any)mremap, (any)ioctl, (any)printf, (any)snprintf, (any)sum, (any)mix, (any)give, (any)plain,
	(any)execl, (any)stat, (any)take, (any)sscanf, (any)prctl, (any)strfmon, (any)openat, (any)pow, (any)migrate,
	(any)__errno_location,
};

enum { STRLEN, SINL, GETENV, SCANDIR, GETPWUID, SEM_INIT, SEM_TRYWAIT, SIGACTION, VSNPRINTF };

static const any classes[] = {
	(any)strlen, (any)sinl, (any)getenv, (any)scandir, (any)getpwuid, (any)sem_init, (any)sem_trywait, (any)sigaction,
	(any)vsnprintf,
};

/* The same functions under other names. */
extern int other_stat(const char *, struct stat *) __asm__("stat");
extern int old_printf() __asm__("printf");
static int (*compare)(const void *, const void *) = (int (*)(const void *, const void *))strcmp;
static int (*const locks[])(pthread_mutex_t *) = {pthread_mutex_lock, pthread_mutex_trylock, pthread_mutex_unlock};

static volatile int zero;

static any pick(int i)
{
	return table[i + zero];
}

#define CALL(type, i) ((type)pick(i))
typedef int of_path(const char *, int, ...);
typedef int of_descriptor(int, int, ...);
typedef int of_format(const char *, ...);

static void files(void)
{
	static const char path[] = "pointers.tmp";
	struct stat st;
	int first = CALL(of_path *, OPEN)(path, O_RDWR | O_CREAT | O_TRUNC, 0640);
	int status = CALL(int (*)(const char *, struct stat *), STAT)(path, &st);
	int plain = CALL(int (*)(const char *, int, int), OPEN)(path, O_RDWR, 0);
	int (*old)() = CALL(int (*)(), OPEN);
	int unprototyped = old(path, O_RDWR);
	int at = CALL(int (*)(int, const char *, int, ...), OPENAT)(AT_FDCWD, path, O_RDONLY);
	int size = -1;

	printf("open %d %d %d %d, stat %d %o\n", first >= 0, plain > first, unprototyped > plain, at > unprototyped, status,
	       st.st_mode & 0777);
	migrate(!current_nid(), NULL, NULL);
	int set = CALL(of_descriptor *, FCNTL)(first, F_SETFL, O_APPEND), flags = CALL(of_descriptor *, FCNTL)(first, F_GETFL);

	printf("fcntl %d %o %d\n", set, flags & (O_APPEND | O_ACCMODE), CALL(of_descriptor *, FCNTL)(first, F_DUPFD, 50));
	int status2 = CALL(int (*)(int, unsigned long, ...), IOCTL)(first, FIONREAD, &size);

	printf("ioctl %d %d\n", status2, size);
	void *m = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	m = CALL(void *(*)(void *, size_t, size_t, int, ...), MREMAP)(m, 8192, 65536, MREMAP_MAYMOVE);
	printf("mremap %d\n", m != MAP_FAILED);
	unlink(path);
}

static void formats(void)
{
	char text[100], word[10];
	int n;
	float f;

	CALL(of_format *, PRINTF)("printf %d %s %.2f %Lf %ld\n", 1, "two", 3.0, (long double)4, 5L);
	CALL(int (*)(), PRINTF)("without a prototype %d %s %.2f\n", 1, "two", 3.0);
	CALL(int (*)(char *, size_t, const char *, ...), SNPRINTF)(text, sizeof text, "%d-%.1f-%d-%d-%d-%d-%.1f-%d", 1, 2.5, 3, 4, 5,
								  6, 7.5, 8);
	puts(text);
	migrate(!current_nid(), NULL, NULL);
	int got = CALL(int (*)(const char *, const char *, ...), SSCANF)("12 word 2.5", "%d %9s %f", &n, word, &f);

	printf("sscanf %d %d %s %.1f\n", got, n, word, f);
	CALL(ssize_t (*)(char *, size_t, const char *, ...), STRFMON)(text, sizeof text, "%n %n", 12.5, 2.25);
	printf("strfmon %s\n", text);
	CALL(of_descriptor *, PRCTL)(PR_SET_NAME, (long)"pointer");
	memset(text, 0, sizeof text);
	CALL(int (*)(int, ...), PRCTL)(PR_GET_NAME, text);
	printf("prctl %s\n", text);
}

static void own(void)
{
	struct big b = {{1, 2, 3, 4, 5}};
	struct pair p = {6, 7};

	printf("sum %d\n", CALL(int (*)(int, ...), SUM)(9, 1, 2, 3, 4, 5, 6, 7, 8, 9));
	printf("mix %.2f %.2f\n", CALL(double (*)(const char *, ...), MIX)("dfbpdf", 1, 0.5, b, p, 7, 0.25),
	       CALL(double (*)(const char *, ...), MIX)(""));
	b = CALL(struct big (*)(const char *, ...), GIVE)("four", 11);
	printf("give %ld %ld\n", b.a[0], b.a[4]);
	printf("plain %d %d\n", CALL(int (*)(int, ...), PLAIN)(1, 2.5, 'c', 4), CALL(int (*)(), PLAIN)(1, 2.5, 'c', 4));
	long taken = CALL(long (*)(struct big, ...), TAKE)(b, 40);

	printf("take %ld %ld\n", taken, b.a[1]);
	printf("pow %.1f\n", CALL(double (*)(double, ...), POW)(2.0, 10.0));
	CALL(void (*)(int, void (*)(void *), void *), MIGRATE)(!current_nid(), NULL, NULL);
}

static void given_to_libc(void)
{
	char rows[3][4] = {"b", "c", "a"};
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_key_t key;
	pthread_t thread;
	void *result;

	qsort(rows, 3, 4, compare);
	printf("sorted %s%s%s\n", rows[0], rows[1], rows[2]);
	pthread_key_create(&key, free);
	pthread_setspecific(key, malloc(10));
	pthread_create(&thread, NULL, (void *(*)(void *))strdup, "text");
	pthread_join(thread, &result);
	puts(result);
	for (int i = 0; i < 3; i++)
		printf("lock %d\n", locks[i](&mutex));
	atexit(tzset);
	signal(SIGINT, exit);
}

static int write_list(const char *format, ...)
{
	char text[100];
	va_list ap;

	va_start(ap, format);
	int n = ((int (*)(char *, size_t, const char *, va_list))classes[VSNPRINTF])(text, sizeof text, format, ap);

	va_end(ap);
	return printf("%s %d\n", text, n);
}

static int shown(const struct dirent *entry)
{
	return !strcmp(entry->d_name, "passwd");
}

/* One of each class of the table, in static data. */
static void all_classes(void)
{
	struct dirent **list;
	struct sigaction old;
	sem_t semaphore;
	int (*compare)(const struct dirent **, const struct dirent **) = zero ? NULL : alphasort;

	migrate(!current_nid(), NULL, NULL);
	printf("safe %zu\n", ((size_t (*)(const char *))classes[STRLEN])("safe"));
	printf("double %.3f\n", (double)((long double (*)(long double))classes[SINL])(0.5L));
	printf("module %s\n", ((char *(*)(const char *))classes[GETENV])("POINTERS"));
	int found = ((int (*)(const char *, struct dirent ***, int (*)(const struct dirent *),
			      int (*)(const struct dirent **, const struct dirent **)))classes[SCANDIR])("/etc", &list, shown, compare);

	printf("callback %d %s\n", found, list[0]->d_name);
	struct passwd *root = ((struct passwd *(*)(uid_t))classes[GETPWUID])(0);

	printf("node-local %s\n", root->pw_name);
	((int (*)(sem_t *, int, unsigned))classes[SEM_INIT])(&semaphore, 0, 1);
	printf("wrapped %d\n", ((int (*)(sem_t *))classes[SEM_TRYWAIT])(&semaphore));
	((int (*)(int, const struct sigaction *, struct sigaction *))classes[SIGACTION])(SIGINT, NULL, &old);
	printf("disposition %d\n", old.sa_handler == SIG_DFL);
	write_list("va_list %d %.1f", 1, 2.5);
}

int main(int argc, char **argv)
{
	any now[] = {(any)open, (any)stat, (any)other_stat, (any)printf, (any)old_printf, (any)__errno_location};

	files();
	formats();
	own();
	all_classes();
	given_to_libc();
	printf("equal %d %d %d %d %d %d\n", now[0] == pick(OPEN), now[1] == pick(STAT), now[2] == pick(STAT),
	       now[3] == pick(PRINTF), now[4] == pick(PRINTF), now[5] == pick(ERRNO));
	fflush(stdout);
	if (argc > 1)
		raise(SIGINT);
	CALL(int (*)(const char *, const char *, ...), EXECL)("/bin/echo", "echo", "another", "program", (char *)NULL);
	return 1;
}
