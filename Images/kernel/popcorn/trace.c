// SPDX-License-Identifier: GPL-2.0
/* Instantiates the trace events. */
#include <linux/module.h>
#define CREATE_TRACE_POINTS
#include <popcorn/trace.h>
