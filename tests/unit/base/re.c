/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/re.h: bytes, groups, limits that are errors and never "no match". */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/re.h"

static struct re *compiled(const char *pattern, unsigned flags)
{
	struct re *re = NULL;
	struct error err = ERROR_INIT;
	cr_assert_eq(re_compile(&re, slice_of(pattern), flags, &err), 0, "%s", err.message);
	return re;
}

Test(re, finds_the_first_match_from_the_start_given)
{
	static const struct {
		const char *pattern;
		unsigned flags;
		const char *text;
		size_t start;
		int result;
		size_t at;
		size_t end;
	} cases[] = {
		{"b+", 0, "abbc", 0, 0, 1, 3},
		{"b+", 0, "abbc", 2, 0, 2, 3},
		{"b+", 0, "abbc", 3, RE_NO_MATCH, 0, 0},
		{"", 0, "", 0, 0, 0, 0},
		{"B", RE_CASELESS, "abc", 0, 0, 1, 2},
		{"^b$", 0, "a\nb\nc", 0, RE_NO_MATCH, 0, 0},
		{"^b$", RE_MULTILINE, "a\nb\nc", 0, 0, 2, 3},
		{"a.c", 0, "a\nc", 0, RE_NO_MATCH, 0, 0},
		{"a.c", RE_DOTALL, "a\nc", 0, 0, 0, 3},
		{"^.$", 0, "\xc3\xa9", 0, RE_NO_MATCH, 0, 0},
		{"^.$", RE_UTF, "\xc3\xa9", 0, 0, 0, 2},
		{"\\xff", 0, "a\xff", 0, 0, 1, 2},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(re_freep) struct re *re = compiled(cases[i].pattern, cases[i].flags);
		struct re_match m;
		struct error err = ERROR_INIT;
		int r = re_match(re, slice_of(cases[i].text), cases[i].start, &m, &err);
		cr_assert_eq(r, cases[i].result, "case %zu: %s", i, err.message);
		if (r == 0) {
			cr_assert_eq(m.groups[0].start, cases[i].at, "case %zu", i);
			cr_assert_eq(m.groups[0].end, cases[i].end, "case %zu", i);
		}
	}
}

Test(re, subjects_may_hold_nuls_and_be_null)
{
	CLEANUP(re_freep) struct re *re = compiled("^a\\x00b$", 0);
	struct re_match m;
	cr_assert_eq(re_match(re, slice_make("a\0b", 3), 0, &m, NULL), 0);
	cr_assert_eq(re_match(re, slice_make(NULL, 0), 0, &m, NULL), RE_NO_MATCH);
}

Test(re, groups_are_known_by_name_and_listed_in_pattern_order)
{
	CLEANUP(re_freep) struct re *re = compiled("(?<zulu>z)(x)?(?<alpha>a)(?<end>e)?", 0);
	cr_assert_eq(re_group_count(re), 4);
	cr_assert_eq(re_group_number(re, "zulu"), 1);
	cr_assert_eq(re_group_number(re, "alpha"), 3);
	cr_assert_eq(re_group_number(re, "none"), -1);
	cr_assert_str_eq(re_group_name(re, 0), "zulu");
	cr_assert_str_eq(re_group_name(re, 1), "alpha");
	cr_assert_str_eq(re_group_name(re, 2), "end");
	cr_assert_null(re_group_name(re, 3));
	struct slice text = slice_of("--za");
	struct re_match m;
	cr_assert_eq(re_match(re, text, 0, &m, NULL), 0);
	cr_assert_eq(m.len, 5);
	cr_assert(slice_is(re_group_slice(text, &m, 3), "a"));
	cr_assert_eq(m.groups[2].start, SIZE_MAX);
	cr_assert_null(re_group_slice(text, &m, 2).ptr);
	cr_assert_eq(m.groups[4].start, SIZE_MAX, "a last group that took no part is unset");
}

