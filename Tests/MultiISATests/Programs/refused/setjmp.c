#include <setjmp.h>
static jmp_buf state;
int main(void)
{
	int (*place)(jmp_buf) = _setjmp; // expect: 5: main: another way
	return place(state);
}
