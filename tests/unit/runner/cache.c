/* SPDX-License-Identifier: Apache-2.0 */
/* The cache on disk: what is put is found, what is broken is not, what is too much goes. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/path.h"
#include "runner/cache.h"

static char folder[] = "/tmp/parity-cache-XXXXXX";

static void make_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
	(void)path_remove_tree(folder, NULL);
}

static struct cache *opened(bool write, uint64_t max_bytes)
{
	const struct cache_options options = {
		.dir = folder, .write = write, .max_bytes = max_bytes};
	struct error err = ERROR_INIT;
	struct cache *cache = NULL;

	cr_assert_eq(cache_open(&cache, &options, &err), 0, "%s", err.message);
	return cache;
}

static const char *key_of(int i)
{
	static char hex[DIGEST_HEX_SIZE];
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", i);
	digest_hex(hex, slice_of(text));
	return hex;
}

static bool holds(struct cache *cache, int i, const char *body)
{
	struct buf out = {.max = CACHE_BODY_MAX};
	bool found = cache_get(&out, cache, key_of(i)) && slice_is(buf_slice(&out), body);

	buf_done(&out);
	return found;
}

static off_t size_on_disk(size_t *files)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	off_t total = 0;

	*files = 0;
	while ((entry = readdir(dir))) {
		struct stat st;

		if (!strstr(entry->d_name, ".seg"))
			continue;
		cr_assert_eq(fstatat(dirfd(dir), entry->d_name, &st, 0), 0);
		total += st.st_size;
		(*files)++;
	}
	(void)closedir(dir);
	return total;
}

TestSuite(cache, .init = make_folder, .fini = remove_folder);

Test(cache, finds_what_was_put_now_and_later_and_the_last_wins)
{
	struct cache *cache = opened(true, 1 << 20);

	cache_put(cache, key_of(1), slice_of("one"));
	cache_put(cache, key_of(2), slice_of("two"));
	cr_assert(holds(cache, 1, "one"));
	cr_assert_eq(cache_flush(cache, NULL), 0);
	cr_assert(holds(cache, 2, "two"));
	cache_put(cache, key_of(2), slice_of("second"));
	cache_remove(cache, key_of(1));
	(void)cache_close(cache);
	cache = opened(false, 1 << 20);
	cr_assert(!holds(cache, 1, "one"), "a removed entry is back");
	cr_assert(holds(cache, 2, "second"));
	cr_assert(!holds(cache, 3, ""));
	cache_put(cache, key_of(3), slice_of("by a reader"));
	cr_assert(!holds(cache, 3, "by a reader"));
	(void)cache_close(cache);
}

Test(cache, shows_one_writer_what_another_put_and_removed_before)
{
	struct cache *first = opened(true, 1 << 20);
	struct cache *second = opened(true, 1 << 20);

	cache_put(first, key_of(1), slice_of("one"));
	cr_assert_eq(cache_flush(first, NULL), 0);
	cache_put(second, key_of(2), slice_of("two"));
	(void)cache_close(second);
	cache_remove(first, key_of(1));
	(void)cache_close(first);
	first = opened(false, 0);
	cr_assert(!holds(first, 1, "one"));
	cr_assert(holds(first, 2, "two"));
	(void)cache_close(first);
}

Test(cache, keeps_to_its_bound_and_prefers_what_is_used)
{
	char body[1001];
	size_t files;

	memset(body, 'x', 1000);
	body[1000] = '\0';
	for (int round = 0; round < 40; round++) {
		struct cache *cache = opened(true, 100000);

		for (int i = 0; i < 10; i++)
			cache_put(cache, key_of(round * 10 + i), slice_of(body));
		cr_assert(round == 0 || holds(cache, 0, body), "lost what is used, round %d",
			  round);
		(void)cache_close(cache);
		cr_assert_leq(size_on_disk(&files), 100000, "round %d", round);
		cr_assert_leq(files, 25, "round %d", round);
	}
	struct cache *cache = opened(false, 0);

	cr_assert(holds(cache, 399, body), "lost the newest");
	cr_assert(!holds(cache, 20, body), "kept the oldest");
	(void)cache_close(cache);
}

Test(cache, takes_no_key_that_is_none)
{
	static const char *const bad[] = {"", "12", "xyz",
					  "gggggggggggggggggggggggggggggggggggggggggg"};
	struct cache *cache = opened(true, 1000);
	struct buf out = {.max = 100};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cache_put(cache, bad[i], slice_of("x"));
		cr_assert(!cache_get(&out, cache, bad[i]));
	}
	(void)cache_close(cache);
}
