/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/clock.h, base/utf8.h and base/digest.h: fixed texts for fixed inputs. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/path.h"
#include "base/utf8.h"

Test(clock, writes_iso_dates_in_utc)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{1795441717120, "2026-11-23T13:48:37.120Z"},
		{951782400007, "2000-02-29T00:00:00.007Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[CLOCK_ISO_SIZE];
		clock_format_iso(text, cases[i].ms);
		cr_assert_str_eq(text, cases[i].text);
	}
}

Test(clock, ulids_start_with_the_time_and_sort_by_it)
{
	char a[CLOCK_ULID_SIZE];
	char b[CLOCK_ULID_SIZE];
	/* The example of the ULID specification: 1469918176385 is 01ARYZ6S41. */
	clock_ulid(a, 1469918176385);
	cr_assert_eq(strlen(a), 26);
	cr_assert_eq(strncmp(a, "01ARYZ6S41", 10), 0, "%s", a);
	cr_assert_eq(strspn(a, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26);
	clock_ulid(b, 1469918176386);
	cr_assert_lt(strcmp(a, b), 0);
	clock_ulid(b, 1469918176385);
	cr_assert_str_neq(a, b);
}

Test(clock, monotonic_time_never_goes_back)
{
	int64_t before = clock_monotonic_ns();
	cr_assert_leq(before, clock_monotonic_ns());
	cr_assert_leq(before / 1000000, clock_monotonic_ms());
	cr_assert_gt(clock_wall_ms(), 1600000000000);
}

Test(utf8, knows_where_a_sequence_ends)
{
	static const struct {
		const char *bytes;
		size_t len;
		size_t want;
	} cases[] = {
		{"", 0, 0},
		{"a", 1, 1},
		{"\0", 1, 1},
		{"\xc3\xa9x", 3, 2},
		{"\xe2\x82\xac", 3, 3},
		{"\xf0\x9f\x98\x80", 4, 4},
		{"\xf4\x8f\xbf\xbf", 4, 4},
		{"\xf4\x90\x80\x80", 4, 0}, /* beyond U+10FFFF */
		{"\xed\x9f\xbf", 3, 3},
		{"\xed\xa0\x80", 3, 0}, /* a surrogate */
		{"\xc0\x80", 2, 0},     /* overlong */
		{"\xe0\x9f\xbf", 3, 0},
		{"\xf0\x8f\xbf\xbf", 4, 0},
		{"\x80", 1, 0},
		{"\xe2\x82", 2, 0}, /* cut short */
		{"\xe2\x28\xa1", 3, 0},
		{"\xff", 1, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert_eq(utf8_length(cases[i].bytes, cases[i].len), cases[i].want, "case %zu",
			     i);
	cr_assert(utf8_is_valid(slice_of("gr\xc3\xbc\xc3\x9f")));
	cr_assert_not(utf8_is_valid(slice_of("gr\xc3")));
}

Test(utf8, encodes_what_it_accepts)
{
	static const uint32_t codes[] = {1,      0x7f,   0x80,   0x7ff,   0x800,
					 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		char bytes[4];
		size_t len = utf8_encode(bytes, codes[i]);
		cr_assert_eq(utf8_length(bytes, len), len, "U+%04X", codes[i]);
	}
}

/* FIPS 180-2 examples. */
#define EMPTY_SUM "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ABC_SUM   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

Test(digest, gives_the_published_sums)
{
	char hex[DIGEST_HEX_SIZE];
	digest_hex(hex, SLICE_EMPTY);
	cr_assert_str_eq(hex, EMPTY_SUM);
	digest_hex(hex, slice_of("abc"));
	cr_assert_str_eq(hex, ABC_SUM);
	struct digest *digest = digest_new();
	digest_add(digest, "a", 1);
	digest_add(digest, NULL, 0);
	digest_add(digest, "bc", 2);
	digest_finish(digest, hex);
	cr_assert_str_eq(hex, ABC_SUM);
	digest_reset(digest);
	digest_finish(digest, hex);
	cr_assert_str_eq(hex, EMPTY_SUM);
	digest = digest_free(digest);
	cr_assert_null(digest_free(NULL));
}

Test(digest, a_file_has_the_sum_of_its_bytes)
{
	char dir[] = "/tmp/parity-digest-XXXXXX";
	char hex[DIGEST_HEX_SIZE];
	struct error err = ERROR_INIT;
	cr_assert(mkdtemp(dir));
	char *path = path_join(dir, "f");
	cr_assert_eq(file_write(path, slice_of("abc"), false, &err), 0);
	cr_assert_eq(digest_file(hex, path, &err), 0);
	cr_assert_str_eq(hex, ABC_SUM);
	cr_assert_eq(path_remove_tree(dir, &err), 0);
	cr_assert_lt(digest_file(hex, path, &err), 0);
	cr_assert(strstr(err.message, path));
	free(path);
}

Test(digest, parts_keep_their_bounds)
{
	char one[DIGEST_HEX_SIZE], two[DIGEST_HEX_SIZE];
	struct digest *digest = digest_new();
	digest_add_part(digest, "ab", 2);
	digest_add_part(digest, "c", 1);
	digest_finish(digest, one);
	digest_reset(digest);
	digest_add_part(digest, "a", 1);
	digest_add_part(digest, "bc", 2);
	digest_finish(digest, two);
	cr_assert_str_neq(one, two);
	digest_free(digest);
}

Test(digest, draws_a_share_that_depends_on_the_seed)
{
	struct digest *digest = digest_new();
	int drawn = 0, other = 0;
	for (int i = 0; i < 1000; i++) {
		char key[16];
		(void)snprintf(key, sizeof(key), "%d", i);
		cr_assert_not(digest_draws(digest, "seed", key, 0));
		cr_assert(digest_draws(digest, "seed", key, 100));
		bool is_drawn = digest_draws(digest, "seed", key, 20);
		cr_assert_eq(is_drawn, digest_draws(digest, "seed", key, 20));
		drawn += is_drawn;
		other += is_drawn != digest_draws(digest, "next", key, 20);
	}
	cr_assert(drawn > 150 && drawn < 250, "%d of 1000", drawn);
	cr_assert_gt(other, 200, "another seed draws others");
	digest_free(digest);
}
