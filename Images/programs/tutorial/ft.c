/* A spectral solver in the manner of NPB's FT: a heat equation on a periodic cube, by 3-D Fourier transforms.
 *
 * The field is transformed once, and for each of six points in time, on the nodes in turn, its spectrum is evolved and
 * transformed back. Verified by the same computation with the transforms' definition in place of the fast algorithm,
 * and by transforming there and back. The first argument is the cube's side as a power of two. */
#include "../nodes.h"
#include "random.h"
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS    6
#define ALPHA    1e-6
#define SAMPLES  1024
#define MAX_SIDE 64
/* The largest difference by rounding that was measured, over all sides, is 3e-15. */
#define TOLERANCE 1e-12

typedef double complex value;
/* A transform of one line, in place: each term is multiplied by a power of `roots`, which has `n` of them. */
typedef void (*line_transform)(value *line, int n, const value *roots);

static int side, size;

/* Radix 2, decimation in time: bit reversal, then butterflies of growing width. */
static void transform_fast(value *line, int n, const value *roots)
{
	for (int i = 1, j = 0; i < n; i++) {
		int bit = n >> 1;

		for (; j & bit; bit >>= 1)
			j ^= bit;
		j |= bit;
		if (i < j) {
			value swapped = line[i];

			line[i] = line[j];
			line[j] = swapped;
		}
	}
	for (int half = 1; half < n; half *= 2)
		for (int first = 0; first < n; first += 2 * half)
			for (int k = 0; k < half; k++) {
				value a = line[first + k], b = line[first + k + half] * roots[k * (n / half / 2)];

				line[first + k] = a + b;
				line[first + k + half] = a - b;
			}
}

/* The definition, n additions for each term. */
static void transform_by_definition(value *line, int n, const value *roots)
{
	value result[MAX_SIDE];

	for (int k = 0; k < n; k++) {
		result[k] = 0;
		for (int j = 0; j < n; j++)
			result[k] += line[j] * roots[j * k % n];
	}
	memcpy(line, result, n * sizeof *line);
}

/* All lines in all three directions; -1 forward, 1 backward, which also divides by the number of points. */
static void transform_cube(value *cube, int sign, line_transform transform)
{
	value roots[MAX_SIDE], line[MAX_SIDE];

	for (int k = 0; k < side; k++)
		roots[k] = cos(2 * M_PI * k / side) + sign * I * sin(2 * M_PI * k / side);
	for (int stride = 1; stride < size; stride *= side)
		for (int start = 0; start < size; start++) {
			if (start / stride % side)
				continue;
			for (int i = 0; i < side; i++)
				line[i] = cube[start + i * stride];
			transform(line, side, roots);
			for (int i = 0; i < side; i++)
				cube[start + i * stride] = line[i];
		}
	for (int i = 0; sign > 0 && i < size; i++)
		cube[i] /= size;
}

/* The wave number of an index: the upper half stands for negative ones. */
static int wave(int index)
{
	return index < side / 2 ? index : index - side;
}

/* The spectrum `time` steps later: each wave decays with the square of its number. */
static void evolve(value *to, const value *spectrum, int time)
{
	for (int i = 0; i < size; i++) {
		int x = wave(i % side), y = wave(i / side % side), z = wave(i / side / side);

		to[i] = spectrum[i] * exp(-4 * ALPHA * M_PI * M_PI * time * (x * x + y * y + z * z));
	}
}

static value checksum(const value *cube)
{
	value sum = 0;

	for (int j = 1; j <= SAMPLES; j++) {
		int x = j % side, y = 3 * j % side, z = 5 * j % side;

		sum += cube[(z * side + y) * side + x];
	}
	return sum;
}

static void fill(value *cube)
{
	uint64_t seed = 314159265;

	for (int i = 0; i < size; i++) {
		double real = next_random(&seed);

		cube[i] = real + I * next_random(&seed);
	}
}

static value *new_cube(void)
{
	value *cube = malloc(size * sizeof *cube);

	if (!cube) {
		fprintf(stderr, "no memory\n");
		exit(EXIT_FAILURE);
	}
	return cube;
}

/* What the checksums have to be, computed on this node by the definition. */
static void compute_references(value references[STEPS], value *cube, value *spectrum)
{
	fill(spectrum);
	transform_cube(spectrum, -1, transform_by_definition);
	for (int time = 1; time <= STEPS; time++) {
		evolve(cube, spectrum, time);
		transform_cube(cube, 1, transform_by_definition);
		references[time - 1] = checksum(cube);
	}
}

/* The largest difference after transforming there and back. */
static double largest_error_of_inverse(value *cube, value *original)
{
	double largest = 0;

	fill(original);
	memcpy(cube, original, size * sizeof *cube);
	transform_cube(cube, -1, transform_fast);
	transform_cube(cube, 1, transform_fast);
	for (int i = 0; i < size; i++)
		largest = fmax(largest, cabs(cube[i] - original[i]));
	return largest;
}

int main(int argc, char **argv)
{
	int bits = argc > 1 ? atoi(argv[1]) : 4, right = 0;
	value references[STEPS];

	if (bits < 2 || 1 << bits > MAX_SIDE) {
		fprintf(stderr, "usage: ft [LOG2_OF_SIDE, 2 to 6]\n");
		return 2;
	}
	side = 1 << bits;
	size = side * side * side;

	value *cube = new_cube(), *spectrum = new_cube();

	compute_references(references, cube, spectrum);
	printf("%d x %d x %d points (node %d)\n", side, side, side, current_nid());
	fill(spectrum);
	transform_cube(spectrum, -1, transform_fast);
	for (int time = 1; time <= STEPS; time++) {
		migrate(next_node(), NULL, NULL);
		evolve(cube, spectrum, time);
		transform_cube(cube, 1, transform_fast);

		value sum = checksum(cube);

		right += cabs(sum - references[time - 1]) <= TOLERANCE * cabs(sum);
		printf("step %d: checksum %.10e %.10e (node %d)\n", time, creal(sum), cimag(sum), current_nid());
	}

	bool inverts = largest_error_of_inverse(cube, spectrum) <= TOLERANCE;

	printf("%d of %d checksums are those of the definition\n", right, STEPS);
	printf("there and back: %s\n", inverts ? "the same" : "different");
	printf("verification %s\n", right == STEPS && inverts ? "successful" : "failed");
	free(cube);
	free(spectrum);
	return right == STEPS && inverts ? 0 : EXIT_FAILURE;
}
