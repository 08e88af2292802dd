/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/error.h: blame, bounded messages, context in front. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"

Test(error, says_who_has_to_act)
{
	struct error err = ERROR_INIT;
	cr_assert_eq(error_input(&err, "bad rule '%s'", "x"), -1);
	cr_assert_eq(err.blame, ERROR_INPUT);
	cr_assert_str_eq(err.message, "bad rule 'x'");
	cr_assert_eq(error_fault(&err, "cannot fork"), -1);
	cr_assert_eq(err.blame, ERROR_FAULT);
	cr_assert_eq(error_errno(&err, ENOENT, "cannot open '%s'", "f"), -1);
	cr_assert_eq(err.blame, ERROR_FAULT);
	cr_assert_str_eq(err.message, "cannot open 'f': No such file or directory");
}

Test(error, wrapping_puts_context_in_front_and_forwards_the_code)
{
	struct error err = ERROR_INIT;
	(void)error_input(&err, "line too long");
	cr_assert_eq(error_wrap(&err, -7, "cannot load '%s'", "a.json"), -7);
	cr_assert_str_eq(err.message, "cannot load 'a.json': line too long");
	cr_assert_eq(err.blame, ERROR_INPUT);
}

Test(error, a_message_may_be_built_from_the_one_it_replaces)
{
	struct error err = ERROR_INIT;
	(void)error_input(&err, "inner");
	(void)error_fault(&err, "outer(%s)", err.message);
	cr_assert_str_eq(err.message, "outer(inner)");
}

Test(error, an_overlong_message_ends_in_dots_on_a_whole_character)
{
	struct error err = ERROR_INIT;
	char text[2001];
	for (size_t i = 0; i < 1000; i++)
		memcpy(text + 2 * i, "\xc3\xa9", 2);
	text[2000] = '\0';
	for (int pad = 0; pad < 2; pad++) {
		(void)error_input(&err, "%s%s", pad ? "x" : "", text);
		size_t len = strlen(err.message);
		cr_assert_lt(len, sizeof(err.message));
		cr_assert_gt(len, sizeof(err.message) - 4);
		cr_assert_str_eq(err.message + len - 3, "...");
		cr_assert_eq((unsigned char)err.message[len - 4], 0xa9);
	}
	(void)error_errno(&err, ENOSPC, "%s", text);
	cr_assert(strstr(err.message, "...: No space left on device"));
	(void)error_wrap(&err, -1, "%s", text);
	cr_assert_str_eq(err.message + strlen(err.message) - 3, "...");
}

Test(error, nobody_listening_is_fine)
{
	cr_assert_eq(error_input(NULL, "x"), -1);
	cr_assert_eq(error_fault(NULL, "x"), -1);
	cr_assert_eq(error_errno(NULL, EIO, "x"), -1);
	cr_assert_eq(error_wrap(NULL, -3, "x"), -3);
}