Test(re, a_bad_pattern_is_named_with_its_place)
{
	static const struct {
		const char *pattern;
		unsigned flags;
		const char *offset;
	} cases[] = {
		{"a(b", 0, "offset 3"},   {"[z-a]", 0, "offset 3"}, {"*", 0, "offset 0"},
		{"(*UTF)a", 0, "offset"}, {"\\C", 0, "offset 2"},   {"\xff", RE_UTF, "offset 0"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct re *re = NULL;
		struct error err = ERROR_INIT;
		cr_assert_lt(re_compile(&re, slice_of(cases[i].pattern), cases[i].flags, &err), 0);
		cr_assert_null(re);
		cr_assert_eq(err.blame, ERROR_INPUT);
		cr_assert(strstr(err.message, "bad pattern '"), "%s", err.message);
		cr_assert(strstr(err.message, cases[i].offset), "%s", err.message);
	}
	struct buf many = BUF_INIT(0);
	for (int i = 0; i < RE_MAX_GROUPS; i++)
		buf_adds(&many, "(a)");
	struct re *re = NULL;
	struct error err = ERROR_INIT;
	cr_assert_lt(re_compile(&re, buf_slice(&many), 0, &err), 0);
	cr_assert(strstr(err.message, "64 groups"), "%s", err.message);
	many.len -= 3;
	cr_assert_eq(re_compile(&re, buf_slice(&many), 0, &err), 0);
	re = re_free(re);
	buf_done(&many);
}

Test(re, a_limit_met_is_an_error)
{
	struct error err = ERROR_INIT;
	struct re_match m;
	CLEANUP(re_freep) struct re *re = compiled("(a+)+[bd]", 0);
	struct slice text = slice_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac");
	re_set_limits(re, 1000, 0);
	cr_assert_lt(re_match(re, text, 0, &m, &err), 0);
	cr_assert(strstr(err.message, "match limit"), "%s", err.message);
	re_set_limits(re, 0, 0);
	cr_assert_eq(re_match(re, slice_of("aab"), 0, &m, &err), 0);
}

Test(re, a_pattern_that_outgrows_the_jit_stack_still_matches)
{
	CLEANUP(re_freep) struct re *re = compiled("^(?:(a)|b)*$", 0);
	CLEANUP(buf_done) struct buf text = BUF_INIT(0);
	struct re_match m;
	struct error err = ERROR_INIT;
	for (int i = 0; i < 100000; i++)
		buf_adds(&text, "ab");
	cr_assert_eq(re_match(re, buf_slice(&text), 0, &m, &err), 0, "%s", err.message);
	cr_assert_eq(m.groups[0].end, 200000);
}

Test(re, the_heap_limit_holds_where_the_jit_gives_up)
{
	CLEANUP(re_freep) struct re *re = compiled("^(?:(a)|b)*$", 0);
	CLEANUP(buf_done) struct buf text = BUF_INIT(0);
	struct re_match m;
	struct error err = ERROR_INIT;
	for (int i = 0; i < 100000; i++)
		buf_adds(&text, "ab");
	re_set_limits(re, 10000000, 64);
	cr_assert_lt(re_match(re, buf_slice(&text), 0, &m, &err), 0);
	cr_assert(strstr(err.message, "heap limit"), "%s", err.message);
}

Test(re, invalid_utf8_is_an_error_in_utf_mode_only)
{
	struct error err = ERROR_INIT;
	struct re_match m;
	CLEANUP(re_freep) struct re *utf = compiled("a", RE_UTF);
	CLEANUP(re_freep) struct re *bytes = compiled("a", 0);
	cr_assert_lt(re_match(utf, slice_of("a\xff"), 0, &m, &err), 0);
	cr_assert(strstr(err.message, "UTF-8"), "%s", err.message);
	cr_assert_eq(re_match(bytes, slice_of("a\xff"), 0, &m, &err), 0);
	cr_assert_lt(re_match(bytes, slice_of("a"), 2, &m, &err), 0, "a start behind the end");
}
