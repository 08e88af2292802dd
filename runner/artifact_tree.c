/* SPDX-License-Identifier: Apache-2.0 */
/*
 * artifact_tree: a build as one sequence of records, each a length and its bytes: a head, the work
 * directory's name, both streams, then path, mode and content of every entry. Names lead only into
 * the work directory; links are neither followed nor kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "runner/artifact_internal.h"

struct head {
	uint64_t entry_len;
	int64_t user_us; /* what the build cost when it was carried out */
	int64_t sys_us;
	int64_t max_rss_kib;
};

static void put(struct buf *out, const void *bytes, size_t len)
{
	uint64_t size = len;

	buf_add(out, &size, sizeof(size));
	buf_add(out, bytes, len);
}

static bool get(struct slice *rest, struct slice *record)
{
	uint64_t size;

	if (rest->len < sizeof(size))
		return false;
	memcpy(&size, rest->ptr, sizeof(size));
	if (size > rest->len - sizeof(size))
		return false;
	*record = slice_make(rest->ptr + sizeof(size), (size_t)size);
	*rest = slice_make(record->ptr + record->len, rest->len - sizeof(size) - record->len);
	return true;
}

/* --- a build as bytes ------------------------------------------------------------------------- */

static const struct plan_file *planned(const struct plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->file_len; i++)
		if (strcmp(plan->files[i].path, path) == 0)
			return &plan->files[i];
	return NULL;
}

