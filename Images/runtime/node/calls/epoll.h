/* What the shadow does of epoll for its thread. See epoll.c. */
#ifndef POPCORN_EPOLL_H
#define POPCORN_EPOLL_H

#include <stdint.h>

/* As programs have it, and as it travels. */
struct popcorn_epoll_event {
	uint32_t events;
	uint64_t data;
} __attribute__((packed));

/* Arguments: the descriptor of epoll, the operation, the descriptor to watch. Returns 0 or a negative errno. */
int64_t popcorn_serve_epoll_control(const int64_t *arguments, const struct popcorn_epoll_event *event);
/* Arguments: the descriptor of epoll, room for how many events, milliseconds. Returns how many came, or a negative errno. */
int64_t popcorn_serve_epoll_wait(const int64_t *arguments, struct popcorn_epoll_event *events);

#endif
