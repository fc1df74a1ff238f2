/* SPDX-License-Identifier: MIT */
/*
 * Starts the system that is on a disk in place of ours, which has loaded the drivers for it.
 */
#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE "/disk"

/* A driver may find its disks and their partitions after it was loaded. */
#define PATIENCE_MS 5000

static bool await_device(const char *device)
{
	int watch = inotify_init1(IN_CLOEXEC);
	struct pollfd event = { .fd = watch, .events = POLLIN };
	char buffer[4096];
	bool found;

	/* The watch first: what appears after the look is seen by it. */
	inotify_add_watch(watch, "/dev", IN_CREATE | IN_ATTRIB);
	while (!(found = !access(device, F_OK)) && poll(&event, 1, PATIENCE_MS) > 0)
		if (read(watch, buffer, sizeof(buffer)) < 0)
			break;
	close(watch);
	return found;
}

/* Tries each kind of file system that needs a device, as the kernel does for root= (init/do_mounts.c). */
static bool mount_device(const char *device)
{
	FILE *kinds = fopen("/proc/filesystems", "re");
	char line[128], kind[64];
	bool mounted = false;
	int error = ENODEV;

	while (kinds && !mounted && fgets(line, sizeof(line), kinds)) {
		if (*line != '\t' || sscanf(line, "%63s", kind) != 1)
			continue;
		mounted = !mount(device, PLACE, kind, 0, NULL);
		if (!mounted && errno != EINVAL)
			error = errno;
	}
	if (kinds)
		fclose(kinds);
	errno = error;
	return mounted;
}

static int forget(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)place;
	return kind == FTW_DP ? (rmdir(path), 0) : (unlink(path), 0);
}

static void carry_over(const char *place)
{
	char target[64];

	snprintf(target, sizeof(target), PLACE "%s", place);
	if (mount(place, target, NULL, MS_MOVE, NULL))
		umount2(place, MNT_DETACH);
}

static void start_init(void)
{
	static const char *const paths[] = { "/sbin/init", "/etc/init", "/bin/init", "/bin/sh" };
	static char *const environment[] = { "HOME=/", "TERM=linux", NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *const arguments[] = { (char *)paths[i], NULL };

		execve(paths[i], arguments, environment);
	}
}

void root_start(const char *device)
{
	mkdir(PLACE, 0755);
	if (!await_device(device)) {
		errno = 0;
		report_error(STAGE_BOOTED, "there is no device %s", device);
		return;
	}
	if (!mount_device(device)) {
		report_error(STAGE_BOOTED, "%s cannot be mounted", device);
		return;
	}
	umount2("/sys/kernel/tracing", MNT_DETACH);
	umount2("/sys/kernel/debug", MNT_DETACH);
	umount2("/run", MNT_DETACH);
	umount2("/tmp", MNT_DETACH);
	carry_over("/dev");
	carry_over("/proc");
	carry_over("/sys");
	/* What was unpacked is in memory until it is removed. */
	nftw("/", forget, 16, FTW_DEPTH | FTW_MOUNT | FTW_PHYS);
	if (!chdir(PLACE) && !mount(".", "/", NULL, MS_MOVE, NULL) && !chroot(".") && !chdir("/"))
		start_init();
	/* The panic that follows is about an init that was killed, which says nothing. */
	report_error(STAGE_BOOTED, "%s has no init that starts", device);
	_exit(1);
}
