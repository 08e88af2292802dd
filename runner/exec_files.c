/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_files: a plan's files in its work directory. Making a file and removing it again is the
 * dearest thing done for a run on a file system with a journal, so the files of a run that left
 * nothing are not removed: the next plan's are made of them, by a new name and new content, or by
 * doing nothing for the next backend of the same case. Only what exec_glance.c found to be in every
 * respect as we had written it is used again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "runner/exec_internal.h"

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct work_entry *)a)->path, ((const struct work_entry *)b)->path);
}

static uint32_t mode_of(const struct plan_file *file)
{
	return file->executable ? 0755 : 0644;
}

static bool has_bytes(const struct work_entry *entry, struct slice bytes)
{
	char sha256[DIGEST_HEX_SIZE];

	if (entry->size != bytes.len)
		return false;
	digest_hex(sha256, bytes);
	return strcmp(sha256, entry->sha256) == 0;
}

/* Not to nothing first: file systems take that for a replacement and write it out at once. */
static bool rewrite(const char *path, struct slice bytes, uint64_t old_size)
{
	CLEANUP(close_p) int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && file_write_all(fd, bytes.ptr, bytes.len) == 0 &&
	       (bytes.len >= old_size || ftruncate(fd, (off_t)bytes.len) == 0);
}

/* --- files of the run before ------------------------------------------------------------------ */

struct reuse {
	const struct work *work;
	const struct plan *plan;
	bool *ready;                   /* parallel to the plan's files: stands there */
	bool taken[WORK_GLANCE_FILES]; /* parallel to the entries: became such a file */
};

static size_t find_entry(const struct work *work, const char *path)
{
	size_t at = 0;

	while (at < work->entry_len && strcmp(work->entries[at].path, path) != 0)
		at++;
	return at;
}

static bool turn_into(const struct work *work, const struct work_entry *old,
		      const struct plan_file *file)
{
	CLEANUP(free_p) char *from = path_join(work->path, old->path);
	CLEANUP(free_p) char *to = path_join(work->path, file->path);

	if (strcmp(from, to) != 0 && rename(from, to) < 0)
		return false;
	if (has_bytes(old, file->bytes) || rewrite(to, file->bytes, old->size))
		return true;
	(void)unlink(to);
	return false;
}

static void reuse_same_names(struct reuse *reuse)
{
	for (size_t i = 0; i < reuse->plan->file_len; i++) {
		const struct plan_file *file = &reuse->plan->files[i];
		size_t at = find_entry(reuse->work, file->path);

		if (at < reuse->work->entry_len && reuse->work->entries[at].mode == mode_of(file))
			reuse->ready[i] = reuse->taken[at] =
				turn_into(reuse->work, &reuse->work->entries[at], file);
	}
}

static void reuse_others(struct reuse *reuse)
{
	for (size_t i = 0; i < reuse->plan->file_len; i++) {
		const struct plan_file *file = &reuse->plan->files[i];

		if (reuse->ready[i] || strchr(file->path, '/') ||
		    find_entry(reuse->work, file->path) < reuse->work->entry_len)
			continue;
		for (size_t k = 0; k < reuse->work->entry_len && !reuse->ready[i]; k++)
			if (!reuse->taken[k] && reuse->work->entries[k].mode == mode_of(file))
				reuse->ready[i] = reuse->taken[k] =
					turn_into(reuse->work, &reuse->work->entries[k], file);
	}
}

/* Afterwards nothing stands there but the standard folders and the plan's files that are ready. */
static int reuse_files(struct work *work, const struct plan *plan, bool *ready, struct error *err)
{
	struct reuse reuse = {.work = work, .plan = plan, .ready = ready};

	reuse_same_names(&reuse);
	reuse_others(&reuse);
	for (size_t i = 0; i < work->entry_len; i++) {
		CLEANUP(free_p) char *path = path_join(work->path, work->entries[i].path);

		if (!reuse.taken[i] && unlink(path) < 0 && errno != ENOENT)
			return error_errno(err, errno, "cannot remove '%s'", path);
	}
	arena_clear(&work->arena);
	work->entries = NULL;
	work->entry_len = 0;
	return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

static int write_one(const struct work *work, const struct plan_file *file, struct error *err)
{
	CLEANUP(free_p) char *path = path_join(work->path, file->path);

	if (strchr(file->path, '/')) {
		CLEANUP(free_p) char *dir = path_dir(path);
		int r = path_make_dirs(dir, err);

		if (r < 0)
			return r;
	}
	return file_write(path, file->bytes, file->executable, err);
}

static void remember(struct work *work, struct work_entry *entry, const struct plan_file *file)
{
	*entry = (struct work_entry){.path = arena_strdup(&work->arena, file->path),
				     .planned = true,
				     .type = 'f',
				     .size = file->bytes.len,
				     .mode = mode_of(file)};
	digest_hex(entry->sha256, file->bytes);
}

static int add_files(struct work *work, const struct plan *plan, const bool *ready,
		     struct error *err)
{
	struct work_entry *entries =
		ARENA_ARRAY(&work->arena, struct work_entry, work->entry_len + plan->file_len);

	if (work->entry_len > 0)
		memcpy(entries, work->entries, work->entry_len * sizeof(*entries));
	for (size_t i = 0; i < plan->file_len; i++) {
		int r = ready[i] ? 0 : write_one(work, &plan->files[i], err);

		if (r < 0)
			return r;
		remember(work, &entries[work->entry_len + i], &plan->files[i]);
	}
	work->entries = entries;
	work->entry_len += plan->file_len;
	if (work->entry_len > 1)
		qsort(entries, work->entry_len, sizeof(*entries), by_path);
	return 0;
}

int work_write_files(struct work *work, const struct plan *plan, struct error *err)
{
	CLEANUP(free_p) bool *ready = mem_zeroed(plan->file_len + 1, sizeof(*ready));
	int r = 0;

	for (size_t i = 0; i < plan->file_len; i++)
		if (!path_is_inside(plan->files[i].path))
			return error_fault(err, "planned file '%s' is outside the work directory",
					   plan->files[i].path);
	if (work->untouched && !work->ran)
		r = reuse_files(work, plan, ready, err);
	work->untouched = false;
	return r == 0 && plan->file_len > 0 ? add_files(work, plan, ready, err) : r;
}
