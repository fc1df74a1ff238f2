// SPDX-License-Identifier: GPL-2.0
/*
 * Who a process is: its program's build id, its credentials, limits and directories; and
 * whether the program of another node may stand for it here.
 */
#define pr_fmt(fmt) "popcorn: " fmt

#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/elf.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/mm.h>
#include <linux/namei.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include "migrate.h"

#define NT_GNU_BUILD_ID     3 /* binutils; not in linux/elf.h */
#define MAX_PROGRAM_HEADERS 64
#define MAX_NOTES           SZ_4K
#define DELETED             " (deleted)" /* what d_path() adds */

#ifdef CONFIG_X86_64
#define MACHINE_HERE EM_X86_64
#define SUFFIX_HERE  "_x86-64"
#else
#define MACHINE_HERE EM_AARCH64
#define SUFFIX_HERE  "_aarch64"
#endif

static const char *const suffixes[] = { "_x86-64", "_aarch64" };

static int read_exactly(struct file *file, void *to, size_t size, loff_t at)
{
	ssize_t got = kernel_read(file, to, size, &at);

	if (got < 0)
		return got;
	return got == size ? 0 : -ENOEXEC;
}

/* The id is the description of the note "GNU" of type NT_GNU_BUILD_ID. */
static int search_notes(const u8 *notes, size_t size, struct build_id *id)
{
	const struct elf64_note *note;
	size_t at = 0, name, description;

	while (size - at >= sizeof(*note)) {
		note = (const void *)(notes + at);
		at += sizeof(*note);
		name = ALIGN((size_t)note->n_namesz, 4);
		description = ALIGN((size_t)note->n_descsz, 4);
		if (name > size - at || description > size - at - name)
			break;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    !memcmp(notes + at, "GNU", 4) && note->n_descsz &&
		    note->n_descsz <= sizeof(id->bytes)) {
			id->size = note->n_descsz;
			memcpy(id->bytes, notes + at + name, id->size);
			return 0;
		}
		at += name + description;
	}
	return -ENODATA;
}

static int search_segment(struct file *file, const struct elf64_phdr *segment, struct build_id *id)
{
	size_t size = min_t(u64, segment->p_filesz, MAX_NOTES);
	u8 *notes = kmalloc(size, GFP_KERNEL);
	int err;

	if (!notes)
		return -ENOMEM;
	err = read_exactly(file, notes, size, segment->p_offset);
	if (!err)
		err = search_notes(notes, size, id);
	kfree(notes);
	return err;
}

/* Return: -ENOEXEC if the file is no program for this machine, -ENODATA without a build id. */
int popcorn_read_build_id(struct file *file, struct build_id *id)
{
	struct elf64_hdr header;
	struct elf64_phdr segment;
	int i, err;

	memset(id, 0, sizeof(*id));
	err = read_exactly(file, &header, sizeof(header), 0);
	if (err)
		return err;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_machine != MACHINE_HERE || header.e_phentsize != sizeof(segment) ||
	    header.e_phnum > MAX_PROGRAM_HEADERS)
		return -ENOEXEC;
	for (i = 0; i < header.e_phnum; i++) {
		err = read_exactly(file, &segment, sizeof(segment),
				   header.e_phoff + i * sizeof(segment));
		if (err)
			return err;
		if (segment.p_type != PT_NOTE || !segment.p_filesz)
			continue;
		err = search_segment(file, &segment, id);
		if (err != -ENODATA)
			return err;
	}
	return -ENODATA;
}

/* The file that this process executes; get_mm_exe_file() is not exported. */
struct file *popcorn_current_program(void)
{
	struct file *file;

