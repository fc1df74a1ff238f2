/* The table of delegated system calls. See system_calls.h. */
#define _GNU_SOURCE
#include "system_calls.h"
#include "arch/system_calls.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define CALL(generic, name, arguments) { generic, SYS_##name, arguments },
const struct popcorn_system_call popcorn_system_calls[] = {
#include "system_call_list.h"
};
#undef CALL

const size_t popcorn_system_call_count = sizeof popcorn_system_calls / sizeof *popcorn_system_calls;

/* Where a call is in the table. */
#define CALL(generic, name, arguments) PLACE_##name,
enum {
#include "system_call_list.h"
	PLACES
};
#undef CALL
_Static_assert(PLACES < UINT8_MAX, "a place and one more fit into the index");

/* By number: a call's place + 1, or 0. */
#define CALL(generic, name, arguments) [SYS_##name] = PLACE_##name + 1,
static const uint8_t places_here[] = {
#include "system_call_list.h"
};
#undef CALL
#define CALL(generic, name, arguments) [generic] = PLACE_##name + 1,
static const uint8_t places_generic[] = {
#include "system_call_list.h"
};
#undef CALL

static const struct popcorn_system_call *find(const uint8_t *places, size_t count, uint64_t number)
{
	return number < count && places[number] ? &popcorn_system_calls[places[number] - 1] : NULL;
}

const struct popcorn_system_call *popcorn_find_call_here(long number)
{
	return find(places_here, sizeof places_here, number);
}

const struct popcorn_system_call *popcorn_find_call_generic(uint32_t number)
{
	return find(places_generic, sizeof places_generic, number);
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

/* ioctl's third argument. Newer requests say themselves what they take (asm-generic/ioctl.h). */
static const char *ioctl_arguments(unsigned request, char *own)
{
	static const char directions[] = "sIOX";

	switch (request) {
#define TERMINAL_REQUEST(number, takes, gives) \
	case number: \
		return (takes) ? "ssI" #takes : (gives) ? "ssO" #gives : "sss";
#include <popcorn/terminal_list.h>
#undef TERMINAL_REQUEST
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
	"popcorn_local_call:\n" POPCORN_LOCAL_CALL ".globl popcorn_local_call_end\n"
	"popcorn_local_call_end:\n");
