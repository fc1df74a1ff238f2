// SPDX-License-Identifier: GPL-2.0
/*
 * The self test behind /proc/popcorn_test: round trips (ping), one-way throughput (stream) and
 * checked transfers from many threads (stress). One test at a time; its threads do the work,
 * the writer waits and, if a signal comes, kills them.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/crc32.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "core.h"
#include "histogram.h"

#define MAX_THREADS		128
#define MAX_OUTSTANDING		SZ_4M	/* bytes of echo replies that may be due at once */
#define REQUEST_TIMEOUT		(10 * HZ)

enum test_kind { TEST_NONE, TEST_PING, TEST_STREAM, TEST_STRESS };

static const char *const kind_names[] = { "none", "ping", "stream", "stress" };

struct worker {
	struct run *run;
	struct task_struct *task;
	int node;
	u64 completed;
	u64 errors;
	u64 mismatches;
	int first_error;
	struct histogram latency;
	u8 *payload;		/* run->size bytes each */
	u8 *reply;
};

struct run {
	enum test_kind kind;
	int node;		/* -1 for all */
	u32 size;
	u32 count;
	u32 threads;		/* per node */
	struct worker *workers;
	int worker_count;
	atomic_t running;
	struct completion finished;
	bool stop;
};

struct result {
	enum test_kind kind;
	int node;
	u32 size, count, threads;
	bool interrupted;
	int error;
	u64 completed, errors, mismatches, elapsed;
	struct histogram latency;
};

static DEFINE_MUTEX(run_mutex);		/* held while a test runs */
static DEFINE_MUTEX(result_mutex);	/* protects last */
static struct result *last;

/* Counted by the receive thread of the node that streams, and by nobody else. */
static struct streamed {
	u64 messages;
	u64 bytes;
} streamed[POPCORN_MAX_NODES];

static void handle_echo(const struct popcorn_received *received)
{
	struct popcorn_message reply = { .head = received->payload, .head_size = received->size };

	popcorn_respond(&received->ret, &reply);
}

static void handle_verify(const struct popcorn_received *received)
{
	const struct popcorn_test_verify *verify = received->payload;
	struct popcorn_test_verdict verdict;
	struct popcorn_message reply = { .head = &verdict, .head_size = sizeof(verdict) };
	u32 crc = crc32_le(~0, (const u8 *)(verify + 1), received->size - sizeof(*verify));

	verdict.crc = cpu_to_le32(crc);
	verdict.equal = cpu_to_le32(verdict.crc == verify->crc);
	popcorn_respond(&received->ret, &reply);
}

static void handle_stream(const struct popcorn_received *received)
{
	struct streamed *counts = &streamed[received->ret.node];

	counts->messages++;
	counts->bytes += received->size;
}

static void handle_sync(const struct popcorn_received *received)
{
	struct streamed *counts = &streamed[received->ret.node];
	struct popcorn_test_streamed body = {
		.messages = cpu_to_le64(counts->messages),
		.bytes = cpu_to_le64(counts->bytes),
	};
	struct popcorn_message reply = { .head = &body, .head_size = sizeof(body) };

	*counts = (struct streamed){};
	popcorn_respond(&received->ret, &reply);
}

static const struct popcorn_handler echo_handler = {
	.type = POPCORN_TYPE_TEST_ECHO,
	.name = "TEST_ECHO",
	.max_size = POPCORN_MAX_MESSAGE,
	.handle = handle_echo,
};

static const struct popcorn_handler verify_handler = {
	.type = POPCORN_TYPE_TEST_VERIFY,
	.name = "TEST_VERIFY",
	.min_size = sizeof(struct popcorn_test_verify),
	.max_size = POPCORN_MAX_MESSAGE,
	.handle = handle_verify,
};

static const struct popcorn_handler stream_handler = {
	.type = POPCORN_TYPE_TEST_STREAM,
	.name = "TEST_STREAM",
	.max_size = POPCORN_MAX_MESSAGE,
	.handle = handle_stream,
};

static const struct popcorn_handler sync_handler = {
	.type = POPCORN_TYPE_TEST_SYNC,
	.name = "TEST_SYNC",
	.handle = handle_sync,
};