/* Append a file's record; `content` is what was read of it. */
static bool put_file(struct buf *out, struct slice *content, const FTSENT *entry)
{
	uint64_t size = (uint64_t)entry->fts_statp->st_size;
	CLEANUP(close_p)
	int fd = open(entry->fts_accpath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *at;

	if (fd < 0 || size > ARTIFACT_MAX - out->len)
		return false;
	buf_add(out, &size, sizeof(size));
	buf_reserve(out, size);
	at = out->data + out->len;
	*content = slice_make(at, (size_t)size);
	if (!file_read_exactly(fd, at, (size_t)size))
		return false;
	out->len += (size_t)size;
	return true;
}

/* True when the entry stands in `out` now or need not. */
static bool put_entry(struct buf *out, struct head *head, const struct plan *plan,
		      const FTSENT *entry, const char *path)
{
	const struct plan_file *file = planned(plan, path);
	uint32_t mode = entry->fts_statp->st_mode;
	size_t before = out->len;
	struct slice content = SLICE_EMPTY;

	if (entry->fts_info == FTS_D && plan_standard_at(path) < PLAN_STANDARD_LEN)
		return true;
	if (mode & (S_ISUID | S_ISGID | S_ISVTX))
		return false;
	put(out, path, strlen(path));
	put(out, &mode, sizeof(mode));
	if (entry->fts_info == FTS_D)
		put(out, NULL, 0);
	else if (entry->fts_info != FTS_F || entry->fts_statp->st_nlink != 1 ||
		 !put_file(out, &content, entry))
		return false;
	if (file && slice_eq(content, file->bytes))
		out->len = before;
	else
		head->entry_len++;
	return !out->full;
}

static bool put_tree(struct buf *out, struct head *head, const struct plan *plan)
{
	char *const roots[] = {(char *)plan->work_dir, NULL};
	size_t root_len = strlen(plan->work_dir);
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t met = 0;
	bool fine = walk != NULL;
	FTSENT *entry;

	while (fine && (errno = 0, entry = fts_read(walk))) {
		const char *path = entry->fts_path + root_len + 1;

		if (entry->fts_info == FTS_DP || entry->fts_level == 0)
			continue;
		met += planned(plan, path) != NULL;
		fine = put_entry(out, head, plan, entry, path);
	}
	fine = fine && errno == 0;
	if (walk)
		(void)fts_close(walk);
	/* A plan's file that the build removed would stand there again. */
	return fine && met == plan->file_len;
}

/* The folder of the work directory is named only where the whole name follows. */
static bool can_move(struct slice bytes, const char *work_dir)
{
	size_t whole = strlen(work_dir);
	size_t part = (size_t)(strrchr(work_dir, '/') + 1 - work_dir);
	const char *end = bytes.ptr + bytes.len;

	for (const char *at = bytes.ptr;
	     (at = memmem(at, (size_t)(end - at), work_dir, part)) != NULL; at += whole)
		if ((size_t)(end - at) < whole || memcmp(at, work_dir, whole) != 0)
			return false;
	return true;
}

static bool is_whole(const struct capture *capture)
{
	return !capture->truncated && capture->tail.len == 0;
}

bool artifact_pack(struct buf *out, const struct plan *plan, const struct outcome *outcome)
{
	struct head head = {.user_us = outcome->user_us,
			    .sys_us = outcome->sys_us,
			    .max_rss_kib = outcome->max_rss_kib};
	size_t at = out->len;

	if (outcome->end != END_EXIT || outcome->code != 0 || outcome->survivors ||
	    !is_whole(&outcome->out) || !is_whole(&outcome->err))
		return false;
	put(out, &head, sizeof(head));
	put(out, plan->work_dir, strlen(plan->work_dir));
	put(out, outcome->out.head.ptr, outcome->out.head.len);
	put(out, outcome->err.head.ptr, outcome->err.head.len);
	if (out->full || !put_tree(out, &head, plan) || out->full)
		return false;
	memcpy(out->data + at + sizeof(uint64_t), &head, sizeof(head));
	return can_move(slice_make(out->data + at, out->len - at), plan->work_dir);
}

/* --- and back --------------------------------------------------------------------------------- */

/* Wherever the build wrote the name of its work directory, that of another one. */
static void move(struct buf *bytes, const char *from, const char *to)
{
	size_t len = strlen(from);
	char *end = bytes->data + bytes->len;

	for (char *at = bytes->data; (at = memmem(at, (size_t)(end - at), from, len)) != NULL;
	     at += len)
		memcpy(at, to, len);
}

struct entry_record {
	const char *path;
	uint32_t mode;
	struct slice content;
};

static bool get_entry(struct entry_record *out, struct slice *rest, struct arena *arena)
{
	struct slice path;
	struct slice mode;

	if (!get(rest, &path) || !get(rest, &mode) || !get(rest, &out->content) ||
	    mode.len != sizeof(out->mode))
		return false;
	out->path = arena_strndup(arena, path.ptr, path.len);
	memcpy(&out->mode, mode.ptr, sizeof(out->mode));
	return strlen(out->path) == path.len && path_is_inside(out->path) &&
	       (S_ISDIR(out->mode) || S_ISREG(out->mode));
}

static bool write_entry(const struct entry_record *entry, const struct plan *plan)
{
	CLEANUP(free_p) char *path = path_join(plan->work_dir, entry->path);
	mode_t mode = entry->mode & 0777;

	if (S_ISDIR(entry->mode))
		return (mkdir(path, 0700) == 0 || errno == EEXIST) && chmod(path, mode) == 0;
	CLEANUP(close_p)
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0 && file_write_all(fd, entry->content.ptr, entry->content.len) == 0 &&
	       fchmod(fd, mode) == 0;
}

static struct capture capture_of(struct slice bytes, struct arena *arena)
{
	struct capture capture = {.head = arena_slice(arena, bytes), .total = bytes.len};

	digest_hex(capture.sha256, capture.head);
	return capture;
}

bool artifact_unpack(struct outcome *out, struct buf *bytes, const struct plan *plan,
		     struct arena *arena)
{
	struct slice rest = buf_slice(bytes);
	struct slice head_bytes, dir, streams[2];
	struct head head;

	if (!get(&rest, &head_bytes) || head_bytes.len != sizeof(head) || !get(&rest, &dir) ||
	    dir.len != strlen(plan->work_dir) || !get(&rest, &streams[0]) ||
	    !get(&rest, &streams[1]))
		return false;
	memcpy(&head, head_bytes.ptr, sizeof(head));
	move(bytes, arena_strndup(arena, dir.ptr, dir.len), plan->work_dir);
	*out = (struct outcome){.phase = PHASE_BUILD,
				.end = END_EXIT,
				.work_dir = plan->work_dir,
				.survivor_names = "",
				.is_kept = true,
				.out = capture_of(streams[0], arena),
				.err = capture_of(streams[1], arena),
				.user_us = head.user_us,
				.sys_us = head.sys_us,
				.max_rss_kib = head.max_rss_kib};
	for (uint64_t i = 0; i < head.entry_len; i++) {
		struct entry_record entry;

		if (!get_entry(&entry, &rest, arena) || !write_entry(&entry, plan))
			return false;
	}
	return rest.len == 0;
}
