/* SPDX-License-Identifier: GPL-2.0 */
/* A frame on its way into a socket, in parts that lie apart. */
#ifndef PARCEL_H
#define PARCEL_H

#include <linux/net.h>
#include <linux/uio.h>

#define PARCEL_PARTS 4 /* header, head, body, padding */

/**
 * struct parcel - what is left of a frame; begin with all zeros
 * @parts: where it lies; those that have gone are empty
 * @count: number of parts
 * @left: bytes in all parts
 */
struct parcel {
	struct kvec parts[PARCEL_PARTS];
	int count;
	size_t left;
};

/* Appends @size bytes; @data must stay until they have gone. */
void parcel_add(struct parcel *parcel, const void *data, size_t size);

/* Appends the padding of a frame with @length bytes of payload. */
void parcel_pad(struct parcel *parcel, u32 length);

/*
 * Puts as much into the socket as it takes within @timeout, or at once with MSG_DONTWAIT.
 * Returns 0, even if it took nothing, or an error that ends the connection.
 */
int parcel_push(struct parcel *parcel, struct socket *sock, int flags, long timeout);

#endif
