// SPDX-License-Identifier: GPL-2.0
/* What each thread of a self test does. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/crc32.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include "selftest.h"

#define REQUEST_TIMEOUT (10 * HZ)

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

	for (i = 0; i < worker->run->size; i += 512) /* no two payloads are equal */
		worker->payload[i] += round + 1;
	verify.crc = cpu_to_le32(crc32_le(~0, worker->payload, worker->run->size));
	err = popcorn_request(worker->node, &message, &reply, REQUEST_TIMEOUT);
	if (!err && (reply.size != sizeof(verdict) || verdict.crc != verify.crc || !verdict.equal))
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

int popcorn_test_work(void *data)
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
