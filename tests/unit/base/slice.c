/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/slice.h: comparing, trimming, cutting lines and fields. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/slice.h"

Test(slice, compares_bytes_and_not_up_to_a_nul)
{
	cr_assert(slice_eq(slice_make("a\0b", 3), slice_make("a\0b", 3)));
	cr_assert_not(slice_eq(slice_make("a\0b", 3), slice_make("a\0c", 3)));
	cr_assert(slice_eq(slice_make(NULL, 0), SLICE_EMPTY));
	cr_assert(slice_is(slice_of("abc"), "abc"));
	cr_assert_not(slice_is(slice_of("abc"), "ab"));
	cr_assert(slice_starts(slice_of("abc"), "ab"));
	cr_assert(slice_starts(slice_make(NULL, 0), ""));
	cr_assert_not(slice_starts(slice_of("a"), "ab"));
	cr_assert(slice_ends(slice_of("abc"), "bc"));
	cr_assert_not(slice_ends(slice_of("c"), "bc"));
}

Test(slice, trims_blanks_at_both_ends_only)
{
	static const char *const cases[][2] = {
		{" a b\t\r\n", "a b"}, {"a", "a"}, {" \n\t ", ""}, {"", ""}, {"\va", "\va"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert(slice_is(slice_trim(slice_of(cases[i][0])), cases[i][1]), "case %zu", i);
}

/* Pieces joined by '|', each piece in brackets. */
static void pieces(char out[64], const char *text, char sep)
{
	struct slice rest = slice_of(text);
	struct slice piece;
	out[0] = '\0';
	while (sep == '\n' ? slice_next_line(&rest, &piece) : slice_next_field(&rest, sep, &piece))
		(void)snprintf(out + strlen(out), 64 - strlen(out), "[%.*s]", SLICE_ARG(piece));
}

Test(slice, lines_end_at_lf_and_an_unended_last_one_counts)
{
	static const char *const cases[][2] = {
		{"", ""},           {"a", "[a]"},     {"a\n", "[a]"},
		{"a\n\n", "[a][]"}, {"\na", "[][a]"}, {"a\r\nb", "[a\r][b]"},
	};
	char got[64];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pieces(got, cases[i][0], '\n');
		cr_assert_str_eq(got, cases[i][1], "case %zu", i);
	}
}

Test(slice, fields_keep_empty_ones_at_every_place)
{
	static const char *const cases[][2] = {
		{"", "[]"},
		{"a", "[a]"},
		{"a:", "[a][]"},
		{":a::b", "[][a][][b]"},
	};
	char got[64];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pieces(got, cases[i][0], ':');
		cr_assert_str_eq(got, cases[i][1], "case %zu", i);
	}
	struct slice none = {.ptr = NULL, .len = 0};
	struct slice field;
	cr_assert_not(slice_next_field(&none, ':', &field));
}
