/* A stream of memory keeps the program where it is until it is closed; a directory does not. */
#define _GNU_SOURCE
#include <dirent.h>
#include <migrate.h>
#include <stdio.h>

int main(void)
{
	char memory[100];
	DIR *directory = opendir("/");

	migrate(!current_nid(), NULL, NULL);
	printf("with a directory: node %d\n", current_nid());
	closedir(directory);
	FILE *stream = fmemopen(memory, sizeof memory, "w");

	migrate(!current_nid(), NULL, NULL);
	printf("with a stream of memory: node %d\n", current_nid());
	fclose(stream);
	migrate(!current_nid(), NULL, NULL);
	printf("without: node %d\n", current_nid());
	migrate(7, NULL, NULL);
	printf("node 7 is available: %d, nodes: %d\n", node_available(7), total_act_nodes());
	return 0;
}
