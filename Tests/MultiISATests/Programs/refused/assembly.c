int main(void)
{
	int x = 1;
	__asm__("" : "+r"(x));
	__asm__ volatile("" ::: "memory");
	__asm__ volatile("nop"); // expect: 6: main: inline assembly
	__asm__ volatile("" : : "a"(x)); // expect: 7: main: constraint
	return x;
}