	rcu_read_lock();
	file = rcu_dereference(current->mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
	rcu_read_unlock();
	return file;
}

/* A program with other rights than its caller must not be started elsewhere on his behalf. */
int popcorn_check_program(void)
{
	const struct cred *cred = current_cred();
	struct file *program;
	umode_t mode;

	if (!uid_eq(cred->uid, cred->euid) || !uid_eq(cred->uid, cred->suid) ||
	    !uid_eq(cred->uid, cred->fsuid) || !gid_eq(cred->gid, cred->egid) ||
	    !gid_eq(cred->gid, cred->sgid) || !gid_eq(cred->gid, cred->fsgid))
		return -EPERM;
	program = popcorn_current_program();
	if (!program)
		return -ENOENT;
	mode = file_inode(program)->i_mode;
	fput(program);
	return mode & (S_ISUID | S_ISGID) ? -EPERM : 0;
}

static void describe_ids(struct popcorn_worker_start *spec, const struct process *process)
{
	const struct cred *cred = current_cred();
	const struct group_info *groups = cred->group_info;
	u32 count = min_t(u32, groups->ngroups, POPCORN_GROUPS);
	u32 i;

	spec->pid = cpu_to_le32(pid_nr(process->tgid));
	rcu_read_lock();
	spec->ppid = cpu_to_le32(task_tgid_nr(rcu_dereference(current->real_parent)));
	spec->pgid = cpu_to_le32(pid_nr(task_pgrp(current)));
	spec->sid = cpu_to_le32(pid_nr(task_session(current)));
	rcu_read_unlock();
	spec->uid = cpu_to_le32(from_kuid(&init_user_ns, cred->uid));
	spec->gid = cpu_to_le32(from_kgid(&init_user_ns, cred->gid));
	spec->umask = cpu_to_le32(current_umask());
	spec->group_count = cpu_to_le32(count);
	for (i = 0; i < count; i++)
		spec->groups[i] = cpu_to_le32(from_kgid(&init_user_ns, groups->gid[i]));
}

static void describe_limits(struct popcorn_worker_start *spec)
{
	int i;

	memset(spec->limits, 0xff, sizeof(spec->limits));
	for (i = 0; i < min(POPCORN_LIMITS, RLIM_NLIMITS); i++) {
		if (rlimit(i) != RLIM_INFINITY)
			spec->limits[i][0] = cpu_to_le64(rlimit(i));
		if (rlimit_max(i) != RLIM_INFINITY)
			spec->limits[i][1] = cpu_to_le64(rlimit_max(i));
	}
}

/* The file at another node is not gone if this one was deleted, or replaced by another build. */
static void cut_deleted(const struct path *path, char *name)
{
	char *end = name + strlen(name) - strlen(DELETED);

	if (d_unlinked(path->dentry) && end > name && !strcmp(end, DELETED))
		*end = '\0';
}

static int describe_path(const struct path *path, char text[POPCORN_PATH])
{
	char *buffer = kmalloc(PATH_MAX, GFP_KERNEL);
	char *name;
	int err = 0;

	if (!buffer)
		return -ENOMEM;
	name = d_path(path, buffer, PATH_MAX);
	if (!IS_ERR(name))
		cut_deleted(path, name);
	if (IS_ERR(name))
		err = PTR_ERR(name);
	else if (strscpy(text, name, POPCORN_PATH) < 0)
		err = -ENAMETOOLONG;
	kfree(buffer);
	return err;
}

static int describe_paths(struct popcorn_worker_start *spec)
{
	struct file *program = popcorn_current_program();
	struct path cwd;
	int err;

	if (!program)
		return -ENOENT;
	err = describe_path(&program->f_path, spec->path);
	fput(program);
	if (err)
		return err;
	get_fs_pwd(current->fs, &cwd);
	err = describe_path(&cwd, spec->cwd);
	path_put(&cwd);
	return err;
}

/* The calling process, for a worker on another node; regions are filled in later. */
struct popcorn_worker_start *popcorn_describe_process(const struct process *process)
{
	struct popcorn_worker_start *spec = kvzalloc(sizeof(*spec), GFP_KERNEL_ACCOUNT);
	int err;

	if (!spec)
		return ERR_PTR(-ENOMEM);
	spec->process = cpu_to_le64(process->id);
	spec->move_signal = cpu_to_le16(process->move_signal);
	spec->kick_signal = cpu_to_le16(process->kick_signal);
	spec->build_id_size = cpu_to_le32(process->build_id.size);
	memcpy(spec->build_id, process->build_id.bytes, sizeof(spec->build_id));
	describe_ids(spec, process);
	describe_limits(spec);
	err = describe_paths(spec);
	if (!err)
		return spec;
	kvfree(spec);
	return ERR_PTR(err);
}

/* NAME_x86-64 at one node is NAME_aarch64 at another; NAME stays NAME. */
void popcorn_local_path(const char *path, char local[POPCORN_PATH])
{
	size_t length = strnlen(path, POPCORN_PATH - 1);
	int i;

	memcpy(local, path, length);
	local[length] = '\0';
	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t size = strlen(suffixes[i]);

		if (length > size && !strcmp(local + length - size, suffixes[i]) &&
		    length - size + sizeof(SUFFIX_HERE) <= POPCORN_PATH) {
			strcpy(local + length - size, SUFFIX_HERE);
			return;
		}
	}
}

/* Whether the program at @path is the one that @expected names, and harmless. */
int popcorn_examine_program(const char *path, const struct build_id *expected)
{
	struct file *file = filp_open(path, O_RDONLY | O_LARGEFILE | O_NONBLOCK, 0);
	struct build_id id;
	umode_t mode;
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	mode = file_inode(file)->i_mode;
	if (!S_ISREG(mode))
		err = -EACCES;
	else if (mode & (S_ISUID | S_ISGID))
		err = -EPERM;
	else
		err = popcorn_read_build_id(file, &id);
	fput(file);
	if (err)
		return err;
	return id.size == expected->size && !memcmp(id.bytes, expected->bytes, id.size) ? 0 :
											  -ESTALE;
}
