/* SPDX-License-Identifier: MIT */
/*
 * The first process of the embedded guest.
 *
 * It does once, in C and without a shell, what a distribution's boot scripts do, because every fork costs ten
 * milliseconds on an emulated CPU. The lab reads its progress, one line a stage:
 *
 *     popcorn-init: STAGE DETAIL
 *     popcorn-init: error STAGE: MESSAGE
 *
 * Stages come in the order of enum stage; an error does not end the boot, so that the console stays usable.
 *
 * The lines go to a port of their own (virtio-serial, REPORT_PORT), where no kernel message can hide, split or delay them,
 * and to the kernel's log, from where they reach the console if its log level lets them. A kernel without virtio_console
 * has the console alone.
 */
#ifndef POPCORN_INIT_H
#define POPCORN_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum stage {
	STAGE_BOOTED,  /* kernel release and machine */
	STAGE_FABRIC,  /* the fabric address is up */
	STAGE_MODULES, /* popcorn.ko and msg_socket.ko are loaded */
	STAGE_SSHD,    /* the SSH server listens */
	STAGE_JOINED,  /* "ID ARCHITECTURE": a peer, where the kernel's log tells of it */
	STAGE_PEERS,   /* "UP of TOTAL": how many peers the message layer sees */
	STAGE_READY,   /* every peer is seen; printed once */
	STAGE_DOWN,    /* the last line before the guest ends */
};

/* What the lab wrote to /etc/popcorn/node, one KEY=VALUE a line. An absent key is an empty string. */
struct node_config {
	char hostname[65];
	char management_mac[18];
	char management_address[19]; /* with prefix length: 10.0.2.15/24 */
	char management_gateway[16];
	char fabric_mac[18];
	char fabric_address[19];
	char fabric_mtu[6];
	char peers[512];  /* every node's address, in node-id order, with commas */
	char secret[129]; /* hex */
	char port[6];
	char silent_ms[8];
	char dead_ms[8];
	char auth[10];
	char root[64]; /* a device whose init is to be started instead of all that follows */
	/* A kernel of the user's own alone. */
	char joined[256]; /* a regular expression of the message by which a peer's membership is known */
	char quiet[2];    /* 1: the console's log level stays low */
	char trace[2];    /* 1: the kernel's events are recorded from the boot on */
};

/* The name of the port, as QEMU gives it. */
#define REPORT_PORT "popcorn.report"

#define PRINTF_LIKE __attribute__((format(printf, 2, 3)))

/* report.c */
void report_open(void);
/* Finds the port, once its driver is loaded, and sends it what was reported so far. */
void report_connect(void);
void report(enum stage stage, const char *format, ...) PRINTF_LIKE;
/* With errno's text if errno is set. */
void report_error(enum stage stage, const char *format, ...) PRINTF_LIKE;
/* Makes every later kernel message appear on the console; the boot itself is quiet because a serial line is slow. */
void report_everything(void);

/* config.c */
bool config_load(struct node_config *config, const char *path);

/* mounts.c */
void mount_all(void);

/* modules.c */
/* Gives false and errno for a module that the kernel refuses. */
bool module_insert(const char *path, const char *parameters);
/* The same, and reports it. */
bool module_load(const char *path, const char *parameters);
/* Loads every path of a file, one a line, in its order. */
void modules_load_list(const char *list);

/* layer.c */
/* Whether the node has a kernel of the user's own, with modules of its own. */
bool layer_is_own(void);
/* Loads these modules; what does not return before all peers are there is loaded by a child. */
void layer_load(const struct node_config *config);
/* Whether that child is at work: such a load must not be killed. */
bool layer_is_loading(void);
/* The child has ended. */
void layer_reap(pid_t child);

/* members.c */
/* Opens the kernel's log, by which it is known who has joined. Returns a descriptor for poll(). */
int members_open(const struct node_config *config);
/* Reads what came to it, and reports who has joined. */
void members_update(void);

/* entropy.c */
/* Gives the kernel the random bytes that the lab has sent, if it has. */
void entropy_seed(void);

/* root.c */
/* Mounts a device as / and starts the init that is on it; returns, after a report, if it cannot be mounted. */
void root_start(const char *device);

/* network.c */
void network_up_loopback(void);
/* Finds the NIC by its MAC, names it, and gives it an address. */
bool network_up(const char *mac, const char *name, const char *address, const char *mtu);
bool network_add_gateway(const char *gateway);

/* services.c */
void services_start(void);
/* The console's terminal, for poll(): readable when somebody types. -1 while a shell runs there. */
int services_console(void);
void services_console_input(void);
/* A descriptor for poll() that becomes readable when the SSH server listens; -1 once it was seen. */
int services_sshd_event(void);
void services_sshd_input(void);
/* Reaps every dead child; the ones we own are due to start again, after a pause if they keep dying. */
void services_reap(void);
/* Milliseconds until something is due to start, -1 if nothing is. */
int services_patience(void);
void services_start_due(void);
void services_stop(void);

/* init.c */
/* Records the events of popcorn.ko from now on. */
void trace_popcorn(void);

/* peers.c */
int peers_open(void);
/* Reads /proc/popcorn_peers and reports a change. */
void peers_update(void);

#endif
