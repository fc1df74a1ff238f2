#define _GNU_SOURCE
#include "linux_calls.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

int linux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int linux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void linux_set_thread_name(const char *name) { prctl(PR_SET_NAME, name); }

const void *linux_find_bytes(const void *bytes, size_t count, const void *needle, size_t length) {
  return memmem(bytes, count, needle, length);
}

int linux_window_size(int descriptor, unsigned short *columns, unsigned short *rows) {
  struct winsize size;

  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0)
    return -1;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}

void linux_prepare_process(void) {
  static const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGWINCH};
  sigset_t unblocked;
  int descriptor;

  do
    descriptor = open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0)
    close(descriptor);
  sigemptyset(&unblocked);
  for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
    sigaddset(&unblocked, ours[i]);
  sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
  signal(SIGCHLD, SIG_DFL);
}

static atomic_int kept_terminal = -1;
static struct termios kept_settings;

static void restore_terminal(void) {
  int descriptor = atomic_exchange(&kept_terminal, -1);

  if (descriptor >= 0)
    tcsetattr(descriptor, TCSANOW, &kept_settings);
}

void linux_keep_terminal(int descriptor, const struct termios *settings) {
  atomic_store(&kept_terminal, -1);
  if (!settings)
    return;
  kept_settings = *settings;
  atomic_store(&kept_terminal, descriptor);
}

void linux_end_process(int status) {
  restore_terminal();
  fflush(NULL);
  _exit(status);
}

static int termination_descriptor;
static const char *termination_message;
static atomic_int terminations;

static void on_termination(int number) {
  unsigned char byte = (unsigned char)number;
  ssize_t ignored;

  if (atomic_fetch_add(&terminations, 1) == 0) {
    ignored = write(termination_descriptor, &byte, 1);
  } else if (number != SIGHUP && number != SIGPIPE) {
    restore_terminal();
    ignored = write(STDERR_FILENO, termination_message, strlen(termination_message));
    _exit(128 + number);
  }
  (void)ignored;
}

void linux_catch_termination(int descriptor, const char *message) {
  struct sigaction action = {.sa_handler = on_termination, .sa_flags = SA_RESTART};

  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
  struct sigaction before;

  termination_descriptor = descriptor;
  termination_message = strdup(message);
  for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
    sigaction(numbers[i], NULL, &before);
    if (before.sa_handler != SIG_IGN)
      sigaction(numbers[i], &action, NULL);
  }
}

int linux_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

static int window_descriptor;

static void on_window_change(int number) {
  unsigned char byte = (unsigned char)number;
  ssize_t ignored = write(window_descriptor, &byte, 1);

  (void)ignored;
}

void linux_forward_window_changes(int descriptor) {
  struct sigaction action = {.sa_handler = on_window_change, .sa_flags = SA_RESTART};

  window_descriptor = descriptor;
  sigaction(SIGWINCH, &action, NULL);
}
