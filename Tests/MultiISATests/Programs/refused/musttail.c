int f(int n);
int g(int n)
{
	__attribute__((musttail)) return f(n - 1); // expect: 4: g: musttail
}
int f(int n) { return n ? g(n) : 0; }
int main(void) { return g(3); }
