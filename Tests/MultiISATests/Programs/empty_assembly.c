// Assembly of white space and comments: no instruction on any ISA, and what its operands say holds.
#include <stdio.h>

__asm__("");
__asm__("# outside of functions\n\t/* and\n\ttwo lines */ ; // end");

typedef float vector __attribute__((vector_size(16)));

static long hidden(long value)
{
	__asm__ volatile("# hide %0; not an instruction" : "+r"(value) : : "memory", "cc", "rax", "xmm0");
	return value;
}

static void *pointer(void *p)
{
	__asm__("# hide p" : "+r"(p));
	return p;
}

static int named(int value)
{
	register int in_register __asm__("rbx") = value;
	int same;

	__asm__("# %0" : "+r"(in_register));
	__asm__("" : "=a"(same) : "a"(value));
	__asm__ goto("# %l0" : : : : out);
	same++;
out:
	return same + in_register;
}

int main(void)
{
	double d = 1.5;
	float f = 2.5;
	char c = 3;
	int i = 4, other, swapped;
	long array[4] = {5}, sum = 0;
	__int128 wide = 6;
	vector v = {7, 8};

	__asm__("" : "+x"(d));
	__asm__(" ; \n\t;" : "+rm"(f));
	__asm__("//" : "+q"(c));
	__asm__("/**/" : "+a"(i));
	__asm__ volatile("" : "+r,m"(i));
	__asm__("" : "=&b"(other), "=r"(swapped) : "0"(i), "1"(other = 9));
	__asm__("" : "=m"(*array) : "m"(*array), "g"(&d), "X"(array), "n"(3), "imr"(3));
	__asm__("#APP\n#NO_APP" : "+r"(wide), "+m"(array[1]));
	__asm__("" : "+x"(v) : "D"(i));
	for (int n = 0; n < 100; n++)
		sum += hidden(n);
	printf("%g %g %d %d %d %d\n", d, f, c, i, other, swapped);
	printf("%ld %ld %d %g %g %d\n", array[0], sum, (int)wide, v[0], v[1], *(int *)pointer(&i));
	printf("%d\n", named(i));
	return 0;
}
