/*
 * Started by popcorn.ko, as root, in place of a worker: takes on the credentials, limits and
 * directory of the process whose worker it is to become, and executes its program. Descriptors
 * 0 to 2 stand for those of the origin. Exits with the errno of what failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../kernel/include/uapi/popcorn/popcorn.h"

#define DEVICE_FD 20

static void check(int failed)
{
	if (failed)
		_exit(errno);
}

static int open_device(void)
{
	int fd = open("/dev/popcorn", O_RDWR | O_CLOEXEC);
	int high;

	check(fd < 0);
	high = fcntl(fd, F_DUPFD_CLOEXEC, DEVICE_FD);
	check(high < 0);
	close(fd);
	return high;
}

static void open_stdio(int device)
{
	int fd, stand_in;

	for (fd = 0; fd <= 2; fd++) {
		stand_in = ioctl(device, POPCORN_IOC_STAND_IN, (unsigned long)fd);
		check(stand_in < 0);
		if (stand_in != fd) {
			check(dup2(stand_in, fd) < 0);
			close(stand_in);
		}
	}
}

static void set_limits(const struct popcorn_spec *spec)
{
	struct rlimit limit;
	int i;

	for (i = 0; i < POPCORN_LIMITS; i++) {
		limit.rlim_cur = spec->limit[i][0];
		limit.rlim_max = spec->limit[i][1];
		if (setrlimit(i, &limit) && errno != EINVAL)
			_exit(errno);
	}
}

static void set_ids(const struct popcorn_spec *spec)
{
	gid_t groups[POPCORN_GROUPS];
	unsigned int i;

	for (i = 0; i < spec->group_count && i < POPCORN_GROUPS; i++)
		groups[i] = spec->groups[i];
	check(setgroups(i, groups));
	check(setresgid(spec->gid, spec->gid, spec->gid));
	check(setresuid(spec->uid, spec->uid, spec->uid));
}

int main(void)
{
	static struct popcorn_spec spec;
	char *argv[] = { spec.path, NULL };
	int device = open_device();

	check(ioctl(device, POPCORN_IOC_SPEC, &spec));
	open_stdio(device);
	set_limits(&spec);
	set_ids(&spec);
	if (chdir(spec.cwd))
		check(chdir("/"));
	umask(spec.umask);
	execv(spec.path, argv);
	return errno;
}
