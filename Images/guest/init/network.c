/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int control(void)
{
	static int descriptor = -1;

	if (descriptor < 0)
		descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return descriptor;
}

static void set_name(struct ifreq *request, const char *name)
{
	memset(request, 0, sizeof(*request));
	snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", name);
}

static void set_ipv4(struct sockaddr *where, in_addr_t address)
{
	struct sockaddr_in *in = (struct sockaddr_in *)where;

	memset(in, 0, sizeof(*in));
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = address;
}

static bool bring_up(const char *name)
{
	struct ifreq request;

	set_name(&request, name);
	if (ioctl(control(), SIOCGIFFLAGS, &request))
		return false;
	request.ifr_flags |= IFF_UP;
	return !ioctl(control(), SIOCSIFFLAGS, &request);
}

/*
 * A peer that is up before us has asked for our MAC in vain, and would ask again after a second only. With arp_notify
 * the kernel tells everybody when an interface goes up, which lets the peer's waiting connection go on at once.
 */
static void announce_addresses(void)
{
	int file = open("/proc/sys/net/ipv4/conf/all/arp_notify", O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, "1\n", 2) < 0)
		report_error(STAGE_FABRIC, "arp_notify");
	if (file >= 0)
		close(file);
}

void network_up_loopback(void)
{
	announce_addresses();
	if (!bring_up("lo"))
		report_error(STAGE_FABRIC, "lo");
}

static bool has_mac(const char *name, const char *mac)
{
	struct ifreq request;
	unsigned char *bytes = (unsigned char *)request.ifr_hwaddr.sa_data;
	char text[18];

	set_name(&request, name);
	if (ioctl(control(), SIOCGIFHWADDR, &request))
		return false;
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4],
		 bytes[5]);
	return !strcasecmp(text, mac);
}

/* NICs are told apart by MAC, because their order depends on the machine and its firmware. */
static bool rename_by_mac(const char *mac, const char *name)
{
	struct if_nameindex *all = if_nameindex();
	bool found = false;

	for (struct if_nameindex *i = all; i && i->if_name && !found; i++) {
		struct ifreq request;

		if (!has_mac(i->if_name, mac))
			continue;
		set_name(&request, i->if_name);
		snprintf(request.ifr_newname, sizeof(request.ifr_newname), "%s", name);
		found = !strcmp(i->if_name, name) || !ioctl(control(), SIOCSIFNAME, &request);
	}
	if (all)
		if_freenameindex(all);
	return found;
}

static bool set_address(const char *name, const char *address)
{
	char text[20];
	char *slash;
	long prefix;
	struct in_addr in;
	struct ifreq request;

	snprintf(text, sizeof(text), "%s", address);
	slash = strchr(text, '/');
	errno = EINVAL;
	if (!slash)
		return false;
	*slash++ = 0;
	prefix = strtol(slash, NULL, 10);
	if (prefix < 1 || prefix > 32 || !inet_aton(text, &in))
		return false;
	set_name(&request, name);
	set_ipv4(&request.ifr_addr, in.s_addr);
	if (ioctl(control(), SIOCSIFADDR, &request))
		return false;
	set_ipv4(&request.ifr_netmask, htonl(0xffffffffu << (32 - prefix)));
	return !ioctl(control(), SIOCSIFNETMASK, &request);
}

static bool set_mtu(const char *name, const char *mtu)
{
	struct ifreq request;

	if (!*mtu)
		return true;
	set_name(&request, name);
	request.ifr_mtu = strtol(mtu, NULL, 10);
	return !ioctl(control(), SIOCSIFMTU, &request);
}

bool network_up(const char *mac, const char *name, const char *address, const char *mtu)
{
	if (!rename_by_mac(mac, name)) {
		errno = 0;
		report_error(STAGE_FABRIC, "no NIC has the MAC %s of '%s'", mac, name);
		return false;
	}
	/* The address comes first, so that going up announces it. */
	if (!set_mtu(name, mtu) || !set_address(name, address) || !bring_up(name)) {
		report_error(STAGE_FABRIC, "%s with address %s", name, address);
		return false;
	}
	return true;
}

bool network_add_gateway(const char *gateway)
{
	struct rtentry route = { .rt_flags = RTF_UP | RTF_GATEWAY };
	struct in_addr in;

	if (!inet_aton(gateway, &in))
		return false;
	set_ipv4(&route.rt_dst, INADDR_ANY);
	set_ipv4(&route.rt_genmask, INADDR_ANY);
	set_ipv4(&route.rt_gateway, in.s_addr);
	return !ioctl(control(), SIOCADDRT, &route);
}
