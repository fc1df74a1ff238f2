/* Function pointers: in tables, structures, arguments and statics; compared; called by the library. */
#include "torture.h"

typedef long (*operation)(long, long);

NOINLINE static long add(long a, long b)
{
	HOP();
	return (long)((unsigned long)a + b);
}

NOINLINE static long subtract(long a, long b)
{
	return (long)((unsigned long)a - b);
}

NOINLINE static long multiply(long a, long b)
{
	return add((long)((unsigned long)a * b), 1);
}

static const operation table[] = { add, subtract, multiply };
static operation current = add;

static struct {
	const char *name;
	operation run;
	long (**next)(long, long);
} chained = { "chained", multiply, &current };

NOINLINE static long fold(const int *values, int n, operation f)
{
	long s = 1;

	for (int i = 0; i < n; i++)
		s = f(s, values[i]);
	return s;
}

static int compare(const void *a, const void *b)
{
	HOP();
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static operation choose(int n)
{
	return n % 2 ? table[n % 3] : *chained.next;
}

/* A returned function that returns a function. */
static operation (*chooser(void))(int)
{
	HOP();
	return choose;
}

void pointers(void)
{
	int values[60];

	for (int i = 0; i < 60; i++)
		values[i] = pick(1009);
	for (int i = 0; i < 3; i++)
		mix(fold(values, 10, table[i]));
	qsort(values, 60, sizeof *values, compare);
	for (int i = 0; i < 60; i++)
		mix(values[i]);
	int key = values[pick(60)], *found = bsearch(&key, values, 60, sizeof *values, compare);

	mix(found ? *found : -1);
	current = current == add ? subtract : add;
	mix(current(7, 5));
	mix(current == table[0]);
	mix(chained.run(3, 4) + (*chained.next)(9, 1));
	mix(chooser()(3)(10, 20));
	mix(strlen(chained.name) + (strlen == (size_t (*)(const char *))strlen));
	size_t (*length)(const char *) = strlen;

	mix(length("through a pointer"));
}
