/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes whose threads move between nodes.
 *
 * The origin alone knows where each thread is (struct thread) and decides every move; a node
 * that hosts a thread (struct guest) asks it. So there is one place where moves, exits, kills
 * and lost nodes meet, and one lock there. Each move increments the thread's hop number; what
 * carries another hop number is stale and ignored.
 *
 * A worker that has not reported itself ready may still refuse (no such file, another build).
 * Until then the threads sent there can be sent back to where they came from.
 *
 * Lock order: processes_mutex, process->lock; workers_mutex, worker->lock. Messages are posted
 * under these locks, for their order is the truth, but nothing waits for the network or touches
 * user memory under them.
 */
#ifndef POPCORN_MIGRATE_H
#define POPCORN_MIGRATE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <popcorn/message.h>
#include <popcorn/migrate_wire.h>
#include <popcorn/node.h>
#include "../dsm/dsm.h"

struct file;

struct build_id {
	u32 size;
	u8 bytes[POPCORN_BUILD_ID];
};

enum worker_state {
	WORKER_NONE,
	WORKER_STARTING,
	WORKER_READY,
};

/* A process at its origin. */
struct process {
	struct kref ref;
	struct list_head list; /* of processes; protected by processes_mutex */
	u64 id;
	int self; /* this node, with or without a transport */
	struct space *space;
	struct pid *tgid;
	u16 move_signal;
	u16 kick_signal;
	struct build_id build_id;

	struct mutex lock; /* protects all of the following, and the threads */
	bool ended;
	u32 last_number;
	struct list_head threads;
	u8 workers[POPCORN_MAX_NODES];     /* enum worker_state */
	u64 reserved;                      /* bytes that it will use; see memory.c */
	u64 data;                          /* bytes that it may use */
	u64 counted;                       /* as what both count here */
	struct popcorn_worker_start *spec; /* as of the last departure from here */
	u64 hops;
	u64 calls;
	u64 call_bytes;
};

/* A delegated call that has come to the origin. */
struct incoming_call {
	u32 seq;
	u32 number;
	u32 in_size;
	u32 out_size;
	s64 args[POPCORN_CALL_ARGS];
	u8 data[];
};

/* A thread at its origin; protected by process->lock. */
struct thread {
	struct list_head list;
	u32 number;
	struct pid *pid; /* its kernel thread here, while away its shadow */
	int where;
	int from; /* where it was before */
	u32 hop;
	u64 entry;
	u64 argument;
	int proposed; /* what it was asked and has not seen: a node, NEXT, STAY; -1: nothing */
	u32 event;    /* enum popcorn_event_kind for the shadow; 0: none */
	int status;
	int signal;                 /* that killed the worker; with POPCORN_EVENT_PROCESS_EXIT */
	struct incoming_call *call; /* that the shadow shall take */
	u32 serving;                /* seq of the call that it has taken; 0: none */
	u32 serving_out_size;
	u64 moved_at;             /* ns; of its last move, 0: it has never moved */
	u32 refused;              /* moves that failed */
	int error;                /* of the last that did */
	struct tracker tracker;   /* while it is here */
	struct footprint *prints; /* by node, of its last visit */
	u64 calls;
	wait_queue_head_t wait;
};

/* A thread that lives at this node, which is not its origin; protected by worker->lock. */
struct guest {
	struct list_head list; /* worker->arrivals, or worker->guests once it has a host */
	u32 number;
	u32 hop;
	int tid;
	int from;
	int status;
	int proposed;      /* as in struct thread */
	bool saw_proposal; /* of the origin, in this hop */
	u64 entry;
	u64 argument;
	struct pid *host;
	struct tracker tracker;
	struct footprint wishes;    /* of the origin, for the way back */
	struct outgoing_call *call; /* under way */
	u32 last_seq;
	wait_queue_head_t wait; /* for its result */
};

/* A delegated call of a guest, while it waits. */
struct outgoing_call {
	u32 number;
	s64 args[POPCORN_CALL_ARGS];
	const void *in;
	u32 in_size;
	void *out;
	u32 out_size;
	u32 out_filled;
	s64 result;
	u32 seq;
	bool done;
};

/* The process at this node of which threads live elsewhere too. */
struct worker {
	struct kref ref;
	struct list_head list; /* of workers; protected by workers_mutex */
	u64 id;
	int origin;
	struct space *space;
	struct delayed_work deadline; /* for attaching */
	struct popcorn_worker_start spec;
	char path[POPCORN_PATH]; /* of the program here */

	struct mutex lock; /* protects all of the following, and the guests */
	struct pid *pid;   /* NULL until the program starts */
	bool attached;
	bool dead;   /* it has been, or shall be, killed */
	bool orphan; /* its origin is lost */
	u32 waiting; /* threads that wait for arrivals */
	struct list_head arrivals;
	struct list_head guests;
	u64 arrived;
	u64 calls;
	wait_queue_head_t wait; /* for arrivals */
};

