/* SPDX-License-Identifier: Apache-2.0 */
/*
 * artifact_store: a folder of files "KEY.art", each a header with a checksum over key and bytes,
 * then the bytes. When a file was used last is its modification time.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/vec.h"
#include "runner/artifact_internal.h"
#include "runner/cache_internal.h"

#define SUFFIX      ".art"
#define TEMP_PREFIX "new-"

enum { STORED_NAME_SIZE = DIGEST_HEX_SIZE + sizeof(SUFFIX) };

static const char magic[8] = "PARTIF1\n";

struct header {
	char magic[sizeof(magic)];
	uint64_t len;
	char sum[DIGEST_HEX_SIZE - 1]; /* of the key, then the bytes */
};

static void name_of(char out[STORED_NAME_SIZE], const char *key)
{
	(void)snprintf(out, STORED_NAME_SIZE, "%s" SUFFIX, key);
}

static void sum_of(char hex[DIGEST_HEX_SIZE], const char *key, struct slice bytes)
{
	struct digest *digest = digest_new();

	digest_add(digest, key, DIGEST_HEX_SIZE);
	digest_add(digest, bytes.ptr, bytes.len);
	digest_finish(digest, hex);
	digest_free(digest);
}

int artifact_store_open(struct artifact_store *store, const char *dir, struct error *err)
{
	int r = store->write ? path_make_dirs(dir, err) : 0;

	store->since_s = clock_wall_ms() / 1000 - 1; /* file times are coarse */
	store->dir_fd = -1;
	if (r < 0)
		return r;
	store->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->dir_fd < 0 && (store->write || errno != ENOENT))
		return error_errno(err, errno, "cannot open '%s'", dir);
	if (store->write && faccessat(store->dir_fd, ".", W_OK, AT_EACCESS) < 0)
		return error_errno(err, errno, "cannot write to '%s'", dir);
	return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_whole(struct buf *out, int fd, const char *key)
{
	struct header header;
	char sum[DIGEST_HEX_SIZE];
	struct stat st;

	if (fstat(fd, &st) < 0 || !file_read_exactly(fd, &header, sizeof(header)) ||
	    memcmp(header.magic, magic, sizeof(magic)) != 0 || header.len > ARTIFACT_MAX ||
	    (uint64_t)st.st_size != sizeof(header) + header.len)
		return false;
	buf_clear(out);
	buf_reserve(out, header.len);
	if (!file_read_exactly(fd, out->data, header.len))
		return false;
	out->len = header.len;
	out->data[out->len] = '\0';
	sum_of(sum, key, buf_slice(out));
	return memcmp(sum, header.sum, sizeof(header.sum)) == 0;
}

