/* SPDX-License-Identifier: Apache-2.0 */
/* The cache under what befalls it: bytes that change, writers that die, each other, no room. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/path.h"
#include "runner/cache.h"

enum { FEW = 5, BOUND = 1 << 20, NOBODY = 65534 };

static char folder[] = "/tmp/parity-cache-XXXXXX";

static void make_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chmod(folder, 0755), 0);
}

static void remove_folder(void)
{
	(void)chmod(folder, 0755);
	(void)path_remove_tree(folder, NULL);
}

static struct cache *opened(bool write)
{
	const struct cache_options options = {.dir = folder, .write = write, .max_bytes = BOUND};
	struct cache *cache = NULL;

	if (cache_open(&cache, &options, NULL) < 0)
		abort();
	return cache;
}

static void key_of(char hex[DIGEST_HEX_SIZE], int i)
{
	digest_hex(hex, slice_make((const char *)&i, sizeof(i)));
}

static void body_of(char text[32], int i)
{
	(void)snprintf(text, 32, "the body of number %d", i);
}

static void put(struct cache *cache, int i)
{
	char key[DIGEST_HEX_SIZE], body[32];

	key_of(key, i);
	body_of(body, i);
	cache_put(cache, key, slice_of(body));
}

/* 1 found, 0 not found, -1 found and wrong */
static int look(struct cache *cache, int i)
{
	char key[DIGEST_HEX_SIZE], body[32];
	struct buf out = {.max = CACHE_BODY_MAX};
	int found = 0;

	key_of(key, i);
	body_of(body, i);
	if (cache_get(&out, cache, key))
		found = slice_is(buf_slice(&out), body) ? 1 : -1;
	buf_done(&out);
	return found;
}

/* How many of [0, len) are found; a wrong one fails the test. */
static int count_found(struct cache *cache, int len)
{
	int found = 0;

	for (int i = 0; i < len; i++) {
		int one = look(cache, i);

		cr_assert_neq(one, -1, "another body came back for %d", i);
		found += one;
	}
	return found;
}

static void write_few(void)
{
	struct cache *cache = opened(true);

	for (int i = 0; i < FEW; i++)
		put(cache, i);
	(void)cache_close(cache);
}

static size_t count_names(const char *part)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t found = 0;

	while ((entry = readdir(dir)))
		found += strstr(entry->d_name, part) != NULL;
	(void)closedir(dir);
	return found;
}

TestSuite(cache_faults, .init = make_folder, .fini = remove_folder);

Test(cache_faults, no_changed_byte_goes_unnoticed)
{
	struct buf whole = {.max = BOUND};
	char *path = path_join(folder, "0000000000000001.seg");

	write_few();
	cr_assert_eq(file_read(&whole, path, BOUND, NULL), 0);
	for (size_t i = 0; i < whole.len; i++) {
		whole.data[i] ^= 0x20;
		cr_assert_eq(file_write(path, buf_slice(&whole), false, NULL), 0);
		struct cache *cache = opened(false);

		cr_assert_lt(count_found(cache, FEW), FEW, "byte %zu", i);
		cr_assert_gt(cache_stats(cache).damaged, 0, "byte %zu", i);
		(void)cache_close(cache);
		whole.data[i] ^= 0x20;
	}
	buf_done(&whole);
	free(path);
}

Test(cache_faults, a_segment_cut_anywhere_is_none_and_is_replaced)
{
	struct buf whole = {.max = BOUND};
	char *path = path_join(folder, "0000000000000001.seg");

	write_few();
	cr_assert_eq(file_read(&whole, path, BOUND, NULL), 0);
	for (size_t len = 0; len < whole.len; len++) {
		cr_assert_eq(file_write(path, slice_make(whole.data, len), false, NULL), 0);
		struct cache *cache = opened(false);

		cr_assert_eq(count_found(cache, FEW), 0, "cut at %zu", len);
		(void)cache_close(cache);
	}
	write_few();
	struct cache *cache = opened(false);

	cr_assert_eq(count_found(cache, FEW), FEW);
	cr_assert_eq(cache_stats(cache).damaged, 0, "the broken segment is still there");
	(void)cache_close(cache);
	buf_done(&whole);
	free(path);
}

/* Puts and flushes from `first` on for ever, and says so, a byte for each flush. */
static void write_on(int told_fd, int first)
{
	struct cache *cache = opened(true);

	for (int i = first;; i++) {
		put(cache, i);
		if (cache_flush(cache, NULL) < 0 || write(told_fd, "x", 1) != 1)
			_exit(1);
		if (i % 7 == 0) {
			(void)cache_close(cache); /* gathers when there are many */
			cache = opened(true);
		}
	}
}