/* process.c */
struct process *popcorn_process_create(const struct popcorn_create *create);
struct process *popcorn_process_find(u64 id);
struct process *popcorn_process_of_pid(struct pid *tgid);
void popcorn_process_end(struct process *process);
void popcorn_process_put(struct process *process);
void popcorn_process_each(void (*function)(struct process *process, void *data), void *data);
int popcorn_process_add_region(struct process *process, struct popcorn_region_info *region);

/* thread.c */
struct thread *popcorn_find_thread(struct process *process, u32 number);
struct thread *popcorn_lock_thread(const struct popcorn_received *message, u64 id, u32 number,
				   u32 hop, struct process **found);
void popcorn_unlock_thread(struct process *process);
struct thread *popcorn_thread_of(struct process *process, struct pid *pid, bool create);
void popcorn_free_threads(struct process *process);
int popcorn_send_thread(struct process *process, struct thread *thread, int node);
void popcorn_thread_event(const struct process *process, struct thread *thread, u32 event,
			  int status);
void popcorn_bounce_thread(struct process *process, struct thread *thread, int error);
int popcorn_post_arrival(const struct process *process, const struct thread *thread, int node,
			 int status);
void popcorn_note_departure(struct process *process, struct thread *thread);
void popcorn_note_refusal(struct thread *thread, int error);
int popcorn_propose(struct process *process, struct thread *thread, int node);
void popcorn_note_proposal(int *proposed, int node);
int popcorn_traced_node(int proposed);

/* move.c */
extern const struct popcorn_handler popcorn_thread_move_handler;
extern const struct popcorn_handler popcorn_thread_exit_handler;

/* away.c */
int popcorn_ensure_worker(struct process *process, int node);
void popcorn_lose_workers(struct process *process, int node);
extern const struct popcorn_handler popcorn_worker_ready_handler;
extern const struct popcorn_handler popcorn_worker_exit_handler;

/* shadow.c */
long popcorn_origin_step(struct process *process, struct popcorn_step __user *user);

/* incoming.c */
void popcorn_fail_call(const struct process *process, const struct thread *thread, u32 seq,
		       int error);
extern const struct popcorn_handler popcorn_call_handler;
extern const struct popcorn_handler popcorn_call_kick_handler;

/* identity.c */
int popcorn_read_build_id(struct file *file, struct build_id *id);
struct file *popcorn_current_program(void);
int popcorn_check_program(void);
struct popcorn_worker_start *popcorn_describe_process(const struct process *process);
void popcorn_local_path(const char *path, char local[POPCORN_PATH]);
int popcorn_examine_program(const char *path, const struct build_id *expected);

/* worker.c */
struct worker *popcorn_worker_find(u64 id);
struct worker *popcorn_worker_of_current(void);
struct worker *popcorn_worker_of_pid(struct pid *tgid);
struct worker *popcorn_worker_told(const struct popcorn_received *message, __le64 id);
void popcorn_worker_put(struct worker *worker);
void popcorn_worker_kill(struct worker *worker);
void popcorn_worker_each(void (*function)(struct worker *worker, void *data), void *data);
int popcorn_worker_attach(struct worker *worker, struct popcorn_attach *attach);
void popcorn_unlist_worker(struct worker *worker);
int popcorn_worker_report(struct worker *worker, u16 type, int status);
struct build_id popcorn_expected_build_id(const struct worker *worker);
extern const struct popcorn_handler popcorn_worker_start_handler;
extern const struct popcorn_handler popcorn_worker_region_handler;
extern const struct popcorn_handler popcorn_worker_kill_handler;

/* launch.c */
int popcorn_launch(struct worker *worker);
void popcorn_fill_spec(const struct worker *worker, struct popcorn_spec *spec);

/* guest.c */
struct guest *popcorn_guest_of_current(struct worker *worker);
struct guest *popcorn_find_guest(struct worker *worker, u32 number);
void popcorn_free_guests(struct worker *worker);
long popcorn_worker_step(struct worker *worker, struct popcorn_step __user *user);

/* arrival.c */
int popcorn_propose_guest(struct worker *worker, struct pid *host, int node);
extern const struct popcorn_handler popcorn_thread_arrive_handler;
extern const struct popcorn_handler popcorn_thread_propose_handler;

/* delegate.c */
int popcorn_delegate(struct worker *worker, struct outgoing_call *call);
long popcorn_call_ioctl(struct worker *worker, struct popcorn_call __user *user);
extern const struct popcorn_handler popcorn_call_result_handler;

/* stand_in.c */
int popcorn_stand_in(struct worker *worker, unsigned long fd);

/* propose.c */
int popcorn_propose_by_pid(const struct popcorn_proposal *proposal);

/* device.c */
int popcorn_init_device(void);
void popcorn_exit_device(void);

/* ps.c */
int popcorn_init_ps(void);
void popcorn_exit_ps(void);

/* init.c */
int popcorn_init_migration(void);
void popcorn_exit_migration(void);

/* memory.c */
int popcorn_reserve(struct process *process, struct popcorn_memory __user *user);
void popcorn_unreserve(struct process *process);
bool popcorn_has_room(const struct process *process, int node);
void popcorn_init_memory(void);
void popcorn_tell_memory(int node);
void popcorn_forget_memory(int node);
extern const struct popcorn_handler popcorn_node_memory_handler;

#endif
