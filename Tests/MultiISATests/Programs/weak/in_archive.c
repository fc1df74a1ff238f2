int in_archive(int n)
{
	return n;
}
