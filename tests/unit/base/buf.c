/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/buf.h: the maximum, the sticking flag, escapes, hand-over. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

Test(buf, an_untouched_buffer_is_an_empty_string)
{
	struct buf buf = {0};
	cr_assert_str_eq(buf_str(&buf), "");
	cr_assert_eq(buf_slice(&buf).len, 0);
	char *taken = buf_take(&buf);
	cr_assert_str_eq(taken, "");
	free(taken);
	buf_done(&buf);
	buf_done(NULL);
}

Test(buf, is_terminated_behind_every_append)
{
	struct buf buf = BUF_INIT(0);
	for (size_t i = 0; i < 1000; i++) {
		buf_addc(&buf, (char)('a' + i % 26));
		cr_assert_eq(buf.len, i + 1);
		cr_assert_eq(buf.data[buf.len], '\0');
	}
	buf_clear(&buf);
	cr_assert_str_eq(buf_str(&buf), "");
	buf_done(&buf);
}

Test(buf, what_would_pass_the_maximum_is_dropped_whole_and_stays_noticed)
{
	struct buf buf = BUF_INIT(8);
	buf_adds(&buf, "12345678");
	cr_assert_not(buf.full);
	buf_add(&buf, "", 0);
	cr_assert_not(buf.full);
	buf_clear(&buf);
	buf_adds(&buf, "123456");
	buf_adds(&buf, "789");
	buf_addc(&buf, '7');
	cr_assert(buf.full);
	cr_assert_str_eq(buf_str(&buf), "123456");
	buf_clear(&buf);
	buf_addf(&buf, "%s", "123456789");
	cr_assert(buf.full);
	cr_assert_eq(buf.len, 0);
	buf_clear(&buf);
	buf_reserve(&buf, 1 << 20);
	cr_assert_not(buf.full);
	buf_addf(&buf, "%d", 12345678);
	cr_assert_str_eq(buf_str(&buf), "12345678");
	buf_done(&buf);
}

Test(buf, formats_texts_longer_than_any_guess)
{
	struct buf buf = BUF_INIT(0);
	char text[5001];
	memset(text, 'x', 5000);
	text[5000] = '\0';
	buf_addf(&buf, "<%s|%d>", text, 7);
	cr_assert_eq(buf.len, 5004);
	cr_assert_eq(strcmp(buf.data + 5001, "|7>"), 0);
	buf_done(&buf);
}

Test(buf, escapes_what_cannot_be_read_and_keeps_utf8)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} cases[] = {
		{"plain", 5, "plain"},
		{"a\n\r\t\\\"", 6, "a\\n\\r\\t\\\\\\\""},
		{"\0\x1f\x7f", 3, "\\x00\\x1f\\x7f"},
		{"\xc3\xa9\xe2\x82\xac", 5, "\xc3\xa9\xe2\x82\xac"},
		{"\xc3", 1, "\\xc3"},
		{"\xed\xa0\x80", 3, "\\xed\\xa0\\x80"},
		{"\xff\xc3\xa9", 3, "\\xff\xc3\xa9"},
	};
	struct buf buf = BUF_INIT(0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&buf);
		buf_add_escaped(&buf, slice_make(cases[i].in, cases[i].len));
		cr_assert_str_eq(buf_str(&buf), cases[i].out, "case %zu", i);
	}
	buf_done(&buf);
}

Test(buf, taking_leaves_an_empty_buffer)
{
	struct buf buf = BUF_INIT(0);
	buf_adds(&buf, "mine");
	char *taken = buf_take(&buf);
	cr_assert_str_eq(taken, "mine");
	cr_assert_str_eq(buf_str(&buf), "");
	buf_adds(&buf, "next");
	cr_assert_str_eq(buf_str(&buf), "next");
	cr_assert_str_eq(taken, "mine");
	free(taken);
	buf_done(&buf);
}
