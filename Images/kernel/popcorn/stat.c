// SPDX-License-Identifier: GPL-2.0
/* Counters for /proc/popcorn_stat, kept per CPU so that counting costs next to nothing. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/percpu.h>
#include "core.h"

struct type_stat {
	u64 sent;
	u64 sent_bytes;
	u64 received;
	u64 received_bytes;
};

struct cpu_stat {
	u64 counters[POPCORN_COUNTERS];
	struct type_stat types[POPCORN_MAX_TYPES];
};

static struct cpu_stat __percpu *stats;

static const char *const counter_names[] = {
	[POPCORN_COUNT_SENT] = "sent",
	[POPCORN_COUNT_RECEIVED] = "received",
	[POPCORN_COUNT_SENT_BYTES] = "sent_bytes",
	[POPCORN_COUNT_RECEIVED_BYTES] = "received_bytes",
	[POPCORN_COUNT_REFUSED_SENDS] = "refused_sends",
	[POPCORN_COUNT_REQUESTS] = "requests",
	[POPCORN_COUNT_REQUEST_TIMEOUTS] = "request_timeouts",
	[POPCORN_COUNT_REQUESTS_LOST] = "requests_lost",
	[POPCORN_COUNT_LATE_REPLIES] = "late_replies",
	[POPCORN_COUNT_UNHANDLED] = "unhandled",
	[POPCORN_COUNT_BAD_SIZE] = "bad_size",
	[POPCORN_COUNT_JOINS] = "joins",
	[POPCORN_COUNT_LOSSES] = "losses",
	[POPCORN_COUNT_SILENCES] = "silences",
	[POPCORN_COUNT_RECONNECTIONS] = "reconnections",
};
static_assert(ARRAY_SIZE(counter_names) == POPCORN_COUNTERS);

int popcorn_init_stat(void)
{
	stats = alloc_percpu(struct cpu_stat);
	return stats ? 0 : -ENOMEM;
}

void popcorn_exit_stat(void)
{
	free_percpu(stats);
}

void popcorn_count(enum popcorn_counter counter)
{
	this_cpu_inc(stats->counters[counter]);
}

void popcorn_count_sent(u16 type, u32 size)
{
	this_cpu_inc(stats->counters[POPCORN_COUNT_SENT]);
	this_cpu_add(stats->counters[POPCORN_COUNT_SENT_BYTES], size);
	this_cpu_inc(stats->types[type].sent);
	this_cpu_add(stats->types[type].sent_bytes, size);
}

void popcorn_count_received(u16 type, u32 size)
{
	this_cpu_inc(stats->counters[POPCORN_COUNT_RECEIVED]);
	this_cpu_add(stats->counters[POPCORN_COUNT_RECEIVED_BYTES], size);
	this_cpu_inc(stats->types[type].received);
	this_cpu_add(stats->types[type].received_bytes, size);
}

/* Counts that happen meanwhile may survive. */
void popcorn_reset_stat(void)
{
	int cpu;

	for_each_possible_cpu(cpu) memset(per_cpu_ptr(stats, cpu), 0, sizeof(*stats));
}

static struct type_stat sum_of_type(u16 type)
{
	struct type_stat sum = {};
	int cpu;

	for_each_possible_cpu(cpu)
	{
		const struct type_stat *part = &per_cpu_ptr(stats, cpu)->types[type];

		sum.sent += READ_ONCE(part->sent);
		sum.sent_bytes += READ_ONCE(part->sent_bytes);
		sum.received += READ_ONCE(part->received);
		sum.received_bytes += READ_ONCE(part->received_bytes);
	}
	return sum;
}

/* /proc/popcorn_stat: "NAME VALUE" lines, then a line per type that occurred. */
int popcorn_show_stat(struct seq_file *file, void *unused)
{
	char name[40];
	int i, cpu;

	for (i = 0; i < POPCORN_COUNTERS; i++) {
		u64 sum = 0;

		for_each_possible_cpu(cpu) sum += READ_ONCE(per_cpu_ptr(stats, cpu)->counters[i]);
		seq_printf(file, "%s %llu\n", counter_names[i], sum);
	}
	for (i = 0; i < POPCORN_MAX_TYPES; i++) {
		struct type_stat sum = sum_of_type(i);

		if (sum.sent || sum.received)
			seq_printf(file, "type %d %s sent %llu %llu received %llu %llu\n", i,
				   popcorn_type_name(i, name, sizeof(name)), sum.sent,
				   sum.sent_bytes, sum.received, sum.received_bytes);
	}
	return 0;
}
