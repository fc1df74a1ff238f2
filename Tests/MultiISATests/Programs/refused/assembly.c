int main(void)
{
	int x = 1;
	__asm__("# a comment\n\t// another" : "+r"(x));
	__asm__ volatile("" ::: "memory");
	__asm__ volatile("nop"); // expect: 6: main: inline assembly
	__asm__ volatile("" : "=@ccz"(x)); // expect: 7: main: constraint
	__asm__ volatile("# a comment\n\tnop"); // expect: 8: main: inline assembly
	__asm__ volatile("/* none */ nop /* but */"); // expect: 9: main: inline assembly
	return x;
}
