__attribute__((noinline)) static void *here(void) { return __builtin_return_address(0); } // expect: 1: here: return address
int main(void)
{
	__builtin_ia32_pause(); // expect: 4: main: one ISA
	return here() == 0;
}