enum artifact_load artifact_store_load(struct buf *out, struct artifact_store *store,
				       const char *key)
{
	char name[STORED_NAME_SIZE];
	CLEANUP(close_p) int fd = -1;

	name_of(name, key);
	if (store->dir_fd >= 0)
		fd = openat(store->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return ARTIFACT_ABSENT;
	if (!read_whole(out, fd, key)) {
		artifact_store_remove(store, key);
		return ARTIFACT_DAMAGED;
	}
	if (store->write)
		(void)futimens(fd, NULL);
	return ARTIFACT_WHOLE;
}

/* --- eviction --------------------------------------------------------------------------------- */

struct stored {
	char name[STORED_NAME_SIZE];
	uint64_t size;
	struct timespec used;
};
typedef VEC(struct stored) stored_vec;

static int by_use(const void *a, const void *b)
{
	const struct stored *left = a;
	const struct stored *right = b;

	if (left->used.tv_sec != right->used.tv_sec)
		return left->used.tv_sec < right->used.tv_sec ? -1 : 1;
	if (left->used.tv_nsec != right->used.tv_nsec)
		return left->used.tv_nsec < right->used.tv_nsec ? -1 : 1;
	return strcmp(left->name, right->name);
}

static bool is_stored_name(const char *name)
{
	size_t len = strlen(name);

	return len == STORED_NAME_SIZE - 2 && strcmp(name + DIGEST_HEX_SIZE - 1, SUFFIX) == 0;
}

/* Everything kept, and its size; what killed writers left is thrown away. Under the lock. */
static uint64_t list_stored(stored_vec *out, const struct artifact_store *store)
{
	int fd = openat(store->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP(closedir_p) DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	uint64_t total = 0;

	if (!dir)
		close_p(&fd);
	while (dir && (entry = readdir(dir))) {
		struct stored stored = {0};
		struct stat st;

		if (strncmp(entry->d_name, TEMP_PREFIX, strlen(TEMP_PREFIX)) == 0)
			(void)unlinkat(store->dir_fd, entry->d_name, 0);
		if (!is_stored_name(entry->d_name) ||
		    fstatat(store->dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		(void)strcpy(stored.name, entry->d_name);
		stored.size = (uint64_t)st.st_size;
		stored.used = st.st_mtim;
		total += stored.size;
		vec_push(out, stored);
	}
	return total;
}

/*
 * Under the lock: make room for `need` bytes by throwing away what was not used for longest, with
 * some to spare. What this run used or wrote stays as long as it lasts: else a corpus larger than
 * the bound would push out every build just before it is wanted again.
 */
static void settle(struct artifact_store *store, uint64_t need, bool at_end)
{
	stored_vec all = {0};
	uint64_t total = list_stored(&all, store);
	bool is_over = total + need > store->max_bytes;

	if (all.len)
		qsort(all.items, all.len, sizeof(*all.items), by_use);
	for (size_t i = 0; is_over && i < all.len; i++) {
		uint64_t aim = at_end ? store->max_bytes : store->max_bytes / 8 * 7;

		if (total + need <= aim || (!at_end && all.items[i].used.tv_sec >= store->since_s))
			break;
		if (unlinkat(store->dir_fd, all.items[i].name, 0) == 0)
			store->evicted++;
		total -= all.items[i].size;
	}
	vec_done(&all);
	store->total = total;
	store->is_measured = true;
}

void artifact_store_close(struct artifact_store *store)
{
	if (store->dir_fd >= 0 && store->write) {
		CLEANUP(close_p) int lock = segments_lock(store->dir_fd);

		if (lock >= 0)
			settle(store, 0, true);
	}
	close_p(&store->dir_fd);
	store->dir_fd = -1;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The file's bytes are not synced: after a crash of the host the checksum tells what is missing. */
static bool write_new(struct artifact_store *store, const char *temp, const struct header *header,
		      struct slice bytes)
{
	CLEANUP(close_p)
	int fd = openat(store->dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd >= 0 && file_write_all(fd, header, sizeof(*header)) == 0 &&
	       file_write_all(fd, bytes.ptr, bytes.len) == 0;
}

/* Under the lock. Nothing to throw away is remembered: asking again costs a look at every file. */
static bool make_room(struct artifact_store *store, uint64_t need)
{
	if (store->is_measured && store->total + need <= store->max_bytes)
		return true;
	if (store->is_full)
		return false;
	settle(store, need, false);
	store->is_full = store->total + need > store->max_bytes;
	return !store->is_full;
}

bool artifact_store_put(struct artifact_store *store, const char *key, struct slice bytes)
{
	uint64_t size = sizeof(struct header) + bytes.len;
	struct header header = {.len = bytes.len};
	char name[STORED_NAME_SIZE];
	char temp[64];
	char sum[DIGEST_HEX_SIZE];
	CLEANUP(close_p) int lock = -1;

	if (store->dir_fd < 0 || !store->write)
		return false;
	memcpy(header.magic, magic, sizeof(magic));
	sum_of(sum, key, bytes);
	memcpy(header.sum, sum, sizeof(header.sum));
	name_of(name, key);
	(void)snprintf(temp, sizeof(temp), TEMP_PREFIX "%ld-%llu", (long)getpid(),
		       (unsigned long long)store->temp++);
	lock = segments_lock(store->dir_fd);
	if (lock < 0 || !make_room(store, size))
		return false;
	if (!write_new(store, temp, &header, bytes) ||
	    renameat(store->dir_fd, temp, store->dir_fd, name) < 0) {
		(void)unlinkat(store->dir_fd, temp, 0);
		return false;
	}
	store->total += size;
	return true;
}

void artifact_store_remove(struct artifact_store *store, const char *key)
{
	char name[STORED_NAME_SIZE];

	name_of(name, key);
	if (store->dir_fd >= 0 && store->write)
		(void)unlinkat(store->dir_fd, name, 0);
}
