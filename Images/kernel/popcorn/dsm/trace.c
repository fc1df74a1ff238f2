// SPDX-License-Identifier: GPL-2.0
/* The trace events of the shared memory are made here. */
#include <linux/mm.h>
#define CREATE_TRACE_POINTS
#include <popcorn/trace_dsm.h>
