/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of popcorn.ko share with each other. */
#ifndef POPCORN_CORE_H
#define POPCORN_CORE_H

#include <linux/atomic.h>
#include <linux/seq_file.h>
#include <linux/wait.h>
#include <popcorn/message.h>
#include <popcorn/node.h>
#include <popcorn/service.h>
#include <popcorn/transport.h>

/* node.c */
bool popcorn_node_is_up(int id);
void popcorn_begin_wait(int node);
void popcorn_end_wait(int node);
void popcorn_init_nodes(const __be32 *addresses, int count, int self, u64 boot_id);
void popcorn_clear_nodes(void);
int popcorn_command_nodes(char *command);
int popcorn_show_nodes(struct seq_file *file, void *unused);
extern struct popcorn_changes popcorn_node_changes;

/* handler.c */
void popcorn_dispatch(const struct popcorn_received *message);
const char *popcorn_type_name(u16 type, char *buffer, size_t size);
int popcorn_show_types(struct seq_file *file, void *unused);

/* post.c */
int popcorn_submit(struct popcorn_send *send);
int popcorn_give_up_node(int node, u64 boot_id);

/* request.c */
void popcorn_init_stations(void);
void popcorn_take_reply(const struct popcorn_received *message, u8 flags);
void popcorn_fail_requests(int node);

/* service/peers.c, service/table.c */
int popcorn_init_services(void);
void popcorn_exit_services(void);
int popcorn_show_services(struct seq_file *file, void *unused);

/* service/command.c */
int popcorn_command_services(char *command);
void popcorn_drop_service_watchers(void);

/* stat.c */
enum popcorn_counter {
	POPCORN_COUNT_SENT,
	POPCORN_COUNT_RECEIVED,
	POPCORN_COUNT_SENT_BYTES,
	POPCORN_COUNT_RECEIVED_BYTES,
	POPCORN_COUNT_REFUSED_SENDS,
	POPCORN_COUNT_REQUESTS,
	POPCORN_COUNT_REQUEST_TIMEOUTS,
	POPCORN_COUNT_REQUESTS_LOST,
	POPCORN_COUNT_LATE_REPLIES,
	POPCORN_COUNT_UNHANDLED,
	POPCORN_COUNT_BAD_SIZE,
	POPCORN_COUNT_JOINS,
	POPCORN_COUNT_LOSSES,
	POPCORN_COUNT_SILENCES,
	POPCORN_COUNT_RECONNECTIONS,
	POPCORN_COUNTERS,
};

int popcorn_init_stat(void);
void popcorn_exit_stat(void);
void popcorn_count(enum popcorn_counter counter);
void popcorn_count_sent(u16 type, u32 size);
void popcorn_count_received(u16 type, u32 size);
void popcorn_reset_stat(void);
int popcorn_show_stat(struct seq_file *file, void *unused);

/* selftest/ */
int popcorn_init_test(void);
void popcorn_exit_test(void);
int popcorn_run_test(char *command);
int popcorn_show_test(struct seq_file *file, void *unused);

/* changes.c */
struct popcorn_changes {
	atomic_t count;
	wait_queue_head_t wait;
};

#define DEFINE_POPCORN_CHANGES(name) \
	struct popcorn_changes name = { .wait = __WAIT_QUEUE_HEAD_INITIALIZER(name.wait) }

/* Of what /proc/popcorn_ps tells at the origin, and of when workers and spaces are gone. */
extern struct popcorn_changes popcorn_ps_changes;

struct poll_table_struct;
void popcorn_changed(struct popcorn_changes *changes);
int popcorn_open_polled(struct file *file, int (*show)(struct seq_file *file, void *unused),
			struct popcorn_changes *changes);
__poll_t popcorn_poll_changes(struct file *file, struct poll_table_struct *table,
			      struct popcorn_changes *changes);
int popcorn_release_polled(struct inode *inode, struct file *file);

/* proc.c */
int popcorn_init_proc(void);
void popcorn_exit_proc(void);

#endif
