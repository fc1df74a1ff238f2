#include <stdio.h>
#include <migrate.h>
int main(void) {
	for (int i = 0; i < 5; i++) {
		printf("hello, world (node %d)\n", current_nid());
		migrate(!current_nid(), NULL, NULL);
	}
	return 3;
}
