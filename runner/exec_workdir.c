/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_workdir: the scratch tree, one directory per case and backend, all with paths of one length.
 *
 * Making and removing a directory costs more than starting a program, so one that was given back is
 * emptied and handed out again. It is trusted only after a look: owner and mode as we made them,
 * nothing inside but the two empty standard folders. Anything else is removed as a whole. Where the
 * last run left nothing at all, its plan's files stay for exec_files.c to make the next ones of.
 * Symbolic links are never followed: everything goes through descriptors opened without following.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/vec.h"
#include "runner/exec_internal.h"

#define TREE_PREFIX "parity-"
#define LOCK_NAME   ".lock"

enum {
	DIR_MODE = 0700,
	DIR_MAX_SIZE = 64 << 10, /* a directory never shrinks; a large one is slow to read */
};

static const char *const OWN[] = {WORK_ROOT_NAME, WORK_PROBE_NAME};
enum { OWN_LEN = sizeof(OWN) / sizeof(OWN[0]) };

/*
 * A tree is in use as long as its lock is held, which ends with the process however it dies. The
 * file gets its name only when it is locked. -1 where locks do not work: such a tree is never
 * abandoned.
 */
static int lock_tree(const char *root)
{
	CLEANUP(free_p) char *path = path_join(root, LOCK_NAME);
	CLEANUP(free_p) char *early = path_join(root, LOCK_NAME ".new");
	CLEANUP(close_p) int fd = open(early, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || rename(early, path) < 0)
		return -1;
	return steal_fd(&fd);
}

/* Trees of runners that were killed. */
static void remove_abandoned(const char *base)
{
	CLEANUP(closedir_p) DIR *dir = opendir(base);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct stat st;
		if (strncmp(entry->d_name, TREE_PREFIX, strlen(TREE_PREFIX)) != 0)
			continue;
		CLEANUP(free_p) char *root = path_join(base, entry->d_name);
		CLEANUP(free_p) char *path = path_join(root, LOCK_NAME);
		if (lstat(root, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
			continue;
		CLEANUP(close_p) int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
			(void)path_remove_tree(root, NULL);
	}
}

int work_tree_open(struct work_tree *tree, const char *scratch, bool keep, struct error *err)
{
	CLEANUP(free_p) char *base = NULL;
	const char *tmp = getenv("TMPDIR");
	if (!scratch)
		scratch = tmp && *tmp ? tmp : "/tmp";
	int r = path_absolute(&base, scratch, err);
	if (r < 0)
		return r;
	remove_abandoned(base);
	CLEANUP(free_p) char *root = path_join(base, TREE_PREFIX "XXXXXX");
	if (!mkdtemp(root))
		return error_errno(err, errno, "cannot make a scratch folder in '%s'", base);
	tree->root = steal(&root);
	tree->keep = keep;
	tree->lock_fd = keep ? -1 : lock_tree(tree->root);
	for (size_t i = 0; i < OWN_LEN; i++) {
		CLEANUP(free_p) char *path = path_join(tree->root, OWN[i]);
		if (mkdir(path, DIR_MODE) < 0)
			return error_errno(err, errno, "cannot make folder '%s'", path);
	}
	return 0;
}

static void work_free(struct work *work)
{
	arena_done(&work->arena);
	free(work->path);
	free(work);
}

/* Only what is nobody's work. */
static void remove_own(const char *root)
{
	for (size_t i = 0; i < OWN_LEN; i++) {
		CLEANUP(free_p) char *path = path_join(root, OWN[i]);
		(void)rmdir(path);
	}
	(void)rmdir(root);
}

void work_tree_close(struct work_tree *tree)
{
	for (size_t i = 0; i < tree->len; i++)
		work_free(tree->works[i]);
	free(tree->works);
	tree->works = NULL;
	tree->len = tree->cap = 0;
	/* A tree that cannot be removed is litter, not a reason to change what the run found out.
	 */
	if (tree->root && !tree->keep)
		(void)path_remove_tree(tree->root, NULL);
	else if (tree->root)
		remove_own(tree->root);
	if (tree->root && tree->lock_fd >= 0)
		(void)close(tree->lock_fd);
	free(tree->root);
	tree->root = NULL;
}

static int work_make(struct work *work, struct error *err)
{
	if (mkdir(work->path, DIR_MODE) < 0)
		return error_errno(err, errno, "cannot make work directory '%s'", work->path);
	for (size_t i = 0; i < PLAN_STANDARD_LEN; i++) {
		CLEANUP(free_p) char *path = path_join(work->path, plan_standard[i]);
		if (mkdir(path, DIR_MODE) < 0)
			return error_errno(err, errno, "cannot make folder '%s'", path);
	}
	return 0;
}

int work_tree_take(struct work **out, struct work_tree *tree, struct error *err)
{
	for (size_t i = tree->len; i-- > 0;) {
		if (!tree->works[i]->used) {
			tree->works[i]->used = true;
			*out = tree->works[i];
			return 0;
		}
	}
	struct work *work = mem_zeroed(1, sizeof(*work));
	work->path = mem_printf("%s/w%07llu", tree->root, (unsigned long long)tree->made + 1);
	int r = work_make(work, err);
	if (r < 0) {
		work_free(work);
		return r;
	}
	tree->made++;
	work->used = true;
	if (tree->len == tree->cap)
		tree->works = vec_grow(tree->works, &tree->cap, sizeof(struct work *));
	tree->works[tree->len++] = work;
	*out = work;
	return 0;
}

struct work *work_tree_find(const struct work_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->len; i++)
		if (tree->works[i]->used && strcmp(tree->works[i]->path, path) == 0)
			return tree->works[i];
	return NULL;
}

