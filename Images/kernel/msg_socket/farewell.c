// SPDX-License-Identifier: GPL-2.0
/*
 * Leaving in an orderly manner: peers that are told need not wait for this node. Whoever cannot be
 * told now, because nothing gets through, will have to find out.
 */

#include <linux/reboot.h>
#include "msg_socket.h"

void ms_say_bye(void)
{
	int id;

	for (id = 0; id < ms_settings.count; id++)
		if (id != ms_settings.self)
			ms_send_control(ms_peer_by_id(id), POPCORN_TYPE_BYE);
}

/* Nobody is to come back before the machine is down. */
static int leave(struct notifier_block *block, unsigned long action, void *data)
{
	ms_begin_stop();
	ms_say_bye();
	return NOTIFY_DONE;
}

static struct notifier_block reboot_notifier = { .notifier_call = leave };

int ms_watch_reboot(void)
{
	return register_reboot_notifier(&reboot_notifier);
}

void ms_unwatch_reboot(void)
{
	unregister_reboot_notifier(&reboot_notifier);
}
