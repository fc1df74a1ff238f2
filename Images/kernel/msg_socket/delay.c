// SPDX-License-Identifier: GPL-2.0
/*
 * A delay in front of each message, for tests: whoever measures hops must find out that they have
 * become slower, and how much.
 *
 * It is spent by whoever sends, one message after the other, so their order stays. The transport's
 * own messages are not delayed, or peers would be lost.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include "msg_socket.h"

#define MOST_US 100000
/* How early a sleeper is woken, since a timer may be late by as much. */
#define SPIN_US 1000

static uint delay_us;

static int set_delay(const char *text, const struct kernel_param *param)
{
	return param_set_uint_minmax(text, param, 0, MOST_US);
}

static const struct kernel_param_ops delay_ops = {
	.set = set_delay,
	.get = param_get_uint,
};

module_param_cb(delay_us, &delay_ops, &delay_us, 0644);
MODULE_PARM_DESC(delay_us, "for tests: each message is sent so many µs later, at most 100000 (0)");

bool ms_is_delayed(u16 type)
{
	return READ_ONCE(delay_us) && type > POPCORN_TYPE_TRANSPORT_LAST;
}

/* Returns when a message of @type may go. May sleep. */
void ms_delay(u16 type)
{
	unsigned int delay = READ_ONCE(delay_us);
	ktime_t end;

	if (!delay || type <= POPCORN_TYPE_TRANSPORT_LAST)
		return;
	end = ktime_add_us(ktime_get(), delay);
	if (delay > SPIN_US)
		usleep_range(delay - SPIN_US, delay - SPIN_US);
	while (ktime_before(ktime_get(), end))
		cpu_relax();
}
