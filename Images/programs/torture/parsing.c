/* Mutual recursion with state on the stack: a parser and evaluator of expressions, and a printer of what it parsed. */
#include "torture.h"
#include <ctype.h>

struct expression {
	char operator; /* 0 for a number */
	int64_t number;
	struct expression *left, *right;
};

struct reader {
	const char *at;
	int depth, deepest;
};

static struct expression *read_sum(struct reader *reader);

static struct expression *make(char operator, int64_t number, struct expression *left, struct expression *right)
{
	struct expression *made = malloc(sizeof *made);

	*made = (struct expression){ operator, number, left, right };
	HOP();
	return made;
}

NOINLINE static struct expression *read_atom(struct reader *reader)
{
	if (*reader->at == '-') {
		reader->at++;
		HOP();
		return make('-', 0, make(0, 0, NULL, NULL), read_atom(reader));
	}
	if (*reader->at == '(') {
		reader->at++;
		if (++reader->depth > reader->deepest)
			reader->deepest = reader->depth;

		struct expression *inner = read_sum(reader);

		HOP();
		reader->depth--;
		reader->at++;
		return inner;
	}
	int64_t number = 0;

	while (isdigit((unsigned char)*reader->at)) {
		number = number * 10 + *reader->at++ - '0';
		if (number > 50)
			HOP();
	}
	return make(0, number, NULL, NULL);
}

NOINLINE static struct expression *read_product(struct reader *reader)
{
	struct expression *left = read_atom(reader);

	while (*reader->at == '*' || *reader->at == '/') {
		char operator= * reader->at++;

		HOP();
		left = make(operator, 0, left, read_atom(reader));
	}
	return left;
}

NOINLINE static struct expression *read_sum(struct reader *reader)
{
	struct expression *left = read_product(reader);

	while (*reader->at == '+' || *reader->at == '-') {
		char operator= * reader->at++;

		HOP();
		left = make(operator, 0, left, read_product(reader));
	}
	return left;
}

static int64_t add(int64_t a, int64_t b)
{
	HOP();
	return (int64_t)((uint64_t)a + b);
}
static int64_t subtract(int64_t a, int64_t b)
{
	HOP();
	return (int64_t)((uint64_t)a - b);
}
static int64_t multiply(int64_t a, int64_t b)
{
	HOP();
	return (int64_t)((uint64_t)a * b) % 1000003;
}
static int64_t divide(int64_t a, int64_t b)
{
	HOP();
	return b ? a / b : 0;
}

static int64_t evaluate(const struct expression *e)
{
	static int64_t (*const operations[128])(
		int64_t, int64_t) = { ['+'] = add, ['-'] = subtract, ['*'] = multiply, ['/'] = divide };

	if (!e->operator)
		return e->number;

	int64_t left = evaluate(e->left);

	return operations[(int)e->operator](left, evaluate(e->right));
}

static void print(const struct expression *e, char **to, char *end)
{
	if (!e->operator) {
		*to += snprintf(*to, end - *to, "%lld", (long long)e->number);
		return;
	}
	*to += snprintf(*to, end - *to, "(");
	print(e->left, to, end);
	HOP();
	*to += snprintf(*to, end - *to, "%c", e->operator);
	print(e->right, to, end);
	*to += snprintf(*to, end - *to, ")");
}

static void release(struct expression *e)
{
	if (e->operator) {
		release(e->left);
		HOP();
		release(e->right);
	}
	free(e);
}

/* At most 2 * 3^depth numbers of two digits. */
static void write(char **to, int depth)
{
	if (!depth) {
		*to += sprintf(*to, "%u", (unsigned)pick(99) + 1);
		return;
	}
	const char *const forms[] = { "(@+@)*@", "-@*(@-@)", "@/(@+@)", "@-@-@" };
	const char *form = forms[pick(4)];

	for (; *form; form++)
		if (*form == '@')
			write(to, depth - 1);
		else
			*(*to)++ = *form;
	**to = 0;
}

void parsing(void)
{
	char source[4096], printed[8192], *end = source, *to = printed;
	struct reader reader = { .at = source };

	write(&end, 4);
	mix_text(source);

	struct expression *e = read_sum(&reader);

	mix(*reader.at == 0 && reader.depth == 0);
	mix(reader.deepest);
	mix(evaluate(e));
	print(e, &to, printed + sizeof printed);
	mix_text(printed);
	release(e);
}
