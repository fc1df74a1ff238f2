int main(int argc, char **argv)
{
	_Float16 x = argc; // expect: 3: main: _Float16
	__float128 y = x; // expect: 4: main: __float128
	return y > 1;
}
