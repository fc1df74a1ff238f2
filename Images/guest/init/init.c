/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static void bring_up_network(const struct node_config *config)
{
	network_up_loopback();
	if (*config->management_mac && network_up(config->management_mac, "mgmt", config->management_address, "") &&
	    *config->management_gateway && !network_add_gateway(config->management_gateway))
		report_error(STAGE_FABRIC, "gateway %s", config->management_gateway);
	if (*config->fabric_mac && network_up(config->fabric_mac, "fabric", config->fabric_address, config->fabric_mtu))
		report(STAGE_FABRIC, "%s", config->fabric_address);
}

static void write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, text, strlen(text)) < 0)
		report_error(STAGE_MODULES, "%s", path);
	close(file);
}

static void end(void)
{
	/* A load that waits for peers must not be killed: some kernels stop for good then. The restart ends it. */
	if (!layer_is_loading()) {
		services_stop();
		if (!layer_is_own())
			syscall(SYS_delete_module, "msg_socket", O_NONBLOCK);
	}
	sync();
	report(STAGE_DOWN, "restarting");
	/* A restart ends QEMU on every machine and kernel, as guests run with -no-reboot; a power-off may not. */
	reboot(RB_AUTOBOOT);
}

/* From the first message on. The clock "local" is dmesg's in name only: on x86-64 it is milliseconds off it. */
void trace_popcorn(void)
{
	write_file("/sys/kernel/tracing/trace_clock", "perf");
	write_file("/sys/kernel/tracing/events/popcorn/enable", "1");
}

/* Adds " NAME=VALUE" to what a module is loaded with, unless the value is empty: then the module's own holds. */
static void add_parameter(char *text, size_t size, const char *name, const char *value)
{
	size_t length = strlen(text);

	if (*value)
		snprintf(text + length, size - length, "%s%s=%s", length ? " " : "", name, value);
}

/* Any load order of the nodes works: msg_socket connects in the background and keeps trying. */
static void load_message_layer(const struct node_config *config)
{
	char parameters[1024] = "";

	if (layer_is_own()) {
		layer_load(config);
		return;
	}
	if (!module_load("/lib/popcorn/popcorn.ko", ""))
		return;
	add_parameter(parameters, sizeof(parameters), "ip", config->peers);
	add_parameter(parameters, sizeof(parameters), "secret", config->secret);
	add_parameter(parameters, sizeof(parameters), "port", config->port);
	add_parameter(parameters, sizeof(parameters), "silent_ms", config->silent_ms);
	add_parameter(parameters, sizeof(parameters), "dead_ms", config->dead_ms);
	add_parameter(parameters, sizeof(parameters), "auth", config->auth);
	trace_popcorn();
	if (module_load("/lib/popcorn/msg_socket.ko", parameters))
		report(STAGE_MODULES, "popcorn msg_socket");
}

/* busybox's reboot, halt and poweroff send these three to the first process. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void handle_signals(int signals)
{
	struct signalfd_siginfo info;
	bool ending = false;

	while (read(signals, &info, sizeof(info)) == sizeof(info))
		ending |= info.ssi_signo != SIGCHLD;
	services_reap();
	if (ending)
		end();
}

int main(void)
{
	struct node_config config;
	struct utsname system;
	struct pollfd events[5] = { { .events = POLLIN },
				    { .events = POLLPRI },
				    { .events = POLLIN },
				    { .events = POLLIN },
				    { .events = POLLIN } };

	mount_all();
	report_open();
	uname(&system);
	report(STAGE_BOOTED, "%s %s", system.release, system.machine);
	events[0].fd = open_signals();
	config_load(&config, "/etc/popcorn/node");
	if (*config.hostname)
		sethostname(config.hostname, strlen(config.hostname));
	entropy_seed();
	modules_load_list("/etc/modules");
	report_connect();
	if (*config.root)
		root_start(config.root);
	bring_up_network(&config);
	services_start();
	if (*config.peers)
		load_message_layer(&config);
	else
		report_everything();
	events[4].fd = *config.joined ? members_open(&config) : -1;
	events[1].fd = *config.peers && !*config.joined ? peers_open() : -1;
	if (events[1].fd >= 0)
		peers_update();
	for (;;) {
		events[2].fd = services_sshd_event();
		events[3].fd = services_console();
		if (poll(events, 5, services_patience()) < 0 && errno != EINTR)
			report_error(STAGE_READY, "poll");
		if (events[0].revents & POLLIN)
			handle_signals(events[0].fd);
		if (events[1].fd >= 0 && events[1].revents & (POLLPRI | POLLERR))
			peers_update();
		if (events[4].fd >= 0 && events[4].revents & (POLLIN | POLLERR))
			members_update();
		if (events[2].fd >= 0 && events[2].revents & POLLIN)
			services_sshd_input();
		if (events[3].fd >= 0 && events[3].revents & POLLIN)
			services_console_input();
		services_start_due();
	}
}
