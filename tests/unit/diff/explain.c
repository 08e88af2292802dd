/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/explain.h"

#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

static const struct explain_style plain = {.color = false, .width = 80};

static const char *explained(struct world *w, struct buf *out, const struct test_case *test,
			     const struct observation *obs, const char *fp)
{
	struct judgement j = judged(w, test, obs, VOICES);
	buf_clear(out);
	explain_case(out, &w->judge, test, &j, fp, &plain);
	return buf_str(out);
}

Test(explain, shows_place_clause_sides_rules_and_commands)
{
	struct world w;
	struct buf out = BUF_INIT(0);
	struct observation obs[VOICES];
	struct test_case test = case_named("lists/index");
	world_init(&w, NULL);
	three_alike(obs, "served by ast in 1 ms\ntotal 42\n");
	set_out(&obs[AOT], slice_of("served by native in 1 ms\ntotal 4\t3\n"));
	set_out(&obs[NATIVE], slice_of("served by native in 1 ms\n"));
	char *want = arena_printf(
		&w.arena,
		"diverge: lists/index (corpus/case.txt)\n"
		"  clause   lang#printing (%s/lang.md:3, \"Printing\")\n"
		"  backends ast [success] against native [success]\n"
		"  differs  stdout[1]: missing on the right (missing)\n"
		"\n"
		"    ast    | total 42\n"
		"    native | (nothing)\n"
		"\n"
		"  also     ast against aot at stdout[1]: value\n"
		"  rule     served hid 18 bytes on stdout\n"
		"  next     parity show 0123456789ab\n"
		"           parity run --filter 'name:lists/index'\n"
		"           parity waive 0123456789ab --owner NAME --reason TEXT --until "
		"YYYY-MM-DD\n",
		w.spec_dir);
	const char *got = explained(&w, &out, &test, obs, "0123456789abcdef");
	cr_expect_str_eq(got, want, "%s", got);

	set_out(&obs[NATIVE], obs[AST].out);
	got = explained(&w, &out, &test, obs, NULL);
	cr_expect(strstr(got, "    ast | total 42\n"
			      "    aot | total 4\\t3\n"
			      "        |        ^\n"
			      "\n") != NULL,
		  "%s", got);
	cr_expect(strstr(got, "parity show") == NULL);
	buf_done(&out);
	world_done(&w);
}

Test(explain, keeps_a_late_difference_in_view)
{
	struct world w;
	struct buf out = BUF_INIT(0);
	struct buf line = BUF_INIT(0);
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	for (int i = 0; i < 3000; i++)
		buf_adds(&line, "\xc3\xa4");
	buf_adds(&line, "left");
	char *left = arena_printf(&w.arena, "%s side of it\n", buf_str(&line));
	char *right = arena_printf(&w.arena, "%s\xff side of it\n", buf_str(&line));
	three_alike(obs, left);
	set_out(&obs[AOT], slice_of(right));
	const char *got = explained(&w, &out, &test, obs, NULL);
	const char *a = strstr(got, "left side of it");
	const char *b = strstr(got, "left\\xff side of it");
	cr_assert_not_null(a, "%s", got);
	cr_assert_not_null(b, "%s", got);
	cr_expect(strstr(got, "\n        | ") != NULL, "%s", got);
	for (const char *p = got; (p = strchr(p, '\n')); p++)
		cr_expect(strchr(p + 1, '\n') == NULL || strchr(p + 1, '\n') - p < 200);
	buf_done(&line);
	buf_done(&out);
	world_done(&w);
}

Test(explain, says_why_where_nothing_differs)
{
	struct world w;
	struct buf out = BUF_INIT(0);
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	three_failed(&w, obs, "", "bad\x1b[31m text");
	const char *got = explained(&w, &out, &test, obs, "0123456789abcdef");
	cr_expect(strstr(got, "alike-failure: a (corpus/case.txt)\n"
			      "  why      every backend ended with runtime-failure (exit 1): "
			      "bad\\x1b[31m text, but the case expects success\n"
			      "  clause   lang#printing (") == got,
		  "%s", got);
	cr_expect(strstr(got, "without it the verdict is 'diverge'") != NULL, "%s", got);
	cr_expect(strstr(got, "waive") == NULL);
	buf_done(&out);
	world_done(&w);
}

Test(explain, offers_no_waiver_for_a_crash_and_names_a_gap)
{
	struct world w;
	struct buf out = BUF_INIT(0);
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	test.clause_len = 0;
	three_alike(obs, "1\n");
	set_out(&obs[AOT], slice_of("2\n"));
	const char *got = explained(&w, &out, &test, obs, "0123456789abcdef");
	cr_expect(strstr(got, "clause   none: no clause covers this") != NULL, "%s", got);
	cr_expect(strstr(got, "waive") != NULL);
	set_out(&obs[AOT], slice_of("1\n"));
	obs[AOT].end = END_SIGNAL;
	obs[AOT].code = 11;
	got = explained(&w, &out, &test, obs, "0123456789abcdef");
	cr_expect(strstr(got, "against aot [signal 11]") != NULL, "%s", got);
	cr_expect(strstr(got, "waive") == NULL);
	buf_done(&out);
	world_done(&w);
}

Test(explain, colours_only_when_told)
{
	struct world w;
	struct buf out = BUF_INIT(0);
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	struct explain_style style = {.color = true, .width = 0};
	world_init(&w, NULL);
	three_alike(obs, "1\n");
	set_out(&obs[AOT], slice_of("2\n"));
	struct judgement j = judged(&w, &test, obs, VOICES);
	explain_case(&out, &w.judge, &test, &j, NULL, &style);
	cr_expect(strchr(buf_str(&out), '\x1b') != NULL);
	cr_expect(strchr(explained(&w, &out, &test, obs, NULL), '\x1b') == NULL);
	buf_done(&out);
	world_done(&w);
}
