/* Functions of the program under functions of the library, whose own frames cannot move or are compiled along. */
#include "torture.h"
#include <dirent.h>
#include <search.h>

struct item {
	int key;
	char name[12];
};

static int by_key(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->key == y->key) {
		HOP();
		return strcmp(x->name, y->name);
	}
	return x->key < y->key ? -1 : 1;
}

static int by_name(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	HOP();
	return x->key - y->key;
}

struct direction {
	int sign;
	long compared;
};

static int directed(const void *a, const void *b, void *data)
{
	struct direction *direction = data;

	direction->compared = 1;
	HOP();
	return direction->sign * by_key(a, b);
}

/* A comparison that sorts: recursion through the library. */
static int by_digits(const void *a, const void *b)
{
	const struct item *items[2] = { a, b };
	struct item digits[2][3];
	int order = 0;

	for (int k = 0; k < 2; k++) {
		for (int d = 0, key = items[k]->key; d < 3; d++, key /= 10)
			digits[k][d] = (struct item){ .key = key % 10 };
		qsort(digits[k], 3, sizeof **digits, by_key);
	}
	HOP();
	for (int d = 2; d >= 0 && !order; d--)
		order = digits[0][d].key - digits[1][d].key;
	return order ? order : by_key(a, b);
}

static int is_same(const void *a, const void *b)
{
	HOP();
	return ((const struct item *)a)->key != ((const struct item *)b)->key;
}

/* Called by libc's own scandir, under which no thread can leave. */
static int is_proc(const struct dirent *entry)
{
	if (strcmp(entry->d_name, "proc"))
		return 0;
	HOP();
	return 1;
}

static void mix_items(const struct item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		mix(items[i].key);
		mix_text(items[i].name);
	}
}

static void search(struct item *items, size_t count)
{
	struct item wanted = items[pick(count)];
	const struct item *found = bsearch(&wanted, items, count, sizeof *items, by_key);

	HOP();
	mix(found ? found->key : 0);
	found = lfind(&wanted, items, &count, sizeof *items, is_same);
	mix(found ? found->key : 0);
	wanted.key = -1;
	mix(!bsearch(&wanted, items, count, sizeof *items, by_key));
}

void callbacks(void)
{
	struct item items[30];
	struct direction direction = { .sign = -1 };
	struct dirent **entries = NULL;

	for (int i = 0; i < 30; i++) {
		items[i].key = pick(200);
		snprintf(items[i].name, sizeof items[i].name, "item %u", (unsigned)pick(20));
	}
	qsort(items, 30, sizeof *items, by_name);
	mix_items(items, 30);
	qsort_r(items, 30, sizeof *items, directed, &direction);
	mix(direction.compared);
	mix_items(items, 30);
	qsort(items, 12, sizeof *items, by_digits);
	mix_items(items, 12);
	qsort(items, 30, sizeof *items, by_key);
	search(items, 30);

	int count = scandir("/", &entries, is_proc, alphasort);

	HOP();
	mix(count);
	for (int i = 0; i < count; i++) {
		mix_text(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}
