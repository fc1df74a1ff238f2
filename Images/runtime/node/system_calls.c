/* The table of delegated system calls. See system_calls.h. */
#define _GNU_SOURCE
#include "system_calls.h"
#include "../arch/system_calls.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define CALL(generic, name, arguments) {generic, SYS_##name, arguments}

const struct popcorn_system_call popcorn_system_calls[] = {
	/* Reading and writing. */
	CALL(62, lseek, "sss"),
	CALL(63, read, "sos"),
	CALL(64, write, "sis"),
	CALL(67, pread64, "soss"),
	CALL(68, pwrite64, "siss"),
	CALL(71, sendfile, "ssX8s"),
	CALL(76, splice, "sX8sX8ss"),
	CALL(285, copy_file_range, "sX8sX8ss"),
	CALL(213, readahead, "sss"),
	CALL(223, fadvise64, "ssss"),
	CALL(61, getdents64, "sos"),
	CALL(81, sync, ""),
	CALL(82, fsync, "s"),
	CALL(83, fdatasync, "s"),
	CALL(84, sync_file_range, "ssss"),
	CALL(267, syncfs, "s"),
	CALL(46, ftruncate, "ss"),
	CALL(47, fallocate, "ssss"),
	CALL(32, flock, "ss"),
	/* Descriptors. */
	CALL(56, openat, "spfs"),
	CALL(57, close, "s"),
	CALL(23, dup, "s"),
	CALL(24, dup3, "ssf"),
	CALL(25, fcntl, NULL),
	CALL(29, ioctl, NULL),
	CALL(72, pselect6, "sX128X128X128X16"),
	CALL(59, pipe2, "O8f"),
	CALL(19, eventfd2, "ss"),
	CALL(26, inotify_init1, "s"),
	CALL(27, inotify_add_watch, "sps"),
	CALL(28, inotify_rm_watch, "ss"),
	CALL(85, timerfd_create, "ss"),
	CALL(86, timerfd_settime, "ssI32O32"),
	CALL(87, timerfd_gettime, "sO32"),
	CALL(279, memfd_create, "ps"),
	/* Names. */
	CALL(17, getcwd, "os"),
	CALL(49, chdir, "p"),
	CALL(50, fchdir, "s"),
	CALL(33, mknodat, "spss"),
	CALL(34, mkdirat, "sps"),
	CALL(35, unlinkat, "sps"),
	CALL(36, symlinkat, "psp"),
	CALL(37, linkat, "spsps"),
	CALL(38, renameat, "spsp"),
	CALL(276, renameat2, "spsps"),
	CALL(78, readlinkat, "spos"),
	CALL(48, faccessat, "sps"),
	CALL(439, faccessat2, "spss"),
	CALL(45, truncate, "ps"),
	/* Attributes. */
	CALL(52, fchmod, "ss"),
	CALL(53, fchmodat, "sps"),
	CALL(54, fchownat, "spsss"),
	CALL(55, fchown, "sss"),
	CALL(88, utimensat, "spI32s"),
	CALL(166, umask, "s"),
	CALL(79, newfstatat, "spTs"),
	CALL(80, fstat, "sT"),
	CALL(43, statfs, "pO120"),
	CALL(44, fstatfs, "sO120"),
	CALL(291, statx, "spssO256"),
	CALL(5, setxattr, "ppiss"),
	CALL(6, lsetxattr, "ppiss"),
	CALL(7, fsetxattr, "spiss"),
	CALL(8, getxattr, "ppos"),
	CALL(9, lgetxattr, "ppos"),
	CALL(10, fgetxattr, "spos"),
	CALL(11, listxattr, "pos"),
	CALL(12, llistxattr, "pos"),
	CALL(13, flistxattr, "sos"),
	CALL(14, removexattr, "pp"),
	CALL(15, lremovexattr, "pp"),
	CALL(16, fremovexattr, "sp"),
	/* Sockets. */
	CALL(198, socket, "sss"),
	CALL(199, socketpair, "sssO8"),
	CALL(200, bind, "sis"),
	CALL(201, listen, "ss"),
	CALL(202, accept, "sA-"),
	CALL(242, accept4, "sA-s"),
	CALL(203, connect, "sis"),
	CALL(204, getsockname, "sA-"),
	CALL(205, getpeername, "sA-"),
	CALL(206, sendto, "sissis"),
	CALL(207, recvfrom, "sossA-"),
	CALL(208, setsockopt, "sssis"),
	CALL(209, getsockopt, "sssA-"),
	CALL(210, shutdown, "ss"),
	/* Processes, by the origin's numbers. */
	CALL(129, kill, "ss"),
	CALL(154, setpgid, "ss"),
	CALL(155, getpgid, "s"),
	CALL(156, getsid, "s"),
	CALL(157, setsid, ""),
	CALL(95, waitid, "ssO128sO144"),
	CALL(260, wait4, "sO4sO144"),
};