static const struct popcorn_handler *const handlers[] = {
	&echo_handler,
	&verify_handler,
	&stream_handler,
	&sync_handler,
};

static bool should_stop(const struct worker *worker)
{
	return READ_ONCE(worker->run->stop) || fatal_signal_pending(current);
}

/* Notes a failed request; returns whether going on makes no sense. */
static bool note_error(struct worker *worker, int error)
{
	if (should_stop(worker))
		return true;
	worker->errors++;
	if (!worker->first_error)
		worker->first_error = error;
	return error != -ETIMEDOUT && error != -EAGAIN;
}

static int ping_once(struct worker *worker, u32 round)
{
	struct popcorn_message message = {
		.type = POPCORN_TYPE_TEST_ECHO,
		.head = worker->payload,
		.head_size = worker->run->size,
	};
	struct popcorn_reply reply = { .buffer = worker->reply, .capacity = worker->run->size };
	int err = popcorn_request(worker->node, &message, &reply, REQUEST_TIMEOUT);

	if (!err && reply.size != worker->run->size)
		worker->mismatches++;
	return err;
}

static int stress_once(struct worker *worker, u32 round)
{
	struct popcorn_test_verify verify = {};
	struct popcorn_test_verdict verdict;
	struct popcorn_message message = {
		.type = POPCORN_TYPE_TEST_VERIFY,
		.head = &verify,
		.head_size = sizeof(verify),
		.body = worker->payload,
		.body_size = worker->run->size,
	};
	struct popcorn_reply reply = { .buffer = &verdict, .capacity = sizeof(verdict) };
	u32 i;
	int err;

	for (i = 0; i < worker->run->size; i += 512)	/* no two payloads are equal */
		worker->payload[i] += round + 1;
	verify.crc = cpu_to_le32(crc32_le(~0, worker->payload, worker->run->size));
	err = popcorn_request(worker->node, &message, &reply, REQUEST_TIMEOUT);
	if (!err && (reply.size != sizeof(verdict) || verdict.crc != verify.crc ||
		     !verdict.equal))
		worker->mismatches++;
	return err;
}

static int stream_once(struct worker *worker, u32 round)
{
	struct popcorn_message message = {
		.type = POPCORN_TYPE_TEST_STREAM,
		.head = worker->payload,
		.head_size = worker->run->size,
	};

	return popcorn_send(worker->node, &message, REQUEST_TIMEOUT);
}

/* Asks how many streamed messages have arrived, and begins a new count. */
static int stream_sync(struct worker *worker, u64 *messages)
{
	struct popcorn_message message = { .type = POPCORN_TYPE_TEST_SYNC };
	struct popcorn_test_streamed body;
	struct popcorn_reply reply = { .buffer = &body, .capacity = sizeof(body) };
	int err = popcorn_request(worker->node, &message, &reply, 3 * REQUEST_TIMEOUT);

	if (!err && reply.size != sizeof(body))
		return -EPROTO;
	*messages = err ? 0 : le64_to_cpu(body.messages);
	return err;
}

static void run_rounds(struct worker *worker, int (*once)(struct worker *, u32))
{
	u64 begin;
	u32 round;
	int err;

	for (round = 0; round < worker->run->count && !should_stop(worker); round++) {
		begin = ktime_get_ns();
		err = once(worker, round);
		if (!err) {
			histogram_add(&worker->latency, ktime_get_ns() - begin);
			worker->completed++;
		} else if (note_error(worker, err)) {
			return;
		}
	}
}

static void run_stream(struct worker *worker)
{
	u64 arrived;
	int err = stream_sync(worker, &arrived);

	if (!err) {
		run_rounds(worker, stream_once);
		if (should_stop(worker))
			return;
		err = stream_sync(worker, &arrived);
	}
	if (err)
		note_error(worker, err);
	else if (arrived != worker->completed)
		worker->mismatches++;
}

static int work(void *data)
{
	struct worker *worker = data;
	struct run *run = worker->run;

	allow_signal(SIGKILL);
	if (should_stop(worker))
		goto out;
	switch (run->kind) {
	case TEST_PING:
		run_rounds(worker, ping_once);
		break;
	case TEST_STRESS:
		run_rounds(worker, stress_once);
		break;
	case TEST_STREAM:
		run_stream(worker);
		break;
	case TEST_NONE:
		break;
	}
out:
	if (atomic_dec_and_test(&run->running))
		complete(&run->finished);
	return 0;
}

