#include <setjmp.h>
static jmp_buf state;
int main(void)
{
	if (!setjmp(state)) // expect: 5: main: registers
		longjmp(state, 1); // expect: 6: main: registers
	return 0;
}
