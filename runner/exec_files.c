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

int work_by_path(const void *a, const void *b)
{
	return strcmp(((const struct work_entry *)a)->path, ((const struct work_entry *)b)->path);
}

static uint32_t mode_of(const struct plan_file *file)
{
	return file->executable ? 0755 : 0644;
}

const struct work_entry *work_find(const struct work *work, const char *path)
{
	const struct work_entry key = {.path = (char *)path};

	return work->entry_len == 0
		       ? NULL
		       : bsearch(&key, work->entries, work->entry_len, sizeof(key), work_by_path);
}

/* Not to nothing first: file systems take that for a replacement and write it out at once. */
static bool rewrite(const char *path, struct slice bytes, uint64_t old_size)
{
	CLEANUP(close_p) int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && file_write_all(fd, bytes.ptr, bytes.len) == 0 &&
	       (bytes.len >= old_size || ftruncate(fd, (off_t)bytes.len) == 0);
}

/* --- files of the run before ------------------------------------------------------------------ */

/* A file of the plan. */
struct placed {
	bool stands; /* it is there already */
	char sha256[DIGEST_HEX_SIZE];
};

struct reuse {
	const struct work *work;
	const struct plan *plan;
	struct placed *placed;         /* parallel to the plan's files */
	bool taken[WORK_GLANCE_FILES]; /* parallel to the entries: became such a file */
};

/* Make the plan's file at `at` of an entry of the run before, unless their modes differ. */
static bool turn_into(struct reuse *reuse, const struct work_entry *old, size_t at)
{
	const struct work *work = reuse->work;
	const struct plan_file *file = &reuse->plan->files[at];
	struct placed *placed = &reuse->placed[at];

	if (old->mode != mode_of(file))
		return false;
	CLEANUP(free_p) char *from = path_join(work->path, old->path);
	CLEANUP(free_p) char *to = path_join(work->path, file->path);

	if (strcmp(from, to) != 0 && rename(from, to) < 0)
		return false;
	placed->stands =
		strcmp(old->sha256, placed->sha256) == 0 || rewrite(to, file->bytes, old->size);
	if (!placed->stands)
		(void)unlink(to);
	return placed->stands;
}

static void reuse_same_names(struct reuse *reuse)
{
	for (size_t i = 0; i < reuse->plan->file_len; i++) {
		const struct work_entry *old = work_find(reuse->work, reuse->plan->files[i].path);

		if (old)
			reuse->taken[old - reuse->work->entries] = turn_into(reuse, old, i);
	}
}

static void reuse_others(struct reuse *reuse)
{
	for (size_t i = 0; i < reuse->plan->file_len; i++) {
		const char *path = reuse->plan->files[i].path;

		if (strchr(path, '/') || work_find(reuse->work, path))
			continue;
		for (size_t k = 0; k < reuse->work->entry_len && !reuse->placed[i].stands; k++)
			if (!reuse->taken[k])
				reuse->taken[k] = turn_into(reuse, &reuse->work->entries[k], i);
	}
}

/* Afterwards nothing stands there but the standard folders and the plan's files that are placed. */
static int reuse_files(struct work *work, const struct plan *plan, struct placed *placed,
		       struct error *err)
{
	struct reuse reuse = {.work = work, .plan = plan, .placed = placed};

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

static void remember(struct work *work, struct work_entry *entry, const struct plan_file *file,
		     const struct placed *placed)
{
	*entry = (struct work_entry){.path = arena_strdup(&work->arena, file->path),
				     .planned = true,
				     .type = 'f',
				     .size = file->bytes.len,
				     .mode = mode_of(file)};
	memcpy(entry->sha256, placed->sha256, sizeof(entry->sha256));
}

static int add_files(struct work *work, const struct plan *plan, const struct placed *placed,
		     struct error *err)
{
	struct work_entry *entries =
		ARENA_ARRAY(&work->arena, struct work_entry, work->entry_len + plan->file_len);

	if (work->entry_len > 0)
		memcpy(entries, work->entries, work->entry_len * sizeof(*entries));
	for (size_t i = 0; i < plan->file_len; i++) {
		int r = placed[i].stands ? 0 : write_one(work, &plan->files[i], err);

		if (r < 0)
			return r;
		remember(work, &entries[work->entry_len + i], &plan->files[i], &placed[i]);
	}
	work->entries = entries;
	work->entry_len += plan->file_len;
	if (work->entry_len > 1)
		qsort(entries, work->entry_len, sizeof(*entries), work_by_path);
	return 0;
}

int work_write_files(struct work *work, const struct plan *plan, struct error *err)
{
	CLEANUP(free_p)
	struct placed *placed = mem_zeroed(plan->file_len + 1, sizeof(*placed));
	int r = 0;

	for (size_t i = 0; i < plan->file_len; i++) {
		if (!path_is_inside(plan->files[i].path))
			return error_fault(err, "planned file '%s' is outside the work directory",
					   plan->files[i].path);
		digest_hex(placed[i].sha256, plan->files[i].bytes);
	}
	if (work->untouched && !work->ran)
		r = reuse_files(work, plan, placed, err);
	work->untouched = false;
	return r == 0 && plan->file_len > 0 ? add_files(work, plan, placed, err) : r;
}
