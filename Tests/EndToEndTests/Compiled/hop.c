/* One thread that goes to the next node and back (ends.c has what ends there):
 *
 *   hop print ROUNDS   hop loop ROUNDS   hop route ROUNDS (through all nodes)
 *   hop spin           until it is asked to move; then it comes home
 *   hop cat            its input, from there
 *   hop who            its user, groups and directory are the same there
 *   hop data MIB       touches so much static data there, and looks at it from home
 *   hop brief US       the process exits with 5 that many us after its thread left
 *   hop stop           SIGSTOP and SIGCONT at the origin, of `hop cat`, as job control does it
 *   hop as UID WORDS   `hop WORDS` as this user
 *
 * Exits with 2 where the thread has not moved. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <migrate.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int home;
static const char *program;

/* In one call. */
static void say(const char *format, ...)
{
	char text[512];
	va_list list;

	va_start(list, format);
	int size = vsnprintf(text, sizeof text, format, list);

	va_end(list);
	if (write(1, text, size) != size)
		exit(5);
}

static const char *isa(void)
{
	return current_arch() == ARCH_X86_64 ? "x86_64" : "aarch64";
}

static int next_node(void)
{
	return (current_nid() + 1) % total_act_nodes();
}

static void go(int node)
{
	migrate(node, NULL, NULL);
	if (current_nid() != node)
		exit(2);
}

static int print(long rounds)
{
	int away = next_node();

	say("hello, world (node %d, %s)\n", current_nid(), isa());
	for (long i = 0; i < 2 * rounds; i++) {
		go(i % 2 ? home : away);
		say("hello, world (node %d, %s)\n", current_nid(), isa());
	}
	return 0;
}

static int compare(const char *what, uint64_t is, uint64_t expected)
{
	say("%s %llu, expected %llu\n", what, (unsigned long long)is, (unsigned long long)expected);
	return is != expected;
}

static int loop(long rounds)
{
	int away = next_node();
	uint64_t sum = 0;

	for (long i = 1; i <= rounds; i++) {
		sum += i;
		go(away);
		sum += 1000 * i;
		go(home);
	}
	return compare("sum", sum, 1001 * rounds * (rounds + 1) / 2);
}

/* Onward, without coming home between. */
static int route(long rounds)
{
	long count = total_act_nodes(), visits = 0;

	for (long i = 0; i < rounds * count; i++) {
		visits += current_nid() + 1;
		go(next_node());
	}
	return compare("visits", visits, rounds * count * (count + 1) / 2) || current_nid() != home;
}

static int spin(long unused)
{
	go(next_node());
	say("spinning on %s\n", isa());
	while (current_nid() != home) {
		usleep(1000);
		check_migrate(NULL, NULL);
	}
	say("back on %s\n", isa());
	return 0;
}

static int cat(long unused)
{
	char data[4096];
	ssize_t got;

	go(next_node());
	while ((got = read(0, data, sizeof data)) > 0)
		say("got: %.*s", (int)got, data);
	say("end of file on %s (%d)\n", isa(), got < 0 ? errno : 0);
	dprintf(2, "to stderr from %s\n", isa());
	return 3;
}

struct person {
	uid_t user, effective;
	gid_t group, groups[64];
	int count;
	char directory[256];
};

static void describe(struct person *person)
{
	memset(person, 0, sizeof *person);
	person->user = getuid();
	person->effective = geteuid();
	person->group = getgid();
	person->count = getgroups(64, person->groups);
	getcwd(person->directory, sizeof person->directory);
	say("%s: %u %u %u, %d groups, in %s\n", isa(), person->user, person->effective, person->group, person->count,
	    person->directory);
}

static int who(long unused)
{
	static struct person here, there;

	describe(&here);
	go(next_node());
	describe(&there);
	return memcmp(&here, &there, sizeof here) != 0;
}

#define PAGE 4096
#define MOST ((size_t)64 << 20)

static int touch_data(long mebibytes)
{
	static char data[MOST];
	size_t size = (size_t)mebibytes << 20, wrong = 0;

	if (size > MOST)
		return 64;
	go(next_node());
	for (size_t i = 0; i < size; i += PAGE)
		data[i] = i / PAGE + 1;
	go(home);
	for (size_t i = 0; i < size; i += PAGE)
		wrong += data[i] != (char)(i / PAGE + 1) || data[i + 1];
	return wrong != 0;
}

static atomic_int is_leaving;

static void *leave_and_stay(void *unused)
{
	is_leaving = 1;
	migrate(next_node(), NULL, NULL);
	for (;;)
		pause();
}

static int be_brief(long microseconds)
{
	struct timespec delay = {microseconds / 1000000, microseconds % 1000000 * 1000};
	pthread_t thread;

	pthread_create(&thread, NULL, leave_and_stay, NULL);
	while (!is_leaving)
		usleep(100);
	nanosleep(&delay, NULL);
	return 5;
}

#define ANSWER "got: x"

/* Whether the answer comes, each part of it within the limit. */
static int answers(int from, int milliseconds)
{
	struct pollfd input = {from, POLLIN, 0};
	char text[sizeof ANSWER];
	size_t have = 0;

	while (have < strlen(ANSWER)) {
		if (poll(&input, 1, milliseconds) != 1)
			return 0;
		ssize_t got = read(from, text + have, strlen(ANSWER) - have);

		if (got <= 0)
			return 0;
		have += got;
	}
	return !memcmp(text, ANSWER, have);
}

static void be_cat(int input, int output)
{
	dup2(input, 0);
	dup2(output, 1);
	execl(program, program, "cat", NULL);
	_exit(72);
}

static int stop(long unused)
{
	int to[2], from[2], status;

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return 71;
	pid_t child = fork();

	if (!child)
		be_cat(to[0], from[1]);
	close(to[0]);
	close(from[1]);
	if (write(to[1], "x", 1) != 1 || !answers(from[0], 10000))
		return 1;
	kill(child, SIGSTOP);
	if (waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status))
		return 2;
	if (write(to[1], "x", 1) != 1 || answers(from[0], 500))
		return 3;
	kill(child, SIGCONT);
	if (!answers(from[0], 10000))
		return 4;
	close(to[1]);
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3 ? 0 : 5;
}

static int become(uid_t id, char **words)
{
	gid_t groups[] = {id, id + 1};

	if (setgroups(2, groups) == 0 && setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0)
		execv(words[0], words);
	return 71;
}

static const struct {
	const char *name;
	int (*run)(long number);
} modes[] = {
	{"print", print}, {"loop", loop}, {"route", route},	 {"spin", spin},      {"cat", cat},
	{"who", who},	  {"stop", stop}, {"data", touch_data}, {"brief", be_brief},
};

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	long number = argc > 2 ? atol(argv[2]) : 1;

	home = current_nid();
	program = argv[0];
	if (!strcmp(what, "as") && argc > 3) {
		argv[2] = argv[0];
		return become(number, argv + 2);
	}
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (!strcmp(what, modes[i].name))
			return modes[i].run(number);
	return 64;
}
