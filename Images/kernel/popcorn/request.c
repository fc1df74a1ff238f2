// SPDX-License-Identifier: GPL-2.0
/*
 * Requests: a message that waits for its reply.
 *
 * The waiting party is a station on its caller's stack, found by number through the table of
 * the node that was asked. Whoever unhashes a station, under the table's lock, completes it:
 * the receive thread with a reply, the loss of the node with an error, or the caller itself
 * when it gives up. A caller that finds its station unhashed waits for the completion, which
 * is then certain to come without help from the network.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/completion.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include "core.h"

#define STATION_BITS 6

struct station {
	struct hlist_node hash;
	u32 number;
	u32 epoch;
	u16 type;
	int result;
	struct popcorn_reply *reply;
	struct completion done;
};

struct station_table {
	spinlock_t lock; /* protects buckets and who completes a station */
	struct hlist_head buckets[1 << STATION_BITS];
};

static struct station_table tables[POPCORN_MAX_NODES]; /* by node that was asked */
static atomic_t last_number;

void popcorn_init_stations(void)
{
	int i;

	for (i = 0; i < POPCORN_MAX_NODES; i++)
		spin_lock_init(&tables[i].lock);
}

static struct hlist_head *bucket_of(struct station_table *table, u32 number)
{
	return &table->buckets[hash_32(number, STATION_BITS)];
}

static struct station *find_station(struct station_table *table, u32 number)
{
	struct station *station;

	hlist_for_each_entry(station, bucket_of(table, number),
			     hash) if (station->number == number) return station;
	return NULL;
}

static void add_station(struct station_table *table, struct station *station)
{
	spin_lock(&table->lock);
	do {
		station->number = atomic_inc_return(&last_number);
	} while (!station->number || find_station(table, station->number));
	hlist_add_head(&station->hash, bucket_of(table, station->number));
	spin_unlock(&table->lock);
}

/* Returns whether the station was still the caller's to take back. */
static bool take_back(struct station_table *table, struct station *station)
{
	bool mine;

	spin_lock(&table->lock);
	mine = !hlist_unhashed(&station->hash);
	if (mine)
		hlist_del_init(&station->hash);
	spin_unlock(&table->lock);
	return mine;
}

static int wait_for_reply(struct station_table *table, struct station *station, long timeout)
{
	long left = wait_for_completion_killable_timeout(&station->done, timeout);

	if (left > 0)
		return station->result;
	if (take_back(table, station)) {
		if (!left)
			popcorn_count(POPCORN_COUNT_REQUEST_TIMEOUTS);
		return left ? -ERESTARTSYS : -ETIMEDOUT;
	}
	wait_for_completion(&station->done);
	return station->result;
}

int popcorn_request(int node, const struct popcorn_message *message, struct popcorn_reply *reply,
		    long timeout)
{
	struct station station = { .type = message->type, .reply = reply };
	struct popcorn_send send = {
		.node = node,
		.message = message,
		.flags = POPCORN_FLAG_REQUEST,
		.patience = POPCORN_WAIT,
		.timeout = timeout,
	};
	unsigned long deadline = jiffies + timeout;
	struct station_table *table;
	struct popcorn_node info;
	int err;

	err = popcorn_get_node(node, &info);
	if (err)
		return err;
	if (info.state == POPCORN_NODE_SELF)
		return -ELOOP;
	if (!popcorn_node_takes_part(info.state))
		return -EHOSTDOWN;

	table = &tables[node];
	station.epoch = info.epoch;
	init_completion(&station.done);
	add_station(table, &station);
	send.epoch = info.epoch;
	send.station = station.number;
	popcorn_count(POPCORN_COUNT_REQUESTS);

	err = popcorn_submit(&send);
	if (err) {
		if (!take_back(table, &station))
			wait_for_completion(&station.done);
		return err;
	}
	return wait_for_reply(table, &station, max_t(long, deadline - jiffies, 1));
}
EXPORT_SYMBOL_GPL(popcorn_request);

int popcorn_respond(const struct popcorn_return *ret, const struct popcorn_message *message)
{
	struct popcorn_message typed = *message;
	struct popcorn_send send = {
		.node = ret->node,
		.message = &typed,
		.flags = POPCORN_FLAG_REPLY,
		.epoch = ret->epoch,
		.station = ret->station,
		.patience = POPCORN_NO_WAIT,
	};

	if (!ret->station)
		return -EINVAL;
	typed.type = ret->type;
	return popcorn_submit(&send);
}
EXPORT_SYMBOL_GPL(popcorn_respond);

int popcorn_respond_error(const struct popcorn_return *ret, int error)
{
	__le32 value = cpu_to_le32(-error);
	struct popcorn_message message = {
		.type = ret->type,
		.head = &value,
		.head_size = sizeof(value),
	};
	struct popcorn_send send = {
		.node = ret->node,
		.message = &message,
		.flags = POPCORN_FLAG_REPLY | POPCORN_FLAG_ERROR,
		.epoch = ret->epoch,
		.station = ret->station,
		.patience = POPCORN_NO_WAIT,
	};

	if (!ret->station || error >= 0 || error < -MAX_ERRNO)
		return -EINVAL;
	return popcorn_submit(&send);
}
EXPORT_SYMBOL_GPL(popcorn_respond_error);

/* What the peer's error reply means here. */
static int error_of(const struct popcorn_received *message)
{
	u32 value;

	if (message->size != sizeof(__le32))
		return -EPROTO;
	value = le32_to_cpup(message->payload);
	return value && value <= MAX_ERRNO ? -(int)value : -EPROTO;
}

static int copy_reply(struct popcorn_reply *reply, const struct popcorn_received *message)
{
	if (!reply)
		return 0;
	if (message->size > reply->capacity)
		return -EMSGSIZE;
	memcpy(reply->buffer, message->payload, message->size);
	reply->size = message->size;
	return 0;
}

/* A reply counts if it comes from the node that was asked, on the same connection. */
void popcorn_take_reply(const struct popcorn_received *message, u8 flags)
{
	struct station_table *table = &tables[message->sender.node];
	struct station *station;

	spin_lock(&table->lock);
	station = find_station(table, message->sender.station);
	if (station && station->epoch == message->sender.epoch &&
	    station->type == message->sender.type)
		hlist_del_init(&station->hash);
	else
		station = NULL;
	spin_unlock(&table->lock);
	if (!station) {
		popcorn_count(POPCORN_COUNT_LATE_REPLIES);
		return;
	}
	if (flags & POPCORN_FLAG_ERROR)
		station->result = error_of(message);
	else
		station->result = copy_reply(station->reply, message);
	complete(&station->done);
}

void popcorn_fail_requests(int node)
{
	struct station_table *table = &tables[node];
	struct station *station;
	struct hlist_node *next;
	int i;

	spin_lock(&table->lock);
	for (i = 0; i < ARRAY_SIZE(table->buckets); i++) {
		hlist_for_each_entry_safe(station, next, &table->buckets[i], hash)
		{
			hlist_del_init(&station->hash);
			station->result = -ECONNRESET;
			popcorn_count(POPCORN_COUNT_REQUESTS_LOST);
			complete(&station->done);
		}
	}
	spin_unlock(&table->lock);
}
