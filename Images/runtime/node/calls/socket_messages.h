/* sendmsg and recvmsg of a thread that is away, and what its shadow does for them. See socket_messages.c. */
#ifndef POPCORN_SOCKET_MESSAGES_H
#define POPCORN_SOCKET_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Arguments of the system calls; a negative errno or the result. */
long popcorn_send_message_away(const long *arguments);
long popcorn_receive_message_away(const long *arguments);

/* Arguments: descriptor, flags, sizes of name and control data, and for receiving room for data. `*used` is how much of
 * `out` was filled. */
int64_t popcorn_serve_send_message(const int64_t *arguments, const void *in, size_t in_size);
int64_t popcorn_serve_receive_message(const int64_t *arguments, void *out, size_t out_size, uint32_t *used);

#endif
