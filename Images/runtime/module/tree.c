/* tsearch and its relatives: a treap, whose priorities are the nodes' hashed addresses. */
#define _GNU_SOURCE
#include <search.h>
#include <stdint.h>
#include <stdlib.h>

/* The key comes first: callers read it through the pointers they get. */
struct node {
	const void *key;
	struct node *left, *right;
};

typedef int (*comparison)(const void *, const void *);

static uint64_t priority(const struct node *node)
{
	return (uintptr_t)node * UINT64_C(0x9e3779b97f4a7c15) >> 16;
}

static struct node *rotate_right(struct node *top)
{
	struct node *left = top->left;

	top->left = left->right;
	left->right = top;
	return left;
}

static struct node *rotate_left(struct node *top)
{
	struct node *right = top->right;

	top->right = right->left;
	right->left = top;
	return right;
}

static struct node *insert(struct node *top, const void *key, comparison compare, struct node **found)
{
	if (!top) {
		top = calloc(1, sizeof *top);
		if (top)
			top->key = key;
		*found = top;
		return top;
	}
	int order = compare(key, top->key);

	if (!order) {
		*found = top;
		return top;
	}
	if (order < 0) {
		top->left = insert(top->left, key, compare, found);
		return top->left && priority(top->left) > priority(top) ? rotate_right(top) : top;
	}
	top->right = insert(top->right, key, compare, found);
	return top->right && priority(top->right) > priority(top) ? rotate_left(top) : top;
}

void *tsearch(const void *key, void **root, comparison compare)
{
	struct node *found = NULL;

	if (root)
		*root = insert(*root, key, compare, &found);
	return found;
}

void *tfind(const void *key, void *const *root, comparison compare)
{
	struct node *node = root ? *root : NULL;
	int order;

	while (node && (order = compare(key, node->key)))
		node = order < 0 ? node->left : node->right;
	return node;
}

static struct node *join(struct node *left, struct node *right)
{
	if (!left || !right)
		return left ? left : right;
	if (priority(left) > priority(right)) {
		left->right = join(left->right, right);
		return left;
	}
	right->left = join(left, right->left);
	return right;
}

void *tdelete(const void *restrict key, void **restrict root, comparison compare)
{
	struct node **place = (struct node **)root, *parent = NULL;
	int order;

	if (!root)
		return NULL;
	while (*place && (order = compare(key, (*place)->key))) {
		parent = *place;
		place = order < 0 ? &parent->left : &parent->right;
	}
	struct node *gone = *place;

	if (!gone)
		return NULL;
	*place = join(gone->left, gone->right);
	free(gone);
	/* The root has no parent; POSIX wants any non-null pointer then. */
	return parent ? (void *)parent : (void *)root;
}

static void walk(const struct node *node, void (*visit)(const void *, VISIT, int), int depth)
{
	if (!node->left && !node->right) {
		visit(node, leaf, depth);
		return;
	}
	visit(node, preorder, depth);
	if (node->left)
		walk(node->left, visit, depth + 1);
	visit(node, postorder, depth);
	if (node->right)
		walk(node->right, visit, depth + 1);
	visit(node, endorder, depth);
}

void twalk(const void *root, void (*visit)(const void *, VISIT, int))
{
	if (root && visit)
		walk(root, visit, 0);
}

void tdestroy(void *root, void (*release)(void *))
{
	struct node *node = root;

	if (!node)
		return;
	tdestroy(node->left, release);
	tdestroy(node->right, release);
	if (release)
		release((void *)node->key);
	free(node);
}
