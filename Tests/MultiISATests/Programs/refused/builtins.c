#include <fenv.h>
#include <unistd.h>
#include <sys/syscall.h>
__attribute__((noinline)) static void *here(void) { return __builtin_return_address(0); } // expect: 4: here: return address
int main(void)
{
	__builtin_ia32_pause(); // expect: 7: main: one ISA
	fesetround(FE_UPWARD); // expect: 8: main: constants differ
	syscall(SYS_getpid); // expect: 9: main: numbers differ
	return here() == 0;
}
