#define _GNU_SOURCE
#include "linux_calls.h"

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int linux_pidfd_open(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

void linux_set_thread_name(const char *name)
{
    prctl(PR_SET_NAME, name);
}

int linux_window_size(int descriptor, unsigned short *columns, unsigned short *rows)
{
    struct winsize size;

    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0)
        return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}

int linux_memory_file(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC);
}

int linux_event_counter(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
