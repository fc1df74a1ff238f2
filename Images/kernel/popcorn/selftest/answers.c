// SPDX-License-Identifier: GPL-2.0
/* The side of a self test that is asked. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/crc32.h>
#include "selftest.h"

/* Counted by the receive thread of the node that streams, and by nobody else. */
static struct streamed {
	u64 messages;
	u64 bytes;
} streamed[POPCORN_MAX_NODES];

static void handle_echo(const struct popcorn_received *received)
{
	struct popcorn_message reply = { .head = received->payload, .head_size = received->size };

	popcorn_respond(&received->sender, &reply);
}

static void handle_verify(const struct popcorn_received *received)
{
	const struct popcorn_test_verify *verify = received->payload;
	struct popcorn_test_verdict verdict;
	struct popcorn_message reply = { .head = &verdict, .head_size = sizeof(verdict) };
	u32 crc = crc32_le(~0, (const u8 *)(verify + 1), received->size - sizeof(*verify));

	verdict.crc = cpu_to_le32(crc);
	verdict.equal = cpu_to_le32(verdict.crc == verify->crc);
	popcorn_respond(&received->sender, &reply);
}

static void handle_stream(const struct popcorn_received *received)
{
	struct streamed *counts = &streamed[received->sender.node];

	counts->messages++;
	counts->bytes += received->size;
}

static void handle_sync(const struct popcorn_received *received)
{
	struct streamed *counts = &streamed[received->sender.node];
	struct popcorn_test_streamed body = {
		.messages = cpu_to_le64(counts->messages),
		.bytes = cpu_to_le64(counts->bytes),
	};
	struct popcorn_message reply = { .head = &body, .head_size = sizeof(body) };

	*counts = (struct streamed){};
	popcorn_respond(&received->sender, &reply);
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

int popcorn_init_test(void)
{
	return popcorn_register_handlers(handlers, ARRAY_SIZE(handlers));
}

void popcorn_exit_test(void)
{
	popcorn_unregister_handlers(handlers, ARRAY_SIZE(handlers));
	popcorn_forget_test();
}