static void free_workers(struct run *run)
{
	int i;

	for (i = 0; i < run->worker_count; i++) {
		kvfree(run->workers[i].payload);
		kvfree(run->workers[i].reply);
	}
	kvfree(run->workers);
}

static int prepare_worker(struct run *run, int node)
{
	struct worker *worker = &run->workers[run->worker_count++];
	struct task_struct *task;

	worker->run = run;
	worker->node = node;
	histogram_init(&worker->latency);
	worker->payload = kvmalloc(run->size + 1, GFP_KERNEL);
	worker->reply = kvmalloc(run->size + 1, GFP_KERNEL);
	if (!worker->payload || !worker->reply)
		return -ENOMEM;
	get_random_bytes(worker->payload, run->size);
	task = kthread_create(work, worker, "popcorn_test/%d", run->worker_count - 1);
	if (IS_ERR(task))
		return PTR_ERR(task);
	worker->task = get_task_struct(task);
	return 0;
}

static int prepare_workers(struct run *run)
{
	u32 thread;
	int node, err;

	run->workers = kvcalloc(MAX_THREADS, sizeof(*run->workers), GFP_KERNEL);
	if (!run->workers)
		return -ENOMEM;
	for (node = 0; node < popcorn_node_count(); node++) {
		if (run->node >= 0 ? node != run->node : !popcorn_node_is_up(node))
			continue;
		for (thread = 0; thread < run->threads; thread++) {
			if (run->worker_count == MAX_THREADS)
				return -E2BIG;
			err = prepare_worker(run, node);
			if (err)
				return err;
		}
	}
	return run->worker_count ? 0 : -EHOSTDOWN;
}

/* Ends all workers, begun or not; kthread_stop() waits for those that run. */
static void stop_workers(struct run *run)
{
	int i;

	WRITE_ONCE(run->stop, true);
	for (i = 0; i < run->worker_count; i++)
		if (run->workers[i].task)
			send_sig(SIGKILL, run->workers[i].task, 1);
	for (i = 0; i < run->worker_count; i++) {
		if (!run->workers[i].task)
			continue;
		kthread_stop(run->workers[i].task);
		put_task_struct(run->workers[i].task);
	}
}

static void collect(const struct run *run, struct result *result)
{
	int i;

	result->kind = run->kind;
	result->node = run->node;
	result->size = run->size;
	result->count = run->count;
	result->threads = run->threads;
	histogram_init(&result->latency);
	for (i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];

		result->completed += worker->completed;
		result->errors += worker->errors;
		result->mismatches += worker->mismatches;
		if (!result->error)
			result->error = worker->first_error;
		histogram_merge(&result->latency, &worker->latency);
	}
	if (!result->error && result->mismatches)
		result->error = -EILSEQ;
}

static int execute(struct run *run, struct result *result)
{
	u64 begin;
	int i, err;

	init_completion(&run->finished);
	err = prepare_workers(run);
	if (!err) {
		atomic_set(&run->running, run->worker_count);
		begin = ktime_get_ns();
		for (i = 0; i < run->worker_count; i++)
			wake_up_process(run->workers[i].task);
		err = wait_for_completion_interruptible(&run->finished);
		result->elapsed = ktime_get_ns() - begin;
		result->interrupted = err;
	}
	stop_workers(run);
	if (!err || result->interrupted) {
		collect(run, result);
		if (!err)
			err = result->error;
	}
	free_workers(run);
	return err;
}

static void publish(struct result *result)
{
	mutex_lock(&result_mutex);
	swap(last, result);
	mutex_unlock(&result_mutex);
	kvfree(result);
}

static int parse_node(char *word, bool may_be_all, int *node)
{
	struct popcorn_node info;
	int err;

	if (may_be_all && !strcmp(word, "all")) {
		*node = -1;
		return 0;
	}
	err = kstrtoint(word, 10, node);
	if (err)
		return err;
	err = popcorn_get_node(*node, &info);
	if (err)
		return err;
	if (info.state == POPCORN_NODE_SELF)
		return -ELOOP;
	return info.state == POPCORN_NODE_UP ? 0 : -EHOSTDOWN;
}

