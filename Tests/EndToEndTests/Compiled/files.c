/* Streams, descriptors and names of the origin, used from both nodes; children, which are the origin's. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <migrate.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void other_node(void)
{
	migrate(!current_nid(), NULL, NULL);
}

/* One stream, written and read from both nodes. */
static void streams(void)
{
	char line[100];
	FILE *file = tmpfile();

	fprintf(file, "written at home\n");
	other_node();
	fprintf(file, "written away\n");
	other_node();
	rewind(file);
	printf("%s", fgets(line, sizeof line, file));
	other_node();
	printf("%s", fgets(line, sizeof line, file));
	printf("end of file: %d\n", fgetc(file) == EOF && feof(file));
	fclose(file);
	other_node();
}

static void descriptors(void)
{
	char name[] = "/tmp/files-XXXXXX", buffer[100] = "", where[200];
	struct stat status;
	int ends[2];

	other_node();
	int file = mkstemp(name);

	printf("write %zd\n", write(file, "0123456789", 10));
	other_node();
	printf("lseek %ld\n", (long)lseek(file, -4, SEEK_CUR));
	other_node();
	printf("read %zd %s\n", read(file, buffer, sizeof buffer), buffer);
	printf("fstat %d, size %ld, same as by name: %d\n", fstat(file, &status), (long)status.st_size,
	       stat(name, &status) == 0 && status.st_size == 10);
	printf("flags: append %d\n", !!(fcntl(file, F_SETFL, O_APPEND) == 0 && fcntl(file, F_GETFL) & O_APPEND));
	printf("unlink %d, then open: %s\n", unlink(name), open(name, O_RDONLY) < 0 ? strerror(errno) : "there");
	printf("a directory is none: %s\n", open(name, O_DIRECTORY | O_RDONLY) < 0 ? strerror(errno) : "is");
	close(file);
	printf("pipe %d\n", pipe(ends));
	struct pollfd both[] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}};

	printf("poll %d: %d %d\n", poll(both, 2, 0), both[0].revents, both[1].revents);
	printf("read of a closed descriptor: %s\n", read(99, buffer, 1) < 0 ? strerror(errno) : "?");
	printf("cwd %s\n", chdir("/tmp") ? "?" : getcwd(where, sizeof where));
	other_node();
	printf("cwd %s\n", getcwd(where, sizeof where));
}

static void pass_descriptor(int through, int passed)
{
	char control[CMSG_SPACE(sizeof passed)] = {0};
	struct iovec parts[] = {{"two ", 4}, {"parts", 6}};
	struct msghdr message = {
		.msg_iov = parts, .msg_iovlen = 2, .msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof passed);
	memcpy(CMSG_DATA(header), &passed, sizeof passed);
	printf("sendmsg %zd\n", sendmsg(through, &message, 0));
}

static int take_descriptor(int through)
{
	char control[CMSG_SPACE(sizeof(int))] = {0}, first[3], second[20] = "";
	struct iovec parts[] = {{first, 3}, {second, sizeof second}};
	struct msghdr message = {
		.msg_iov = parts, .msg_iovlen = 2, .msg_control = control, .msg_controllen = sizeof control};
	int taken = -1;
	ssize_t size = recvmsg(through, &message, 0);

	printf("recvmsg %zd: %.3s|%s, control %d, flags %x\n", size, first, second, (int)message.msg_controllen,
	       message.msg_flags);
	memcpy(&taken, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof taken);
	return taken;
}

/* More than one call carries, and exactly as much as one does: a read must not wait for more. */
static void big_reads(void)
{
	static char data[200000];
	int ends[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &(int){400000}, sizeof(int));
	printf("write %zd\n", write(ends[0], data, 65536));
	printf("read %zd\n", read(ends[1], data, sizeof data));
	printf("write %zd\n", write(ends[0], data, 100000));
	struct iovec parts[] = {{data, 40000}, {data, 60000}, {data, 60000}};

	printf("readv %zd\n", readv(ends[1], parts, 3));
	close(ends[0]);
	close(ends[1]);
}

