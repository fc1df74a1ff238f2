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
#include <sys/stat.h>
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
	children();
	threads();
	return 0;
}
