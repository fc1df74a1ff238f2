/* Searches in arrays and lists, as part of the program, so that the comparison may move. */
#define _GNU_SOURCE
#include <search.h>
#include <stdlib.h>
#include <string.h>

void *bsearch(const void *key, const void *base, size_t count, size_t width, int (*compare)(const void *, const void *))
{
	const char *from = base;

	while (count) {
		const char *middle = from + count / 2 * width;
		int order = compare(key, middle);

		if (!order)
			return (void *)middle;
		if (order < 0) {
			count /= 2;
		} else {
			from = middle + width;
			count -= count / 2 + 1;
		}
	}
	return NULL;
}

void *lfind(const void *key, const void *base, size_t *count, size_t width, int (*compare)(const void *, const void *))
{
	const char *from = base;

	for (size_t i = 0; i < *count; i++)
		if (!compare(key, from + i * width))
			return (void *)(from + i * width);
	return NULL;
}

void *lsearch(const void *key, void *base, size_t *count, size_t width, int (*compare)(const void *, const void *))
{
	void *found = lfind(key, base, count, width, compare);

	return found ? found : memcpy((char *)base + (*count)++ * width, key, width);
}

struct link {
	struct link *next, *previous;
};

void insque(void *element, void *before)
{
	struct link *e = element, *b = before;

	e->previous = b;
	e->next = b ? b->next : NULL;
	if (b)
		b->next = e;
	if (e->next)
		e->next->previous = e;
}

void remque(void *element)
{
	struct link *e = element;

	if (e->next)
		e->next->previous = e->previous;
	if (e->previous)
		e->previous->next = e->next;
}

/* One table, open addressing, as <search.h> has it. */
static struct {
	ENTRY *entries;
	size_t size, used;
} table;

int hcreate(size_t size)
{
	table.size = 16;
	while (table.size < size + size / 2)
		table.size *= 2;
	table.used = 0;
	table.entries = calloc(table.size, sizeof *table.entries);
	return !!table.entries;
}

void hdestroy(void)
{
	free(table.entries);
	memset(&table, 0, sizeof table);
}

static size_t place_of(const char *key)
{
	size_t hash = 5381;

	for (const char *p = key; *p; p++)
		hash = hash * 33 + (unsigned char)*p;
	while (table.entries[hash & (table.size - 1)].key && strcmp(table.entries[hash & (table.size - 1)].key, key))
		hash++;
	return hash & (table.size - 1);
}

ENTRY *hsearch(ENTRY item, ACTION action)
{
	if (!table.entries)
		return NULL;
	size_t place = place_of(item.key);

	if (table.entries[place].key || action == FIND)
		return table.entries[place].key ? &table.entries[place] : NULL;
	if (++table.used > table.size / 4 * 3) {
		size_t old_size = table.size;
		ENTRY *old = table.entries, *larger = calloc(2 * old_size, sizeof *larger);

		if (!larger) {
			table.used--;
			return NULL;
		}
		table.entries = larger;
		table.size = 2 * old_size;
		for (size_t i = 0; i < old_size; i++)
			if (old[i].key)
				table.entries[place_of(old[i].key)] = old[i];
		free(old);
		place = place_of(item.key);
	}
	table.entries[place] = item;
	return &table.entries[place];
}
