// SPDX-License-Identifier: GPL-2.0
/* Module parameters: reading them strictly, and saying what is wrong with them. */
#define pr_fmt(fmt) "popcorn: " fmt

#include <crypto/sha2.h>
#include <linux/inet.h>
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <linux/random.h>
#include <net/net_namespace.h>
#include <net/route.h>
#include "msg_socket.h"

#define SILENCE_MIN 100     /* ms; an emulated guest may stand still for as long by itself */
#define SILENCE_MAX 3600000 /* ms */
#define SILENT_MS   1500u

static char *ip;
module_param(ip, charp, 0444);
MODULE_PARM_DESC(ip,
		 "IPv4 addresses of all nodes, separated by commas; the position is the node id");

static ushort port = POPCORN_PORT;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "TCP port on all nodes (default 30467)");

static char *secret;
module_param(secret, charp, 0000);
MODULE_PARM_DESC(secret, "lab secret, 32 to 128 hexadecimal digits, the same on all nodes");

static uint silent_ms;
module_param(silent_ms, uint, 0444);
MODULE_PARM_DESC(silent_ms,
		 "no sign of life for so long counts as silence, in ms (default 1500, at "
		 "most dead_ms)");

static uint dead_ms = 60000;
module_param(dead_ms, uint, 0444);
MODULE_PARM_DESC(dead_ms, "silence after which a node counts as gone, in ms (default 60000)");

static char *auth = "frames";
module_param(auth, charp, 0444);
MODULE_PARM_DESC(
	auth, "what is authenticated: each frame ('frames', the default), or only the 'handshake'");

struct settings ms_settings;

static bool is_local(__be32 address)
{
	return inet_addr_type(&init_net, address) == RTN_LOCAL;
}

static int add_address(const char *text)
{
	__be32 address;
	const char *end;
	int i;

	if (!*text) {
		pr_err("ip=%s: entry %d is empty\n", ip, ms_settings.count);
		return -EINVAL;
	}
	if (!in4_pton(text, -1, (u8 *)&address, -1, &end) || *end) {
		pr_err("ip=%s: '%s' is not an IPv4 address\n", ip, text);
		return -EINVAL;
	}
	if (ipv4_is_zeronet(address) || ipv4_is_loopback(address) || ipv4_is_multicast(address) ||
	    ipv4_is_lbcast(address)) {
		pr_err("ip=%s: %pI4 cannot be the address of a node\n", ip, &address);
		return -EINVAL;
	}
	if (ms_settings.count == POPCORN_MAX_NODES) {
		pr_err("ip=: more than %d nodes\n", POPCORN_MAX_NODES);
		return -EINVAL;
	}
	for (i = 0; i < ms_settings.count; i++) {
		if (ms_settings.addresses[i] == address) {
			pr_err("ip=%s: nodes %d and %d have the same address %pI4\n", ip, i,
			       ms_settings.count, &address);
			return -EINVAL;
		}
	}
	ms_settings.addresses[ms_settings.count++] = address;
	return 0;
}

static int read_addresses(void)
{
	char *copy, *rest;
	int err = 0;

	if (!ip || !*ip) {
		pr_err("ip= is missing: give the addresses of all nodes, ip=a,b,...\n");
		return -EINVAL;
	}
	copy = kstrdup(ip, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (rest && !err)
		err = add_address(strsep(&rest, ","));
	kfree(copy);
	return err;
}

static int find_self(void)
{
	int i;

	ms_settings.self = -1;
	for (i = 0; i < ms_settings.count; i++) {
		if (!is_local(ms_settings.addresses[i]))
			continue;
		if (ms_settings.self >= 0) {
			pr_err("ip=%s: nodes %d and %d are both this machine\n", ip,
			       ms_settings.self, i);
			return -EINVAL;
		}
		ms_settings.self = i;
	}
	if (ms_settings.self < 0) {
		pr_err("ip=%s: none of these is an address of this machine\n", ip);
		return -EINVAL;
	}
	return 0;
}

/* Nodes must agree on who is who before they may talk. */
static void digest_list(void)
{
	__be16 wire_port = htons(ms_settings.port);
	struct sha256_state state;

	sha256_init(&state);
	sha256_update(&state, (const u8 *)&wire_port, sizeof(wire_port));
	sha256_update(&state, (const u8 *)ms_settings.addresses,
		      ms_settings.count * sizeof(ms_settings.addresses[0]));
	sha256_final(&state, ms_settings.list_digest);
}

static int read_secret(void)
{
	int err = ms_set_secret(secret);

	if (secret)
		memzero_explicit(secret, strlen(secret));
	if (err)
		pr_err("secret= needs 32 to 128 hexadecimal digits, an even number of them\n");
	return err;
}

static int read_times(void)
{
	if (dead_ms < SILENCE_MIN || dead_ms > SILENCE_MAX) {
		pr_err("dead_ms=%u is not within %d to %d\n", dead_ms, SILENCE_MIN, SILENCE_MAX);
		return -EINVAL;
	}
	if (!silent_ms)
		silent_ms = min(dead_ms, SILENT_MS);
	if (silent_ms < SILENCE_MIN || silent_ms > dead_ms) {
		pr_err("silent_ms=%u is not within %d to dead_ms=%u\n", silent_ms, SILENCE_MIN,
		       dead_ms);
		return -EINVAL;
	}
	ms_settings.silent_ms = silent_ms;
	ms_settings.dead_ms = dead_ms;
	return 0;
}

static int read_auth(void)
{
	ms_settings.macs = sysfs_streq(auth, "frames");
	if (ms_settings.macs || sysfs_streq(auth, "handshake"))
		return 0;
	pr_err("auth=%s is neither 'handshake' nor 'frames'\n", auth);
	return -EINVAL;
}

int ms_read_parameters(void)
{
	int err = read_secret();

	if (err)
		return err;
	if (!port) {
		pr_err("port=0 is not a port\n");
		return -EINVAL;
	}
	err = read_times();
	if (!err)
		err = read_auth();
	if (err)
		return err;
	ms_settings.port = port;
	ms_settings.boot_id = get_random_u64();
	err = read_addresses();
	if (!err)
		err = find_self();
	if (err)
		return err;
	digest_list();
	if (!ms_has_secret())
		pr_warn("no secret= given: any machine on this network can join\n");
	return 0;
}
