/* Constructors and destructors run once, in order, and handlers of exit, signals and migrate where they belong. */
#include <migrate.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int sequence;

static void hop(void)
{
	migrate(!current_nid(), NULL, NULL);
}

__attribute__((constructor(200))) static void second_constructor(void)
{
	hop();
	printf("constructor %d\n", ++sequence);
}

__attribute__((constructor(150))) static void first_constructor(void)
{
	printf("constructor %d\n", ++sequence);
	hop();
}

__attribute__((destructor)) static void destructor(void)
{
	hop();
	printf("destructor %d\n", ++sequence);
}

static void at_exit(void)
{
	hop();
	printf("handler %d\n", ++sequence);
}

static volatile int caught;

static int depth(int n)
{
	return n ? depth(n - 1) + n : ++caught;
}

static void on_signal(int number)
{
	/* It cannot hop, and its frames must not touch those below. */
	migrate(!current_nid(), NULL, NULL);
	depth(50);
}

static int interrupted(int a, int b, int c)
{
	raise(SIGUSR1);
	int s = a * b + c;

	hop();
	kill(getpid(), SIGUSR1);
	return s + a;
}

static void moved(void *text)
{
	/* Printed on arrival only: the plain build never gets here. */
	fprintf(stderr, "%s\n", (char *)text);
}

int main(int argc, char **argv)
{
	printf("main %d\n", ++sequence);
	atexit(at_exit);
	hop();
	atexit(at_exit);
	signal(SIGUSR1, on_signal);
	hop();
	printf("interrupted %d\n", interrupted(3, 4, 5));
	printf("caught %d\n", caught);
	migrate(!current_nid(), moved, "callback on arrival");
	printf("environment %s\n", getenv("LIFECYCLE") ? getenv("LIFECYCLE") : "none");
	printf("argument %s\n", argv[argc - 1]);
	exit(9);
}