static int parse(char *command, struct run *run)
{
	char *words[6] = {};
	u32 max_size = POPCORN_MAX_MESSAGE;
	int count = 0, kind;

	while (command && count < ARRAY_SIZE(words)) {
		char *word = strsep(&command, " ");

		if (*word)
			words[count++] = word;
	}
	if (count < 4 || count > 5)
		return -EINVAL;
	kind = match_string(kind_names, ARRAY_SIZE(kind_names), words[0]);
	if (kind <= TEST_NONE || (kind == TEST_STREAM && count == 5))
		return -EINVAL;
	run->kind = kind;
	run->threads = 1;
	if (kstrtou32(words[2], 10, &run->size) || kstrtou32(words[3], 10, &run->count) ||
	    (count == 5 && kstrtou32(words[4], 10, &run->threads)))
		return -EINVAL;
	if (kind == TEST_STRESS)
		max_size -= sizeof(struct popcorn_test_verify);
	if (run->size > max_size || !run->count || !run->threads || run->threads > MAX_THREADS)
		return -EINVAL;
	if (kind == TEST_PING && (u64)run->size * run->threads > MAX_OUTSTANDING)
		return -E2BIG;
	return parse_node(words[1], kind == TEST_STRESS, &run->node);
}

/*
 * "ping NODE SIZE COUNT [THREADS]", "stream NODE SIZE COUNT" or
 * "stress NODE|all SIZE COUNT [THREADS]". Every thread does COUNT messages of SIZE bytes.
 */
int popcorn_run_test(char *command)
{
	struct run run = {};
	struct result *result;
	int err;

	if (!mutex_trylock(&run_mutex))
		return -EBUSY;
	err = parse(command, &run);
	if (err)
		goto unlock;
	result = kvzalloc(sizeof(*result), GFP_KERNEL);
	if (!result) {
		err = -ENOMEM;
		goto unlock;
	}
	err = execute(&run, result);
	if (result->kind == TEST_NONE)
		kvfree(result);
	else
		publish(result);
unlock:
	mutex_unlock(&run_mutex);
	return err;
}

static u64 per_second(u64 amount, u64 ns)
{
	return ns ? mul_u64_u64_div_u64(amount, NSEC_PER_SEC, ns) : 0;
}

static void show_result(struct seq_file *file, const struct result *result)
{
	const struct histogram *latency = &result->latency;

	seq_printf(file, "test=%s\n", kind_names[result->kind]);
	if (result->node < 0)
		seq_puts(file, "node=all\n");
	else
		seq_printf(file, "node=%d\n", result->node);
	seq_printf(file, "size=%u\ncount=%u\nthreads=%u\n", result->size, result->count,
		   result->threads);
	seq_printf(file, "status=%s\n", result->interrupted ? "interrupted" :
		   result->error ? "failed" : "ok");
	seq_printf(file, "errno=%d\n", -result->error);
	seq_printf(file, "completed=%llu\nerrors=%llu\nmismatches=%llu\n", result->completed,
		   result->errors, result->mismatches);
	seq_printf(file, "elapsed_ns=%llu\n", result->elapsed);
	seq_printf(file, "messages_per_s=%llu\n", per_second(result->completed, result->elapsed));
	seq_printf(file, "bytes_per_s=%llu\n",
		   per_second(result->completed * result->size, result->elapsed));
	if (!latency->count)
		return;
	seq_printf(file, "min_ns=%llu\np50_ns=%llu\np99_ns=%llu\nmax_ns=%llu\n", latency->min,
		   histogram_percentile(latency, 50), histogram_percentile(latency, 99),
		   latency->max);
	histogram_show(latency, file);
}

int popcorn_show_test(struct seq_file *file, void *unused)
{
	mutex_lock(&result_mutex);
	if (last)
		show_result(file, last);
	else
		seq_puts(file, "test=none\n");
	mutex_unlock(&result_mutex);
	return 0;
}

int popcorn_init_test(void)
{
	return popcorn_register_handlers(handlers, ARRAY_SIZE(handlers));
}

void popcorn_exit_test(void)
{
	popcorn_unregister_handlers(handlers, ARRAY_SIZE(handlers));
	kvfree(last);
}
