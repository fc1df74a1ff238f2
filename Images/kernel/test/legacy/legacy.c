// SPDX-License-Identifier: GPL-2.0
/* What does not depend on the transport: architectures, the log's word of a peer, the table of the nodes. */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "legacy.h"

static const char *const architectures[] = { "aarch64", "x86_64", "ppc64le" };

static __be32 table[LEGACY_NODES];
static int self;

int legacy_arch(void)
{
	return IS_ENABLED(CONFIG_X86_64) ? 1 : 0;
}
EXPORT_SYMBOL_GPL(legacy_arch);

void legacy_joined(int nid, int arch)
{
	bool known = arch >= 0 && arch < ARRAY_SIZE(architectures);

	pr_info("legacy: %4d joined, %s\n", nid, known ? architectures[arch] : "unknown");
}
EXPORT_SYMBOL_GPL(legacy_joined);

static int show(struct seq_file *file, void *unused)
{
	int i;

	for (i = 0; i < LEGACY_NODES; i++)
		seq_printf(file, "%s %3d  %pI4  NODE_IP\n", i == self ? "*" : " ", i, &table[i]);
	return 0;
}

int legacy_show_peers(const __be32 *addresses, int own)
{
	memcpy(table, addresses, sizeof(table));
	self = own;
	return proc_create_single("popcorn_peers", 0444, NULL, show) ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(legacy_show_peers);

static int __init load(void)
{
	pr_info("legacy: loaded\n");
	return 0;
}

/* Without an exit function the module stays: like the one that it stands in for, it cannot be unloaded. */
module_init(load);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A message layer that behaves like an old one, for tests");
