int data = 2;

int other(int n)
{
	return n * 10;
}

__attribute__((weak)) int weakly(int n)
{
	return n * 20;
}

int both(int n)
{
	return n + 100;
}

int aliased(int n)
{
	return n + 200;
}

int asked_for(int);

int asks(void)
{
	return asked_for(3);
}
