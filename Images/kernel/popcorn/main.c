// SPDX-License-Identifier: GPL-2.0
/*
 * popcorn.ko: messages, requests and services between kernels of a Popcorn lab; memory shared
 * by them, and threads that move between them.
 * A transport such as msg_socket.ko carries the messages.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/module.h>
#include "core.h"
#include "dsm/dsm.h"
#include "migrate/migrate.h"

#ifdef __BIG_ENDIAN
#error "popcorn supports little-endian machines only"
#endif

static int __init popcorn_init(void)
{
	int err;

	popcorn_init_stations();
	err = popcorn_init_stat();
	if (err)
		return err;
	err = popcorn_init_services();
	if (err)
		goto exit_stat;
	err = popcorn_init_test();
	if (err)
		goto exit_services;
	err = popcorn_init_proc();
	if (err)
		goto exit_test;
	err = popcorn_init_dsm();
	if (err)
		goto exit_proc;
	err = popcorn_init_migration();
	if (err)
		goto exit_dsm;
	return 0;

exit_dsm:
	popcorn_exit_dsm();
exit_proc:
	popcorn_exit_proc();
exit_test:
	popcorn_exit_test();
exit_services:
	popcorn_exit_services();
exit_stat:
	popcorn_exit_stat();
	return err;
}

static void __exit popcorn_exit(void)
{
	popcorn_exit_migration();
	popcorn_exit_dsm();
	popcorn_exit_proc();
	popcorn_exit_test();
	popcorn_exit_services();
	popcorn_exit_stat();
}

module_init(popcorn_init);
module_exit(popcorn_exit);

MODULE_DESCRIPTION("Message layer between the kernels of a Popcorn lab");
MODULE_LICENSE("GPL");
