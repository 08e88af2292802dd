/* SPDX-License-Identifier: Apache-2.0 */
/* cache_segment: files of the cache. See cache.h for the format's reasons. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/file.h"
#include "runner/cache_internal.h"

enum {
	NAME_SIZE = 32,
	NUMBER_DIGITS = 16,
	LOCK_TRIES = 200,
	LOCK_WAIT_MS = 10,
	ENTRIES_MAX = 4 << 20,
};

static const char magic[8] = "PCACHE1\n";

struct tail {
	char magic[sizeof(magic)];
	uint64_t bodies_len;
	uint64_t entry_len;
	char sum[DIGEST_HEX_SIZE]; /* of the index and the two numbers */
	char zeros[7];             /* to the end of the struct, so that no byte is left open */
};

static void segment_name(char out[NAME_SIZE], uint64_t number)
{
	(void)snprintf(out, NAME_SIZE, "%0*llu.seg", NUMBER_DIGITS, (unsigned long long)number);
}

static unsigned char nibble(char digit)
{
	return (unsigned char)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

void entry_sum(unsigned char sum[SUM_SIZE], const struct entry *entry, struct slice body)
{
	struct digest *digest = digest_new();
	char hex[DIGEST_HEX_SIZE];

	digest_add(digest, entry->key, KEY_SIZE);
	digest_add(digest, &entry->len, sizeof(entry->len));
	digest_add(digest, body.ptr, body.len);
	digest_finish(digest, hex);
	digest_free(digest);
	for (size_t i = 0; i < SUM_SIZE; i++)
		sum[i] = (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
}

static void tail_sum(char hex[DIGEST_HEX_SIZE], const struct tail *tail,
		     const struct entry *entries)
{
	struct digest *digest = digest_new();

	digest_add(digest, &tail->bodies_len, sizeof(tail->bodies_len));
	digest_add(digest, &tail->entry_len, sizeof(tail->entry_len));
	digest_add(digest, entries, tail->entry_len * sizeof(*entries));
	digest_finish(digest, hex);
	digest_free(digest);
}

static bool parse_name(uint64_t *out, const char *name)
{
	char again[NAME_SIZE];

	*out = strtoull(name, NULL, 10);
	segment_name(again, *out);
	return strcmp(again, name) == 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

int segments_list(uint64_t **out, size_t *len, int dir_fd, bool clean, struct error *err)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP(closedir_p) DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	VEC(uint64_t) numbers = {0};
	struct dirent *entry;

	if (!dir) {
		close_p(&fd);
		return error_errno(err, errno, "cannot list the cache");
	}
	while ((entry = readdir(dir))) {
		uint64_t number;

		if (parse_name(&number, entry->d_name))
			vec_push(&numbers, number);
		else if (clean && strncmp(entry->d_name, "new-", 4) == 0)
			(void)unlinkat(dir_fd, entry->d_name, 0);
	}
	if (numbers.len)
		qsort(numbers.items, numbers.len, sizeof(*numbers.items), by_number);
	*out = numbers.items;
	*len = numbers.len;
	return 0;
}

static bool read_at(int fd, void *out, size_t len, uint64_t at)
{
	char *to = out;

	while (len) {
		ssize_t got = pread(fd, to, len, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		len -= (size_t)got;
		at += (uint64_t)got;
	}
	return true;
}

static bool tail_fits(const struct tail *tail, uint64_t size)
{
	static const char zeros[sizeof(tail->zeros)];

	return memcmp(tail->magic, magic, sizeof(magic)) == 0 &&
	       memcmp(tail->zeros, zeros, sizeof(zeros)) == 0 && tail->entry_len <= ENTRIES_MAX &&
	       tail->bodies_len <= UINT32_MAX &&
	       tail->bodies_len + tail->entry_len * sizeof(struct entry) + sizeof(*tail) == size;
}

static bool load_index(struct segment *segment, entry_vec *out)
{
	struct entry *entries;
	char sum[DIGEST_HEX_SIZE];
	struct tail tail;

	if (segment->size < sizeof(tail) ||
	    !read_at(segment->fd, &tail, sizeof(tail), segment->size - sizeof(tail)) ||
	    !tail_fits(&tail, segment->size))
		return false;
	entries = malloc(tail.entry_len * sizeof(*entries) + 1);
	if (!entries)
		return false;
	/* Handed over, not copied: the index of a large segment is a megabyte. */
	out->items = entries;
	out->cap = tail.entry_len;
	if (!read_at(segment->fd, entries, tail.entry_len * sizeof(*entries), tail.bodies_len))
		return false;
	tail_sum(sum, &tail, entries);
	if (memcmp(sum, tail.sum, sizeof(sum)) != 0)
		return false;
	out->len = tail.entry_len;
	return true;
}

void segment_load(struct segment *segment, entry_vec *out, int dir_fd, uint64_t number)
{
	char name[NAME_SIZE];
	struct stat st;

	segment_name(name, number);
	*segment = (struct segment){.number = number};
	segment->fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (segment->fd < 0 || fstat(segment->fd, &st) < 0)
		return;
	segment->size = (uint64_t)st.st_size;
	segment->broken = !load_index(segment, out);
}

int segment_write(int dir_fd, uint64_t number, struct slice bodies, const struct entry *entries,
		  size_t len, struct error *err)
{
	struct tail tail = {.bodies_len = bodies.len, .entry_len = len};
	char beside[NAME_SIZE];
	char name[NAME_SIZE];
	int fd;
	int problem = 0;

	segment_name(name, number);
	(void)snprintf(beside, sizeof(beside), "new-%ld", (long)getpid());
	memcpy(tail.magic, magic, sizeof(magic));
	tail_sum(tail.sum, &tail, entries);
	fd = openat(dir_fd, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_errno(err, errno, "cannot write to the cache");
	/* No fsync: what a lost machine leaves half written fails its checksum. */
	if (file_write_all(fd, bodies.ptr, bodies.len) < 0 ||
	    file_write_all(fd, entries, len * sizeof(*entries)) < 0 ||
	    file_write_all(fd, &tail, sizeof(tail)) < 0)
		problem = errno;
	(void)close(fd);
	if (problem == 0 && renameat(dir_fd, beside, dir_fd, name) < 0)
		problem = errno;
	if (problem == 0)
		return 0;
	(void)unlinkat(dir_fd, beside, 0);
	return error_errno(err, problem, "cannot write to the cache");
}

void segment_remove(int dir_fd, uint64_t number)
{
	char name[NAME_SIZE];

	segment_name(name, number);
	(void)unlinkat(dir_fd, name, 0);
}

int segments_lock(int dir_fd)
{
	const struct timespec pause = {.tv_nsec = LOCK_WAIT_MS * 1000000L};
	int fd = openat(dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		if (errno != EWOULDBLOCK && errno != EINTR)
			break;
		(void)nanosleep(&pause, NULL);
	}
	close_p(&fd);
	return -1;
}
