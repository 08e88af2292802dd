/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_scan: what stands in a work directory after a phase, less what stood there before it.
 *
 * A plan's file is known by its content; what an earlier phase left is known by inode, size and
 * times, so that a built binary is not hashed after every run. Links are never followed. Lists and
 * hashing are bounded, in an order that depends on names alone; whatever a bound leaves out sets
 * files_cut.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/vec.h"
#include "runner/exec_internal.h"

enum {
	SCAN_MAX_NAMES = 20000, /* of one directory */
	SCAN_MAX_SEEN = 50000,  /* entries looked at in all */
	PATH_TEXT = 4096,
};

struct scan {
	struct arena *arena;
	VEC(struct work_entry) found;
	bool cut;
	size_t seen;
	char path[PATH_TEXT];     /* of the entry at hand, relative to the root */
	const struct work *known; /* entries to leave out, NULL: none */
	uint64_t hashed;
	uint64_t bytes; /* on disk, of all that was seen */
};

typedef VEC(char *) name_list;

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int left_by_path(const void *a, const void *b)
{
	return strcmp(((const struct left_file *)a)->path, ((const struct left_file *)b)->path);
}

static int64_t ns_of(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Is `path` a folder that a known file needs? */
static bool known_needs_dir(const struct work *known, const char *path)
{
	size_t len = strlen(path);
	for (size_t i = 0; known && i < known->entry_len; i++) {
		const char *other = known->entries[i].path;
		if (strncmp(other, path, len) == 0 && other[len] == '/')
			return true;
	}
	return plan_standard_at(path) < PLAN_STANDARD_LEN;
}

static void hash_link(char hex[DIGEST_HEX_SIZE], int dir_fd, const char *name)
{
	char target[PATH_TEXT];
	ssize_t n = readlinkat(dir_fd, name, target, sizeof(target));
	if (n >= 0)
		digest_hex(hex, slice_make(target, (size_t)n));
}

/* Leaves `hex` empty when the file cannot be read in full or is over the budget. */
static void hash_file(struct scan *scan, char hex[DIGEST_HEX_SIZE], int dir_fd, const char *name,
		      uint64_t size)
{
	char chunk[16 << 10];
	if (scan->hashed + size > SCAN_MAX_HASHED)
		return;
	CLEANUP(close_p)
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	scan->hashed += size;
	struct digest *digest = digest_new();
	digest_reset(digest);
	uint64_t left = size;
	ssize_t n = 1;
	while (left > 0 &&
	       (n = file_read_some(fd, chunk, left < sizeof(chunk) ? left : sizeof(chunk))) > 0) {
		digest_add(digest, chunk, (size_t)n);
		left -= (uint64_t)n;
	}
	if (left == 0)
		digest_finish(digest, hex);
	digest_free(digest);
}

static char type_of(mode_t mode)
{
	return S_ISREG(mode) ? 'f' : S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : '?';
}

static bool is_unchanged(struct scan *scan, const struct work_entry *was, struct work_entry *now,
			 int dir_fd, const char *name)
{
	if (was->type != now->type || (was->type != 'd' && was->size != now->size))
		return false;
	if (was->type == 'd')
		return true;
	if (!was->planned)
		return was->inode == now->inode && was->mtime_ns == now->mtime_ns &&
		       was->ctime_ns == now->ctime_ns;
	hash_file(scan, now->sha256, dir_fd, name, now->size);
	return strcmp(was->sha256, now->sha256) == 0;
}

static void entry_hash(struct scan *scan, struct work_entry *entry, int dir_fd, const char *name)
{
	if (entry->type == 'l')
		hash_link(entry->sha256, dir_fd, name);
	else if (entry->type == 'f' && entry->sha256[0] == '\0')
		hash_file(scan, entry->sha256, dir_fd, name, entry->size);
	if (entry->sha256[0] == '\0' && (entry->type == 'f' || entry->type == 'l'))
		scan->cut = true;
}

/* Record the entry unless it was known; true when it is a directory to go into. */
static bool scan_entry(struct scan *scan, int dir_fd, const char *name, bool hash)
{
	struct stat st;
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		scan->cut = true;
		return false;
	}
	struct work_entry entry = {
		.type = type_of(st.st_mode),
		.inode = st.st_ino,
		.size = S_ISREG(st.st_mode) || S_ISLNK(st.st_mode) ? (uint64_t)st.st_size : 0,
		.mtime_ns = ns_of(st.st_mtim),
		.ctime_ns = ns_of(st.st_ctim),
	};
	bool is_dir = entry.type == 'd';
	scan->bytes += (uint64_t)st.st_blocks * 512;
	const struct work_entry *was = scan->known ? work_find(scan->known, scan->path) : NULL;
	if ((was && is_unchanged(scan, was, &entry, dir_fd, name)) ||
	    (is_dir && known_needs_dir(scan->known, scan->path)))
		return is_dir;
	if (hash && scan->found.len >= SCAN_MAX_ENTRIES) {
		scan->cut = true;
		return false;
	}
	if (hash)
		entry_hash(scan, &entry, dir_fd, name);
	entry.path = arena_strdup(scan->arena, scan->path);
	vec_push(&scan->found, entry);
	return is_dir;
}

