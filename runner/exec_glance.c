/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_glance: most programs leave nothing, and to see that takes less than to list what they left.
 * True only when nothing whatever differs: the folders are ours and the standard ones empty, each
 * of the plan's files has its bytes, owner, mode, one link and no attributes, and nothing else
 * stands beside them. Then there is nothing to report, and nothing but those files to remove.
 *
 * The standard folders stay empty for most of a run. One that was seen so is known by its inode and
 * by when it last changed, which no program can set: while both are the same it is still empty.
 * Only where that time was over for longer than a file system's steps, or a change could share it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "runner/exec_internal.h"

enum {
	LISTING = 8 << 10,
	CONTENT_MAX = 64 << 10, /* of a file; a larger one is for the scan */
	STEP_S = 2,             /* the longest step of a file system's times */
};

static bool is_empty(struct stat *st, int parent, const char *name)
{
	char entries[LISTING] __attribute__((aligned(_Alignof(struct dirent64))));
	CLEANUP(close_p) int fd = work_open_untouched(st, parent, name);
	ssize_t n = -1;

	while (fd >= 0 && (n = getdents64(fd, entries, sizeof(entries))) > 0)
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *entry = (struct dirent64 *)(entries + at);

			at += entry->d_reclen;
			if (!path_is_dots(entry->d_name))
				return false;
		}
	return n == 0;
}

static bool is_known_empty(const struct work_empty *known, int parent, const char *name)
{
	struct stat st;

	return known->inode && fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       known->inode == st.st_ino && known->device == st.st_dev &&
	       known->changed.tv_sec == st.st_ctim.tv_sec &&
	       known->changed.tv_nsec == st.st_ctim.tv_nsec;
}

static bool is_standard_empty(struct work_empty *known, int parent, const char *name)
{
	struct timespec now;
	struct stat st;

	if (is_known_empty(known, parent, name))
		return true;
	/* The time before the folder is listed: a change in between is one since then. */
	if (clock_gettime(CLOCK_REALTIME, &now) < 0 || !is_empty(&st, parent, name))
		return false;
	if (now.tv_sec - st.st_ctim.tv_sec > STEP_S)
		*known = (struct work_empty){
			.device = st.st_dev, .inode = st.st_ino, .changed = st.st_ctim};
	return true;
}

static bool has_content(int fd, const struct work_entry *entry)
{
	static char content[CONTENT_MAX];
	char sha256[DIGEST_HEX_SIZE];

	if (!file_read_exactly(fd, content, entry->size))
		return false;
	digest_hex(sha256, slice_make(content, entry->size));
	return strcmp(sha256, entry->sha256) == 0;
}

static bool is_as_written(int dir_fd, const struct work_entry *entry)
{
	struct stat st;

	if (!entry->planned || entry->size > CONTENT_MAX)
		return false;
	CLEANUP(close_p)
	int fd = openat(dir_fd, entry->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	       (st.st_mode & 07777) == entry->mode && st.st_nlink == 1 &&
	       (uint64_t)st.st_size == entry->size && flistxattr(fd, NULL, 0) <= 0 &&
	       has_content(fd, entry);
}

bool work_is_untouched(struct work *work)
{
	char entries[LISTING] __attribute__((aligned(_Alignof(struct dirent64))));
	struct stat st;
	CLEANUP(close_p) int fd = work_open_untouched(&st, AT_FDCWD, work->path);
	size_t seen = 0, standard = 0;
	ssize_t n = -1;

	if (work->entry_len > WORK_GLANCE_FILES)
		return false;
	while (fd >= 0 && (n = getdents64(fd, entries, sizeof(entries))) > 0)
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *entry = (struct dirent64 *)(entries + at);
			size_t which = plan_standard_at(entry->d_name);
			const struct work_entry *known;

			at += entry->d_reclen;
			if (path_is_dots(entry->d_name))
				continue;
			if (which < PLAN_STANDARD_LEN) {
				if (!is_standard_empty(&work->empty[which], fd, entry->d_name))
					return false;
				standard++;
				continue;
			}
			known = work_find(work, entry->d_name);
			if (!known || !is_as_written(fd, known))
				return false;
			seen++;
		}
	return n == 0 && seen == work->entry_len && standard == PLAN_STANDARD_LEN;
}
