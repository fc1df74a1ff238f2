/* The heap: trees, lists, realloc, aligned blocks, sizes of every class. */
#include "torture.h"

struct node {
	struct node *left, *right;
	int key;
	long (*weight)(const struct node *);
};

NOINLINE static long light(const struct node *n)
{
	HOP();
	return n->key;
}

NOINLINE static long heavy(const struct node *n)
{
	return n->key * 10;
}

static struct node *insert(struct node *tree, int key)
{
	if (!tree) {
		tree = calloc(1, sizeof *tree);
		tree->key = key;
		tree->weight = key % 2 ? light : heavy;
		return tree;
	}
	if (key < tree->key)
		tree->left = insert(tree->left, key);
	else
		tree->right = insert(tree->right, key);
	return tree;
}

static long weigh(const struct node *tree)
{
	return tree ? weigh(tree->left) * 3 + tree->weight(tree) + weigh(tree->right) : 1;
}

static void release(struct node *tree)
{
	if (!tree)
		return;
	release(tree->left);
	release(tree->right);
	free(tree);
}

void memory(void)
{
	struct node *tree = NULL;
	unsigned char *blocks[200], *growing = NULL;
	uint32_t x = pick(1000000);

	for (int i = 0; i < 60; i++)
		tree = insert(tree, pick(101));
	mix(weigh(tree));
	release(tree);
	for (int i = 0; i < 200; i++) {
		x = x * 1664525 + 1013904223;
		size_t size = (x >> 8) % (i % 10 ? 2000 : 200000) + 1;

		blocks[i] = malloc(size);
		memset(blocks[i], i, size);
		if (i % 3 == 2) {
			free(blocks[i - 1]);
			blocks[i - 1] = calloc(size, 1);
			mix(blocks[i - 1][size - 1]);
		}
		if (i % 20 == 0)
			HOP();
	}
	for (int i = 0; i < 200; i++) {
		mix(blocks[i][0]);
		free(blocks[i]);
	}
	for (int i = 1; i < 40; i++) {
		growing = realloc(growing, i * i * 97);
		growing[i * i * 97 - 1] = i;
		if (i > 1)
			mix(growing[(i - 1) * (i - 1) * 97 - 1]);
	}
	free(growing);
	for (size_t a = 16; a <= 65536; a *= 4) {
		void *p = aligned_alloc(a, a * 2);

		mix((uintptr_t)p % a);
		free(p);
	}
}
