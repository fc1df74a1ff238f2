// SPDX-License-Identifier: GPL-2.0
/*
 * A histogram with buckets of constant relative width: values below 64 have a bucket each,
 * larger ones share 64 buckets per power of two. Adding a value allocates nothing.
 */
#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "histogram.h"

#define SUB (1u << HISTOGRAM_SUB_BITS)

static unsigned int bucket_of(u64 value)
{
	unsigned int shift;

	if (value < SUB)
		return value;
	shift = fls64(value) - 1 - HISTOGRAM_SUB_BITS;
	return ((shift + 1) << HISTOGRAM_SUB_BITS) + ((value >> shift) & (SUB - 1));
}

/* Smallest value of a bucket. */
static u64 floor_of(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < SUB)
		return bucket;
	shift = (bucket >> HISTOGRAM_SUB_BITS) - 1;
	return (u64)(SUB + (bucket & (SUB - 1))) << shift;
}

void histogram_init(struct histogram *histogram)
{
	memset(histogram, 0, sizeof(*histogram));
	histogram->min = U64_MAX;
}

void histogram_add(struct histogram *histogram, u64 value)
{
	histogram->count++;
	histogram->min = min(histogram->min, value);
	histogram->max = max(histogram->max, value);
	histogram->buckets[bucket_of(value)]++;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	int i;

	into->count += from->count;
	into->min = min(into->min, from->min);
	into->max = max(into->max, from->max);
	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
}

u64 histogram_percentile(const struct histogram *histogram, unsigned int percent)
{
	u64 rank = div_u64(histogram->count * percent + 99, 100);
	u64 seen = 0;
	int i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen && seen >= rank)
			return clamp(floor_of(i), histogram->min, histogram->max);
	}
	return 0;
}

/* "latency_ns_N=COUNT": COUNT values were at least N and less than 2 N. */
void histogram_show(const struct histogram *histogram, struct seq_file *file)
{
	u64 power, count;
	int i, end;

	for (i = 0; i < HISTOGRAM_BUCKETS; i = end) {
		power = i ? 1ull << (fls64(floor_of(i)) - 1) : 0;
		end = power >= SUB ? i + SUB : (power ? bucket_of(2 * power) : 1);
		for (count = 0; i < end; i++)
			count += histogram->buckets[i];
		if (count)
			seq_printf(file, "latency_ns_%llu=%llu\n", power, count);
	}
}
