// SPDX-License-Identifier: GPL-2.0
/* The trace events of migration are made here. */
#include <linux/module.h>
#define CREATE_TRACE_POINTS
#include <popcorn/trace_migrate.h>
