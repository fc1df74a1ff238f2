/* Functions that have the names of libc's, and addresses: libc's own calls must not reach them. */
int printf(const char *, ...);
int fflush(void *);
int raise(int);
void (*signal(int, void (*)(int)))(int);
void exit(int);

static int read(int n)
{
	return n + 1;
}

static int write(int n)
{
	return n + 2;
}

static int malloc(int n)
{
	return n + 3;
}

static struct {
	int (*read)(int), (*write)(int), (*malloc)(int);
} operations = {read, write, malloc};

int main(void)
{
	volatile int one = 1;

	printf("%d %d %d\n", operations.read(one), operations.write(one), operations.malloc(one));
	signal(2, exit);
	raise(2);
	return 1;
}
