// SPDX-License-Identifier: GPL-2.0
/*
 * The self test behind /proc/popcorn_test: round trips (ping), one-way throughput (stream) and
 * checked transfers from many threads (stress). One test at a time; its threads do the work,
 * the writer waits and, if a signal comes, kills them.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "selftest.h"

#define MAX_OUTSTANDING SZ_4M /* bytes of echo replies that may be due at once */

static const char *const kind_names[] = { "none", "ping", "stream", "stress" };

static DEFINE_MUTEX(run_mutex);    /* held while a test runs */
static DEFINE_MUTEX(result_mutex); /* protects last */
static struct result *last;

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
	return popcorn_node_takes_part(info.state) ? 0 : -EHOSTDOWN;
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
	err = popcorn_execute_test(&run, result);
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
	seq_printf(file, "status=%s\n",
		   result->interrupted ? "interrupted" :
		   result->error       ? "failed" :
					 "ok");
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

/* When nobody can ask any more. */
void popcorn_forget_test(void)
{
	kvfree(last);
}