const size_t popcorn_system_call_count = sizeof popcorn_system_calls / sizeof *popcorn_system_calls;

const struct popcorn_system_call *popcorn_find_call_here(long number)
{
	for (size_t i = 0; i < popcorn_system_call_count; i++)
		if (popcorn_system_calls[i].here == number)
			return &popcorn_system_calls[i];
	return NULL;
}

const struct popcorn_system_call *popcorn_find_call_generic(uint32_t number)
{
	for (size_t i = 0; i < popcorn_system_call_count; i++)
		if (popcorn_system_calls[i].generic == number)
			return &popcorn_system_calls[i];
	return NULL;
}

/* fcntl's third argument. */
static const char *fcntl_arguments(int command)
{
	switch (command) {
	case F_SETFL:
		return "ssf";
	case F_GETLK:
	case F_OFD_GETLK:
		return "ssX32";
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return "ssI32";
	case F_GETOWN_EX:
		return "ssO8";
	case F_SETOWN_EX:
		return "ssI8";
	default:
		return "sss";
	}
}

/* ioctl's third argument. Terminal requests have structures of the same size on all ISAs; newer requests say themselves
 * what they take (asm-generic/ioctl.h). */
static const char *ioctl_arguments(unsigned request, char *own)
{
	static const char directions[] = "sIOX";

	switch (request) {
	case TCGETS:
		return "ssO36";
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return "ssI36";
	case TIOCGWINSZ:
		return "ssO8";
	case TIOCSWINSZ:
		return "ssI8";
	case TIOCGPGRP:
	case TIOCGSID:
	case TIOCOUTQ:
	case FIONREAD:
		return "ssO4";
	case TIOCSPGRP:
	case FIONBIO:
	case FIOASYNC:
		return "ssI4";
	}
	if (request >> 30 == _IOC_NONE)
		return "sss";
	snprintf(own, POPCORN_ARGUMENTS, "ss%c%u", directions[request >> 30], request >> 16 & 0x3fff);
	return own;
}

const char *popcorn_call_arguments(const struct popcorn_system_call *call, const int64_t *values, char *own)
{
	if (call->arguments)
		return call->arguments;
	return call->here == SYS_fcntl ? fcntl_arguments(values[1]) : ioctl_arguments(values[1], own);
}

char popcorn_next_argument(const char **arguments, size_t *size)
{
	char letter = **arguments;

	if (letter)
		(*arguments)++;
	for (*size = 0; **arguments >= '0' && **arguments <= '9'; (*arguments)++)
		*size = *size * 10 + (**arguments - '0');
	return letter;
}

__asm__(".text\n"
	".balign 16\n"
	".globl popcorn_local_call\n"
	"popcorn_local_call:\n" POPCORN_LOCAL_CALL
	".globl popcorn_local_call_end\n"
	"popcorn_local_call_end:\n");
