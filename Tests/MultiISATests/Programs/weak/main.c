/* Weak references and definitions of every form; the other files define some of them. */
#define _GNU_SOURCE
#include <migrate.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define WEAK __attribute__((weak))

/* Nowhere, though the table of libc's functions has patterns for such names. */
extern int str_hook(int) WEAK;
extern int mem_hook(const char *, ...) WEAK;
extern int absent_variable WEAK;
extern _Thread_local int absent_local WEAK;
extern int by_pragma(int);
#pragma weak by_pragma
static int referred(int) __attribute__((weakref("gone")));

/* In libc: the second is refused, as if it were absent. */
extern int pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) WEAK;
extern long syscall(long, ...) WEAK;
extern pid_t fork(void) WEAK;
extern char **environ WEAK;
static long time_of(void *) __attribute__((weakref("time")));

/* In other files, and a definition that another file overrides. */
extern int other(int) WEAK;
extern int weakly(int) WEAK;
WEAK int both(int n)
{
	return n;
}
WEAK int data = 1;
int real(int n)
{
	return n + 7;
}
extern int named(int) __attribute__((weak, alias("real")));
extern int aliased(int) __attribute__((weak, alias("real")));

/* In an archive: a weak reference takes no member, that of another file does. */
extern int in_archive(int) WEAK;
extern int asked_for(int) WEAK;

static struct {
	const char *name;
	int (*function)(int);
	int *data;
} table[] = {
	{"str_hook", str_hook, &absent_variable}, {"by_pragma", by_pragma, NULL}, {"referred", referred, NULL},
	{"other", other, &data}, {"weakly", weakly, NULL}, {"both", both, NULL}, {"named", named, NULL},
	{"aliased", aliased, NULL}, {"in_archive", in_archive, NULL}, {"asked_for", asked_for, NULL},
};

static int (*const constant)(int) = str_hook;
static unsigned long number = (unsigned long)str_hook;

int main(int argc, char **argv)
{
	for (int i = 0; i < (int)(sizeof table / sizeof *table); i++) {
		migrate(!current_nid(), NULL, NULL);
		printf("%s %d %d\n", table[i].name, table[i].function ? table[i].function(1) : -1,
		       table[i].data ? *table[i].data : -1);
	}
	if (str_hook)
		str_hook(1);
	if (mem_hook)
		mem_hook("x", 1, 2);
	printf("null %d %d %d\n", !constant && !number, &absent_variable == NULL, &absent_local == NULL);
	printf("libc %d %d %d %d %d\n", pthread_create != NULL, fork != NULL, &environ != NULL, time_of && time_of(NULL) > 0,
	       syscall ? syscall(0) == 0 : -1);
	if (migrate)
		migrate(!current_nid(), NULL, NULL);
	if (fork && fork() == 0)
		_exit(0);
	fflush(stdout);
	return argc > 1 ? str_hook(2) : 0;
}
