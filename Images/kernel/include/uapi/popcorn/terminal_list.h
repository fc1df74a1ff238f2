/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Requests of terminals and pipes (ioctl) that a thread away from home may make of its origin's
 * descriptors. They have equal numbers and structures on x86-64 and arm64. Included where
 * TERMINAL_REQUEST(number, bytes that it takes, bytes that it gives) is defined; a request with
 * neither has its argument in the place of an address.
 */
TERMINAL_REQUEST(TCGETS, 0, 36) /* struct termios of the kernel */
TERMINAL_REQUEST(TCSETS, 36, 0)
TERMINAL_REQUEST(TCSETSW, 36, 0)
TERMINAL_REQUEST(TCSETSF, 36, 0)
TERMINAL_REQUEST(TIOCGWINSZ, 0, 8) /* struct winsize */
TERMINAL_REQUEST(TIOCSWINSZ, 8, 0)
TERMINAL_REQUEST(TIOCGPGRP, 0, 4)
TERMINAL_REQUEST(TIOCSPGRP, 4, 0)
TERMINAL_REQUEST(TIOCGSID, 0, 4)
TERMINAL_REQUEST(TIOCOUTQ, 0, 4)
TERMINAL_REQUEST(FIONREAD, 0, 4)
TERMINAL_REQUEST(FIONBIO, 4, 0)
TERMINAL_REQUEST(FIOASYNC, 4, 0)
TERMINAL_REQUEST(TCSBRK, 0, 0)
TERMINAL_REQUEST(TCFLSH, 0, 0)
TERMINAL_REQUEST(TCXONC, 0, 0)
