/* SPDX-License-Identifier: GPL-2.0 */
/* Durations in ns, counted in buckets less than 1.6 % wide. */
#ifndef POPCORN_HISTOGRAM_H
#define POPCORN_HISTOGRAM_H

#include <linux/seq_file.h>

#define HISTOGRAM_SUB_BITS 6 /* 64 buckets per power of two */
#define HISTOGRAM_BUCKETS  ((64 - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

struct histogram {
	u64 count;
	u64 min;
	u64 max;
	u32 buckets[HISTOGRAM_BUCKETS];
};

void histogram_init(struct histogram *histogram);
void histogram_add(struct histogram *histogram, u64 value);
void histogram_merge(struct histogram *into, const struct histogram *from);
u64 histogram_percentile(const struct histogram *histogram, unsigned int percent);
void histogram_show(const struct histogram *histogram, struct seq_file *file);

#endif
