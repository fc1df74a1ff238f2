/*
 * A multi-ISA program: one source, one binary per ISA, the same output on every node but for what it says of the node.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

/* FNV-1a over a sequence that both ISAs must compute alike: integer and floating point, shifts and casts. */
static uint64_t checksum(unsigned rounds)
{
	uint64_t hash = 0xcbf29ce484222325u;
	double value = 1;

	for (unsigned i = 1; i <= rounds; i++) {
		uint64_t bits;

		value = value * 1.0000001 + 1.0 / i;
		memcpy(&bits, &value, sizeof(bits));
		for (int byte = 0; byte < 8; byte++)
			hash = (hash ^ (bits >> (8 * byte) & 0xff)) * 0x100000001b3u;
	}
	return hash;
}

int main(int count, char **arguments)
{
	struct utsname system;

	uname(&system);
	printf("hello from %s (%s, Linux %s), checksum %016llx\n", system.nodename, system.machine, system.release,
	       (unsigned long long)checksum(100000));
	return count > 1 ? strlen(arguments[1]) & 0xff : 0;
}
