/* migrate.h for the plain build that results are compared with: one node, nothing moves. */
#include <migrate.h>

int current_nid(void) { return 0; }
enum arch current_arch(void) { return ARCH_X86_64; }
int node_available(int nid) { return nid == 0; }
int total_act_nodes(void) { return 1; }
void check_migrate(void (*callback)(void *), void *data) {}
void migrate(int nid, void (*callback)(void *), void *data) {}
void migrate_schedule(size_t region, int tid, void (*callback)(void *), void *data) {}
