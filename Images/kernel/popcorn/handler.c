// SPDX-License-Identifier: GPL-2.0
/* Message types: who handles which, and handing messages over. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/srcu.h>
#include "core.h"

static const struct popcorn_handler __rcu *handlers[POPCORN_MAX_TYPES];
static DEFINE_MUTEX(handlers_mutex); /* serialises changes of handlers[] */
DEFINE_STATIC_SRCU(handlers_srcu);   /* held while a handler runs */

static const char *const transport_names[] = {
	[POPCORN_TYPE_NONE] = "NONE",     [POPCORN_TYPE_HELLO] = "HELLO",
	[POPCORN_TYPE_PROOF] = "PROOF",   [POPCORN_TYPE_ACCEPT] = "ACCEPT",
	[POPCORN_TYPE_REFUSE] = "REFUSE", [POPCORN_TYPE_PROBE] = "PROBE",
	[POPCORN_TYPE_ALIVE] = "ALIVE",   [POPCORN_TYPE_ACK] = "ACK",
	[POPCORN_TYPE_BYE] = "BYE",       [POPCORN_TYPE_READY] = "READY",
	[POPCORN_TYPE_CLAIM] = "CLAIM",
};

int popcorn_register_handler(const struct popcorn_handler *handler)
{
	int err = 0;

	if (handler->type <= POPCORN_TYPE_TRANSPORT_LAST || handler->type >= POPCORN_MAX_TYPES)
		return -EINVAL;
	if (handler->min_size > handler->max_size || handler->max_size > POPCORN_MAX_MESSAGE)
		return -EINVAL;
	mutex_lock(&handlers_mutex);
	if (rcu_access_pointer(handlers[handler->type]))
		err = -EBUSY;
	else
		rcu_assign_pointer(handlers[handler->type], handler);
	mutex_unlock(&handlers_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(popcorn_register_handler);

void popcorn_unregister_handler(const struct popcorn_handler *handler)
{
	mutex_lock(&handlers_mutex);
	if (!WARN_ON(rcu_access_pointer(handlers[handler->type]) != handler))
		RCU_INIT_POINTER(handlers[handler->type], NULL);
	mutex_unlock(&handlers_mutex);
	synchronize_srcu(&handlers_srcu);
}
EXPORT_SYMBOL_GPL(popcorn_unregister_handler);

int popcorn_register_handlers(const struct popcorn_handler *const list[], int count)
{
	int i, err;

	for (i = 0; i < count; i++) {
		err = popcorn_register_handler(list[i]);
		if (err) {
			popcorn_unregister_handlers(list, i);
			return err;
		}
	}
	return 0;
}
EXPORT_SYMBOL_GPL(popcorn_register_handlers);

void popcorn_unregister_handlers(const struct popcorn_handler *const list[], int count)
{
	while (count--)
		popcorn_unregister_handler(list[count]);
}
EXPORT_SYMBOL_GPL(popcorn_unregister_handlers);

void popcorn_dispatch(const struct popcorn_received *message)
{
	const struct popcorn_handler *handler;
	int idx, err = 0;

	idx = srcu_read_lock(&handlers_srcu);
	handler = srcu_dereference(handlers[message->sender.type], &handlers_srcu);
	if (!handler) {
		popcorn_count(POPCORN_COUNT_UNHANDLED);
		pr_warn_ratelimited("node %u sent type %u, which nobody handles\n",
				    message->sender.node, message->sender.type);
		err = -EOPNOTSUPP;
	} else if (message->size < handler->min_size || message->size > handler->max_size) {
		popcorn_count(POPCORN_COUNT_BAD_SIZE);
		pr_warn_ratelimited("node %u sent %s with %u bytes, allowed are %u to %u\n",
				    message->sender.node, handler->name, message->size,
				    handler->min_size, handler->max_size);
		err = -EBADMSG;
	} else {
		handler->handle(message);
	}
	srcu_read_unlock(&handlers_srcu, idx);
	if (err && message->sender.station)
		popcorn_respond_error(&message->sender, err);
}

/* Fills @buffer with the name of @type; its number where it has none. */
const char *popcorn_type_name(u16 type, char *buffer, size_t size)
{
	const struct popcorn_handler *handler;
	int idx;

	idx = srcu_read_lock(&handlers_srcu);
	handler = srcu_dereference(handlers[type], &handlers_srcu);
	if (handler)
		strscpy(buffer, handler->name, size);
	else if (type < ARRAY_SIZE(transport_names))
		strscpy(buffer, transport_names[type], size);
	else
		snprintf(buffer, size, "TYPE_%u", type);
	srcu_read_unlock(&handlers_srcu, idx);
	return buffer;
}

/* /proc/popcorn_types: number and name of each type that this kernel knows. */
int popcorn_show_types(struct seq_file *file, void *unused)
{
	char name[40];
	u16 type;

	for (type = 0; type < POPCORN_MAX_TYPES; type++)
		if (type < ARRAY_SIZE(transport_names) || rcu_access_pointer(handlers[type]))
			seq_printf(file, "%u %s\n", type,
				   popcorn_type_name(type, name, sizeof(name)));
	return 0;
}
