/* The binaries of one program lie beside each other. A program that was copied, installed or renamed alone has none, or those
 * of another build, which must be known before a thread relies on them. */
#define _GNU_SOURCE
#include "siblings.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_SEGMENTS 64
#define MOST_NOTES    4096

/* Cuts a suffix off; returns whether it was there. */
static int cut(char *name, const char *suffix)
{
	size_t length = strlen(name), size = strlen(suffix);

	if (length <= size || strcmp(name + length - size, suffix))
		return 0;
	name[length - size] = 0;
	return 1;
}

int popcorn_program_name(char *name, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", name, size - 1);

	name[length < 0 ? 0 : length] = 0;
	cut(name, " (deleted)");
	return cut(name, "_x86-64") || cut(name, "_aarch64");
}

struct build_id {
	const unsigned char *bytes;
	size_t size;
};

static struct build_id find_build_id(const char *notes, size_t size)
{
	while (size >= sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *note = (const Elf64_Nhdr *)notes;
		size_t name = (note->n_namesz + UINT64_C(3)) & ~UINT64_C(3);
		size_t whole = sizeof *note + name + ((note->n_descsz + UINT64_C(3)) & ~UINT64_C(3));

		if (whole > size)
			break;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(note + 1, "GNU", 4))
			return (struct build_id){ (const unsigned char *)(note + 1) + name, note->n_descsz };
		notes += whole;
		size -= whole;
	}
	return (struct build_id){ NULL, 0 };
}

/* As it was loaded: the file may be gone. */
static struct build_id own_build_id(void)
{
	const Elf64_Phdr *segment = (const Elf64_Phdr *)getauxval(AT_PHDR);
	struct build_id id = { NULL, 0 };

	for (unsigned long left = segment ? getauxval(AT_PHNUM) : 0; left && !id.size; left--, segment++)
		if (segment->p_type == PT_NOTE)
			id = find_build_id((const char *)segment->p_vaddr, segment->p_filesz);
	return id;
}

static int is_same(struct build_id a, struct build_id b)
{
	return a.size == b.size && !memcmp(a.bytes, b.bytes, a.size);
}

/* Also whether all that is to be loaded is there: what is cut off would be noticed too late. */
static int check_segments(int file, uint64_t file_size, const Elf64_Ehdr *header)
{
	Elf64_Phdr segments[MOST_SEGMENTS];
	char notes[MOST_NOTES];
	size_t size = header->e_phnum * sizeof *segments;
	struct build_id id = { NULL, 0 };

	if (pread(file, segments, size, header->e_phoff) != (ssize_t)size)
		return -ENOEXEC;
	for (int i = 0; i < header->e_phnum; i++)
		if (segments[i].p_filesz > file_size || segments[i].p_offset > file_size - segments[i].p_filesz)
			return -ENOEXEC;
	for (int i = 0; i < header->e_phnum && !id.size; i++) {
		size = segments[i].p_filesz < sizeof notes ? segments[i].p_filesz : sizeof notes;
		if (segments[i].p_type != PT_NOTE)
			continue;
		if (pread(file, notes, size, segments[i].p_offset) != (ssize_t)size)
			return -ENOEXEC;
		id = find_build_id(notes, size);
	}
	if (!id.size)
		return -ENODATA;
	return is_same(id, own_build_id()) ? 0 : -ESTALE;
}

static int check_file(int file, uint16_t machine)
{
	struct stat status;
	Elf64_Ehdr header;

	if (fstat(file, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	if (status.st_mode & (S_ISUID | S_ISGID))
		return -EPERM;
	if (pread(file, &header, sizeof header, 0) != sizeof header || memcmp(header.e_ident, ELFMAG, SELFMAG) ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != machine ||
	    header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > MOST_SEGMENTS)
		return -ENOEXEC;
	return check_segments(file, status.st_size, &header);
}

int popcorn_check_binary(const char *path, uint16_t machine)
{
	/* A fifo would wait for its writer. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (file < 0)
		return -errno;
	int error = check_file(file, machine);

	close(file);
	return error ? error : access(path, X_OK) < 0 ? -errno : 0;
}
