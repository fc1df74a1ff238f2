/* _IOR and so on, for the kernel's user headers. */
#include <sys/ioctl.h>