Test(cache_faults, a_writer_killed_at_any_moment_loses_nothing_it_had_flushed, .timeout = 60)
{
	int sure = 0;

	for (int round = 0; round < 40; round++) {
		int fds[2];
		char told[64];

		cr_assert_eq(pipe(fds), 0);
		pid_t pid = fork();
		if (pid == 0)
			write_on(fds[1], sure);
		(void)close(fds[1]);
		/* Killed in the midst of whatever follows the flush it told of last. */
		for (int wait = 0; wait <= round % 11; wait++)
			cr_assert_eq(read(fds[0], told, 1), 1);
		for (volatile int spin = 0; spin < round * 997 % 40000; spin++)
			;
		cr_assert_eq(kill(pid, SIGKILL), 0);
		cr_assert_eq(waitpid(pid, NULL, 0), pid);
		sure += round % 11 + 1;
		for (ssize_t n; (n = read(fds[0], told, sizeof(told))) > 0;)
			sure += (int)n;
		(void)close(fds[0]);
		struct cache *cache = opened(false);

		cr_assert_eq(count_found(cache, sure), sure, "round %d", round);
		cr_assert_eq(cache_stats(cache).damaged, 0, "round %d", round);
		(void)cache_close(cache);
	}
	write_few();
	cr_assert_eq(count_names("new-"), 0, "leftovers stay");
}

Test(cache_faults, writers_at_once_lose_nothing_of_each_other, .timeout = 60)
{
	enum { WRITERS = 4, EACH = 40 };

	for (int w = 0; w < WRITERS; w++) {
		if (fork() != 0)
			continue;
		for (int i = 0; i < EACH; i++) {
			struct cache *cache = opened(true);

			put(cache, w * EACH + i);
			(void)cache_close(cache);
		}
		_exit(0);
	}
	for (int w = 0; w < WRITERS; w++) {
		int status;

		cr_assert_gt(wait(&status), 0);
		cr_assert_eq(status, 0);
	}
	struct cache *cache = opened(false);

	cr_assert_eq(count_found(cache, WRITERS * EACH), WRITERS * EACH);
	cr_assert_eq(cache_stats(cache).damaged, 0);
	cr_assert_leq(count_names(".seg"), 30, "nobody gathered the segments");
	(void)cache_close(cache);
}

/* In a process of its own: what a full disk does, a limit on files does as well. */
static int fill_disk(void)
{
	const struct rlimit none = {64, 64};
	struct cache *cache = opened(true);
	struct error err = ERROR_INIT;

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)setrlimit(RLIMIT_FSIZE, &none);
	put(cache, FEW);
	if (cache_flush(cache, &err) == 0 || !strstr(err.message, "cannot write to the cache"))
		return 1;
	/* What did not get to the disk is lost, not mistaken for what is put next. */
	put(cache, FEW + 1);
	if (look(cache, FEW) != 0 || look(cache, FEW + 1) != 1)
		return 2;
	(void)cache_close(cache);
	return 0;
}

Test(cache_faults, a_full_disk_loses_what_is_new_and_nothing_else)
{
	int status;

	write_few();
	pid_t pid = fork();
	if (pid == 0)
		_exit(fill_disk());
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0, "status %x", (unsigned)status);
	cr_assert_eq(count_names("new-"), 0, "a half written segment is left");
	struct cache *cache = opened(true);

	cr_assert_eq(count_found(cache, FEW), FEW);
	cr_assert_eq(look(cache, FEW), 0);
	put(cache, FEW);
	(void)cache_close(cache);
	cache = opened(false);
	cr_assert_eq(count_found(cache, FEW + 1), FEW + 1, "with room again it is kept");
	(void)cache_close(cache);
}

static int use_read_only(void)
{
	const struct cache_options options = {.dir = folder, .write = true, .max_bytes = BOUND};
	struct error err = ERROR_INIT;
	struct cache *cache = NULL;

	if (geteuid() == 0 && setuid(NOBODY) != 0)
		return 1;
	if (cache_open(&cache, &options, &err) == 0 || !strstr(err.message, "cannot write to"))
		return 2;
	cache = opened(false);
	for (int i = 0; i < FEW; i++)
		if (look(cache, i) != 1)
			return 3;
	(void)cache_close(cache);
	return 0;
}

Test(cache_faults, a_folder_that_cannot_be_written_can_be_read)
{
	int status;

	write_few();
	cr_assert_eq(chmod(folder, 0555), 0);
	pid_t pid = fork();
	if (pid == 0)
		_exit(use_read_only());
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0, "status %x", (unsigned)status);
}