/* --- emptying --------------------------------------------------------------------------------- */

int work_open_untouched(struct stat *st, int parent, const char *name)
{
	CLEANUP(close_p)
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, st) < 0 || st->st_uid != geteuid() ||
	    (st->st_mode & 07777) != DIR_MODE || st->st_size > DIR_MAX_SIZE)
		return -1;
	return steal_fd(&fd);
}

static bool remove_entry(int dir_fd, const char *dir, const char *name, unsigned char type)
{
	if (type != DT_DIR && unlinkat(dir_fd, name, 0) == 0)
		return true;
	CLEANUP(free_p) char *path = path_join(dir, name);
	return path_remove_tree(path, NULL) == 0;
}

/* Remove everything but, where `keep` says so, the standard folders, which are counted in `kept`.
 */
static bool empty_dir(int fd, const char *dir, bool keep, size_t *kept)
{
	char entries[8 << 10] __attribute__((aligned(_Alignof(struct dirent64))));
	ssize_t n;
	while ((n = getdents64(fd, entries, sizeof(entries))) > 0) {
		for (ssize_t at = 0; at < n;) {
			struct dirent64 *entry = (struct dirent64 *)(entries + at);
			at += entry->d_reclen;
			if (path_is_dots(entry->d_name))
				continue;
			if (keep && plan_standard_at(entry->d_name) < PLAN_STANDARD_LEN) {
				++*kept;
				continue;
			}
			if (!remove_entry(fd, dir, entry->d_name, entry->d_type))
				return false;
		}
	}
	return n == 0;
}

/* The directory as work_tree_take promises it; false when it must not be used again. */
static bool work_empty(const struct work *work)
{
	struct stat st;
	size_t kept = 0;
	CLEANUP(close_p) int fd = work_open_untouched(&st, AT_FDCWD, work->path);
	if (fd < 0 || !empty_dir(fd, work->path, true, &kept) || kept != PLAN_STANDARD_LEN)
		return false;
	for (size_t i = 0; i < PLAN_STANDARD_LEN; i++) {
		CLEANUP(close_p) int sub = work_open_untouched(&st, fd, plan_standard[i]);
		CLEANUP(free_p) char *path = path_join(work->path, plan_standard[i]);
		if (sub < 0 || !empty_dir(sub, path, false, &kept))
			return false;
	}
	return true;
}

void work_tree_give(struct work_tree *tree, const char *path)
{
	struct work *work = work_tree_find(tree, path);
	if (!work)
		return;
	if (!tree->keep && (work->untouched || work_empty(work))) {
		if (!work->untouched) {
			arena_clear(&work->arena);
			work->entries = NULL;
			work->entry_len = 0;
		}
		work->used = work->ran = false;
		return;
	}
	if (!tree->keep)
		(void)path_remove_tree(work->path, NULL);
	for (size_t i = 0; i < tree->len; i++) {
		if (tree->works[i] == work) {
			tree->works[i] = tree->works[--tree->len];
			break;
		}
	}
	work_free(work);
}