static void sockets(void)
{
	int pair[2], pipe_ends[2], watched = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event events[4], in = {EPOLLIN, {.u64 = 0x123456789abcdef0}};
	char text[10] = "";

	printf("socketpair %d, pipe %d\n", socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), pipe(pipe_ends));
	printf("epoll_ctl %d\n", epoll_ctl(watched, EPOLL_CTL_ADD, pair[1], &in));
	printf("nothing yet: %d\n", epoll_wait(watched, events, 4, 0));
	for (int i = 0; i < 3; i++) {
		other_node();
		pass_descriptor(pair[0], pipe_ends[0]);
		if (i == 1)
			other_node();
		int count = epoll_wait(watched, events, 4, 1000);

		printf("epoll_wait %d: %x %llx\n", count, events[0].events, (unsigned long long)events[0].data.u64);
		int taken = take_descriptor(pair[1]);

		if (write(pipe_ends[1], "through", 7) == 7 && read(taken, text, sizeof text) == 7)
			printf("passed on: %s\n", text);
		close(taken);
	}
	in.data.u64 = 7;
	printf("again: %s\n", epoll_ctl(watched, EPOLL_CTL_ADD, pair[1], &in) ? strerror(errno) : "?");
	printf("modified %d, removed %d\n", epoll_ctl(watched, EPOLL_CTL_MOD, pair[1], &in),
	       epoll_ctl(watched, EPOLL_CTL_DEL, pair[1], NULL));
	big_reads();
	other_node();
	big_reads();
}

/* Made at one node, used at the other. */
static void mappings(void)
{
	char name[] = "/tmp/files-XXXXXX";
	int file = mkstemp(name), total = 0;

	unlink(name);
	for (int i = 0; i < 3000; i++)
		total += dprintf(file, "line %d\n", i);
	other_node();
	char *text = mmap(NULL, total, PROT_READ, MAP_PRIVATE, file, 0);
	char *memory = mmap(NULL, 100000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(memory, 'm', 99999);
	close(file);
	other_node();
	printf("mapped: %zu bytes, last %s", strlen(memory), (char *)memrchr(text, 'l', total));
	printf("unmapped %d %d\n", munmap(text, total), munmap(memory, 100000));
}

static int global = 5;

static void children(void)
{
	int status, local = 7;
	char *heap = strdup("heap"), line[100];

	other_node();
	int there = current_nid();

	printf("system %d\n", WEXITSTATUS(system("exit 3")));
	FILE *pipe = popen("echo from a child", "r");

	printf("%s", fgets(line, sizeof line, pipe));
	printf("pclose %d\n", pclose(pipe));
	fflush(stdout);
	pid_t child = fork();

	if (!child) {
		int here = current_nid();

		other_node();
		printf("child: %d %d %s, stays: %d\n", global++, local++, heap, current_nid() == here);
		exit(4);
	}
	waitpid(child, &status, 0);
	printf("child's exit code %d; here still %d %d, on the same node: %d\n", WEXITSTATUS(status), global, local,
	       current_nid() == there);
	other_node();
}

static pthread_mutex_t printing = PTHREAD_MUTEX_INITIALIZER;

static void *print(void *argument)
{
	migrate((long)argument % total_act_nodes(), NULL, NULL);
	for (int i = 0; i < 50; i++) {
		pthread_mutex_lock(&printing);
		printf("line ");
		printf("%d\n", i);
		pthread_mutex_unlock(&printing);
	}
	return NULL;
}

/* One buffer, whoever prints. */
static void threads(void)
{
	pthread_t thread[4];

	for (long i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, print, (void *)i);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

int main(void)
{
	streams();
	descriptors();
	sockets();
	mappings();
	children();
	threads();
	return 0;
}
