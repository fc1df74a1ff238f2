#define _GNU_SOURCE
#include "linux_calls.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
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

int linux_eventfd(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
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

static int termination_descriptor;
static const char *termination_message;
static atomic_int terminations;

static void on_termination(int number)
{
    unsigned char byte = (unsigned char)number;
    ssize_t ignored;

    if (atomic_fetch_add(&terminations, 1) == 0) {
        ignored = write(termination_descriptor, &byte, 1);
    } else {
        ignored = write(STDERR_FILENO, termination_message, strlen(termination_message));
        _exit(128 + number);
    }
    (void)ignored;
}

void linux_catch_termination(int descriptor, const char *message)
{
    struct sigaction action = { .sa_handler = on_termination, .sa_flags = SA_RESTART };

    termination_descriptor = descriptor;
    termination_message = strdup(message);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int linux_memory_file(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC);
}

static int window_descriptor;

static void on_window_change(int number)
{
    unsigned char byte = (unsigned char)number;
    ssize_t ignored = write(window_descriptor, &byte, 1);

    (void)ignored;
}

void linux_forward_window_changes(int descriptor)
{
    struct sigaction action = { .sa_handler = on_window_change, .sa_flags = SA_RESTART };

    window_descriptor = descriptor;
    sigaction(SIGWINCH, &action, NULL);
}
