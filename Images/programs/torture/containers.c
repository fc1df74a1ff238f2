/* Data structures on the heap that are torn apart and put together: a treap, a hash table, a ring, a heap of tasks. */
#include "torture.h"

struct treap {
	struct treap *left, *right;
	uint32_t key, priority;
};

static void split(struct treap *tree, uint32_t key, struct treap **below, struct treap **above)
{
	if (!tree) {
		*below = *above = NULL;
		return;
	}
	if (tree->key < key) {
		split(tree->right, key, &tree->right, above);
		*below = tree;
	} else {
		split(tree->left, key, below, &tree->left);
		*above = tree;
	}
	HOP();
}

static struct treap *merge(struct treap *left, struct treap *right)
{
	if (!left || !right)
		return left ? left : right;
	HOP();
	if (left->priority > right->priority) {
		left->right = merge(left->right, right);
		return left;
	}
	right->left = merge(left, right->left);
	return right;
}

static void release(struct treap *tree)
{
	if (!tree)
		return;
	release(tree->left);
	mix(tree->key);
	release(tree->right);
	free(tree);
}

static void treaps(void)
{
	struct treap *root = NULL, *below, *above;

	for (int i = 0; i < 40; i++) {
		struct treap *added = calloc(1, sizeof *added);

		added->key = pick(500);
		added->priority = pick(1 << 30);
		split(root, added->key, &below, &above);
		HOP();
		root = merge(merge(below, added), above);
	}
	release(root);
}

struct entry {
	struct entry *next;
	int count;
	char word[];
};

static uint32_t hash(const char *word)
{
	uint32_t h = 5381;

	while (*word)
		h = h * 33 + (unsigned char)*word++;
	return h;
}

static struct entry *intern(struct entry **buckets, uint32_t size, const char *word)
{
	struct entry **at = &buckets[hash(word) % size];

	while (*at && strcmp((*at)->word, word)) {
		HOP();
		at = &(*at)->next;
	}
	if (!*at) {
		*at = calloc(1, sizeof **at + strlen(word) + 1);
		strcpy((*at)->word, word);
		HOP();
	}
	(*at)->count++;
	return *at;
}

static void tables(void)
{
	struct entry *buckets[7] = { 0 };
	char word[16];

	for (int i = 0; i < 60; i++) {
		snprintf(word, sizeof word, "w%u", (unsigned)pick(25));
		mix(intern(buckets, 7, word)->count);
	}
	for (int i = 0; i < 7; i++)
		while (buckets[i]) {
			struct entry *gone = buckets[i];

			buckets[i] = gone->next;
			mix(hash(gone->word) + gone->count);
			free(gone);
		}
}

struct task {
	uint32_t when;
	int (*run)(struct task *);
	int state;
};

static int count_down(struct task *task)
{
	HOP();
	return --task->state;
}

static int halve(struct task *task)
{
	HOP();
	return task->state /= 2;
}

static void sift(struct task *tasks, int count, int at)
{
	for (int child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && tasks[child + 1].when < tasks[child].when)
			child++;
		if (tasks[at].when <= tasks[child].when)
			return;
		struct task swapped = tasks[at];

		HOP();
		tasks[at] = tasks[child];
		tasks[child] = swapped;
	}
}

/* Times are distinct, so that the order is the same whatever the structure. */
static void schedule(void)
{
	struct task tasks[12];
	int count = 12;

	for (int i = 0; i < count; i++)
		tasks[i] = (struct task){ i * 17 % 97, i % 2 ? halve : count_down, pick(9) + 1 };
	for (int i = count / 2; i--;)
		sift(tasks, count, i);
	while (count) {
		mix(tasks[0].when);
		if (tasks[0].run(&tasks[0]) > 0)
			tasks[0].when += 1000;
		else
			tasks[0] = tasks[--count];
		sift(tasks, count, 0);
	}
}

void containers(void)
{
	treaps();
	tables();
	schedule();
}