static void names_read(struct scan *scan, name_list *names, DIR *dir)
{
	struct dirent *entry;
	while ((entry = readdir(dir))) {
		if (path_is_dots(entry->d_name))
			continue;
		if (names->len == SCAN_MAX_NAMES) {
			scan->cut = true;
			break;
		}
		vec_push(names, mem_strdup(entry->d_name));
	}
	if (names->len > 0)
		qsort(names->items, names->len, sizeof(*names->items), by_name);
}

static void scan_dir(struct scan *scan, int parent, const char *name, size_t path_len, int depth,
		     bool hash)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP(closedir_p) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir || depth > SCAN_MAX_DEPTH) {
		if (!dir && fd >= 0)
			(void)close(fd);
		scan->cut = true;
		return;
	}
	name_list names = {0};
	names_read(scan, &names, dir);
	vec_each (&names, it) {
		size_t len = strlen(*it);
		size_t at = path_len;
		if (at + len + 2 > sizeof(scan->path) || scan->seen++ >= SCAN_MAX_SEEN) {
			scan->cut = true;
			break;
		}
		if (at > 0)
			scan->path[at++] = '/';
		memcpy(scan->path + at, *it, len + 1);
		if (scan_entry(scan, fd, *it, hash))
			scan_dir(scan, fd, *it, at + len, depth + 1, hash);
	}
	vec_each (&names, it)
		free(*it);
	vec_done(&names);
}

static bool is_gone(int dir_fd, const char *path)
{
	struct stat st;
	return fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0;
}

void scan_remember(struct work *work)
{
	struct scan scan = {.arena = &work->arena, .known = work};
	scan_dir(&scan, AT_FDCWD, work->path, 0, 0, false);
	struct work found = {.entries = scan.found.items, .entry_len = scan.found.len};
	if (found.entry_len > 0)
		qsort(found.entries, found.entry_len, sizeof(*found.entries), work_by_path);
	/* What is not as it was gives way to what stands there now. */
	CLEANUP(close_p) int fd = open(work->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct work_entry *entries =
		ARENA_ARRAY(&work->arena, struct work_entry, work->entry_len + found.entry_len);
	size_t len = 0;
	for (size_t i = 0; i < work->entry_len; i++) {
		const struct work_entry *old = &work->entries[i];
		if (!work_find(&found, old->path) && !is_gone(fd, old->path))
			entries[len++] = *old;
	}
	for (size_t i = 0; i < found.entry_len; i++)
		entries[len++] = found.entries[i];
	vec_done(&scan.found);
	work->entries = entries;
	work->entry_len = len;
	qsort(entries, len, sizeof(*entries), work_by_path);
}

uint64_t scan_left_files(struct work *work, struct outcome *out, struct arena *arena)
{
	struct scan scan = {.arena = arena, .known = work};

	work->untouched = work_is_untouched(work);
	if (work->untouched)
		return 0;
	scan_dir(&scan, AT_FDCWD, work->path, 0, 0, true);
	CLEANUP(close_p) int fd = open(work->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < work->entry_len; i++) {
		const struct work_entry *was = &work->entries[i];
		if (was->planned && is_gone(fd, was->path)) {
			struct work_entry gone = {.type = '-'};
			gone.path = arena_strdup(arena, was->path);
			vec_push(&scan.found, gone);
		}
	}
	out->files_cut = scan.cut;
	out->file_len = scan.found.len;
	out->files = ARENA_ARRAY(arena, struct left_file, scan.found.len);
	for (size_t i = 0; i < scan.found.len; i++) {
		const struct work_entry *entry = &scan.found.items[i];
		struct left_file *file = &out->files[i];
		file->path = entry->path;
		file->size = entry->size;
		file->type = entry->type;
		memcpy(file->sha256, entry->sha256, sizeof(file->sha256));
	}
	vec_done(&scan.found);
	if (out->file_len > 0)
		qsort(out->files, out->file_len, sizeof(*out->files), left_by_path);
	return scan.bytes;
}
