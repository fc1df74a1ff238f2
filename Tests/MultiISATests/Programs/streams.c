/* Streams of files, and what stdin has read ahead, move along. Run with lines on standard input. */
#include <fcntl.h>
#include <migrate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void hop(void)
{
	migrate(!current_nid(), NULL, NULL);
}

int main(int argc, char **argv)
{
	char line[100];

	printf("first: %s", fgets(line, sizeof line, stdin));
	hop();
	printf("second: %s", fgets(line, sizeof line, stdin));
	hop();
	int c = getchar();

	ungetc(c, stdin);
	hop();
	printf("third: %s", fgets(line, sizeof line, stdin));

	FILE *file = fopen(argv[1], "w+");

	fprintf(file, "written before the hop, ");
	hop();
	fprintf(file, "and after it\n");
	for (int i = 0; i < 5000; i++)
		fprintf(file, "line %d\n", i);
	hop();
	rewind(file);
	printf("%s", fgets(line, sizeof line, file));
	hop();
	for (int i = 0; i < 3000; i++) {
		fgets(line, sizeof line, file);
		if (i % 1000 == 999)
			hop();
	}
	printf("%s", line);
	FILE *second = fopen(argv[1], "r");

	hop();
	fclose(file);
	printf("%s", fgets(line, sizeof line, second));
	hop();
	fclose(second);

	struct stat status;

	printf("stat %d size %lld regular %d\n", stat(argv[1], &status), (long long)status.st_size,
	       S_ISREG(status.st_mode));
	int fd = open(argv[1], O_DIRECTORY | O_RDONLY);

	printf("a file is no directory: %d\n", fd < 0);
	fd = open(argv[1], O_RDONLY | O_NOFOLLOW | O_LARGEFILE);
	hop();
	printf("flags %x\n", fcntl(fd, F_GETFL) & (O_DIRECTORY | O_NOFOLLOW | O_ACCMODE));
	printf("%zd\n", read(fd, line, 7));
	hop();
	printf("%zd %.4s\n", read(fd, line, 7), line);
	unlink(argv[1]);
	perror("to stderr");
	return 0;
}
