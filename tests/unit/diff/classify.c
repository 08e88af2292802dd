/* SPDX-License-Identifier: Apache-2.0 */
/* A test for each verdict but waived, and faults planted in captured output that must all be seen.
 */
#include "diff/classify.h"

#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

static void expect_blocking(const struct judgement *j, const char *locus, enum diff_kind kind,
			    const char *left, const char *right)
{
	cr_expect_eq(j->verdict, VERDICT_DIVERGE, "%s", verdict_name(j->verdict));
	for (size_t i = 0; i < j->divergence_len; i++) {
		const struct divergence *d = &j->divergences[i];
		if (!d->licence && strcmp(d->diff.locus, locus) == 0 && d->diff.kind == kind &&
		    strcmp(d->left, left) == 0 && strcmp(d->right, right) == 0)
			return;
	}
	cr_expect(false, "no %s at %s of %s against %s, but %s at %s", diff_kind_name(kind), locus,
		  left, right,
		  j->divergence_len ? diff_kind_name(j->divergences[0].diff.kind) : "nothing",
		  j->divergence_len ? j->divergences[0].diff.locus : "-");
}

static void refused(struct observation *obs, struct diagnostic *diagnostic, const char *code)
{
	*diagnostic = (struct diagnostic){"error", code, "no such name", "p.txt", 3, 4};
	obs->phase = obs->role == ROLE_FRONTEND ? PHASE_CHECK : PHASE_BUILD;
	obs->code = 1;
	obs->meaning = "rejected";
	obs->diagnostics = diagnostic;
	obs->diagnostic_len = 1;
	set_out(obs, SLICE_EMPTY);
}

Test(classify, agrees_when_everything_is_equal)
{
	struct world w;
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	three_alike(obs, "1\n2\n");
	struct judgement j = judged(&w, &test, obs, VOICES);
	cr_expect_eq(j.verdict, VERDICT_AGREE);
	cr_expect_eq(j.divergence_len, 0);
	cr_expect_eq(j.effect_len, 0);
	cr_expect_null(j.why);

	/* What each backend words its own way is one failure, and rules say so. */
	test.expect = EXPECT_ERROR;
	test.expect_class = "runtime_fatal";
	three_failed(&w, obs, "1\n", "index 3 out of range");
	j = judged(&w, &test, obs, VOICES);
	cr_expect_eq(j.verdict, VERDICT_AGREE, "%s", verdict_name(j.verdict));
	world_done(&w);
}

/* Every fault goes into the AOT voice of a case that agrees. */
struct fault {
	const char *name;
	const char *out;
	const char *err;
	int code;
	int signal;
	const char *locus;
	enum diff_kind kind;
	size_t more; /* differences beside that one */
};

static const struct fault faults[] = {
	{"digit flip", "total 43\n{\"a\":1,\"b\":2}\nend\n", NULL, 0, 0, "stdout[0]", DIFF_VALUE,
	 0},
	{"last line lost", "total 42\n{\"a\":1,\"b\":2}\n", NULL, 0, 0, "stdout[2]", DIFF_MISSING,
	 0},
	{"line added", "total 42\n{\"a\":1,\"b\":2}\nend\nend\n", NULL, 0, 0, "stdout[3]",
	 DIFF_EXTRA, 0},
	{"line end lost", "total 42\n{\"a\":1,\"b\":2}\nend", NULL, 0, 0, "stdout[2]", DIFF_VALUE,
	 0},
	{"lines swapped", "end\n{\"a\":1,\"b\":2}\ntotal 42\n", NULL, 0, 0, "stdout[0]", DIFF_ORDER,
	 0},
	{"fields exchanged", "total 42\n{\"a\":2,\"b\":1}\nend\n", NULL, 0, 0, "stdout[1]/a",
	 DIFF_VALUE, 1},
	{"members swapped", "total 42\n{\"b\":2,\"a\":1}\nend\n", NULL, 0, 0, "stdout[1]",
	 DIFF_ORDER, 0},
	{"all output lost", "", NULL, 0, 0, "stdout[0]", DIFF_MISSING, 1},
	{"output on the other stream", NULL, "total 42\n", 0, 0, "stderr[0]", DIFF_EXTRA, 0},
	{"exit 1 after correct output", NULL, NULL, 1, 0, "exit", DIFF_CLASS, 0},
	{"exit 3 after correct output", NULL, NULL, 3, 0, "exit", DIFF_CLASS, 0},
	{"crash after correct output", NULL, NULL, 0, 11, "exit", DIFF_CLASS, 0},
	{"crash halfway", "total 42\n", NULL, 0, 6, "exit", DIFF_CLASS, 0},
	{"a byte that is no text",
	 "total\xff"
	 "42\n{\"a\":1,\"b\":2}\nend\n",
	 NULL, 0, 0, "stdout[0]", DIFF_VALUE, 0},
};

Test(classify, sees_every_fault_planted_in_one_backend)
{
	struct world w;
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct observation obs[VOICES];
		three_alike(obs, "total 42\n{\"a\":1,\"b\":2}\nend\n");
		if (faults[i].out)
			set_out(&obs[AOT], slice_of(faults[i].out));
		if (faults[i].err)
			set_err(&obs[AOT], slice_of(faults[i].err));
		obs[AOT].code = faults[i].signal ? faults[i].signal : faults[i].code;
		if (faults[i].signal)
			obs[AOT].end = END_SIGNAL;
		if (obs[AOT].code)
			obs[AOT].meaning = faults[i].signal      ? NULL
					   : faults[i].code == 1 ? "runtime-failure"
								 : "unknown";
		struct judgement j = judged(&w, &test, obs, VOICES);
		expect_blocking(&j, faults[i].locus, faults[i].kind, "ast", "aot");
		cr_expect_eq(j.divergence_len, 1 + faults[i].more, "%s: %zu", faults[i].name,
			     j.divergence_len);
		cr_expect_str_eq(j.divergences[0].clause, strcmp(faults[i].locus, "exit")
								  ? "lang#printing"
								  : "lang#envelope");
	}
	world_done(&w);
}

Test(classify, sees_every_fault_planted_in_a_failure)
{
	static const struct {
		const char *err;
		const char *locus;
		enum diff_kind kind;
	} rows[] = {
		{"fatal: class=runtime_fatal pid=1 message=index 4 out of range mode=aot\n",
		 "stderr[0]/error/message", DIFF_VALUE},
		{"fatal: class=panic pid=1 message=index 3 out of range mode=aot\n",
		 "stderr[0]/error/class", DIFF_CLASS},
		{"fatal: class=runtime_fatal pid=index 3 out of range message=1 mode=aot\n",
		 "stderr[0]/error/message", DIFF_VALUE},
		{"fatal: class=runtime_fatal pid=0x1 message=index 3 out of range mode=aot\n",
		 "stderr[0]/error/pid", DIFF_EXTRA},
		{"fatal: class=runtime_fatal pid=1 message=index 3 out of range mode=jit\n",
		 "stderr[0]/error/mode", DIFF_EXTRA},
		{"fatal: class=runtime_fatal message=index 3 out of range pid=1 mode=aot\n",
		 "stderr[0]", DIFF_TYPE},
		{"run error: index 3 out of range\n", "stderr[0]", DIFF_TYPE},
		{"", "stderr[0]/error", DIFF_MISSING},
	};
	struct world w;
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	test.expect = EXPECT_ERROR;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct observation obs[VOICES];
		three_failed(&w, obs, "1\n", "index 3 out of range");
		set_err(&obs[AOT], slice_of(rows[i].err));
		struct judgement j = judged(&w, &test, obs, VOICES);
		expect_blocking(&j, rows[i].locus, rows[i].kind, "ast", "aot");
	}
	world_done(&w);
}

Test(classify, holds_every_backend_to_the_grammar_of_a_rule)
{
	struct world w;
	struct test_case test = case_named("a");
	struct observation obs[VOICES];
	world_init(&w, "{\"id\": \"ids\", \"clause\": \"lang#maps\", \"clause_sha256\": "
		       "\"@HASH(lang#maps)@\", \"reason\": \"r\", \"channel\": \"stdout\", "
		       "\"pattern\": \"^id=(?<id>.*)$\", \"groups\": {\"id\": {\"use\": "
		       "\"volatile\", \"grammar\": \"hex\"}}}");
	three_alike(obs, "id=zz\n");
	struct judgement j = judged(&w, &test, obs, VOICES);
	expect_blocking(&j, "stdout[0]", DIFF_EXPECTATION, "spec", "ast");
	cr_expect_eq(j.divergence_len, 1);
	cr_expect_str_eq(j.divergences[0].clause, "lang#maps");
	cr_expect(slice_is(j.divergences[0].diff.right, "zz"));
	world_done(&w);
}

Test(classify, licenses_what_a_clause_leaves_free)
{
	struct left_file files[] = {{"scratch/x", 1, "aa", 'f'}, {"y", 1, "bb", 'f'}};
	struct world w;
	struct test_case test = case_named("a");
	struct observation obs[VOICES];
	world_init(&w, NULL);
	three_alike(obs, "1\n");
	obs[AOT].files = files;
	obs[AOT].file_len = 1;
	struct judgement j = judged(&w, &test, obs, VOICES);
	cr_expect_eq(j.verdict, VERDICT_LICENSED);
	cr_assert_eq(j.divergence_len, 1);
	cr_expect_str_eq(j.divergences[0].licence->id, "scratch");

	/* One that is not covered blocks, and stands first. */
	obs[AOT].file_len = 2;
	j = judged(&w, &test, obs, VOICES);
	cr_expect_eq(j.verdict, VERDICT_DIVERGE);
	cr_assert_eq(j.divergence_len, 2);
	cr_expect_str_eq(j.divergences[0].diff.locus, "files/y");
	world_done(&w);
}

Test(classify, does_not_let_a_loose_licence_cover_an_expectation)
{
	struct world w;
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	test.expect = EXPECT_ERROR;
	test.expect_class = "panic";
	struct observation obs[] = {observed("witness", ROLE_CANONICAL, "", "run error: x\n", 1)};
	struct judgement j = judged(&w, &test, obs, 1);
	expect_blocking(&j, "stderr/class", DIFF_EXPECTATION, "spec", "witness");
	world_done(&w);
}

Test(classify, calls_a_common_failure_by_its_name)
{
	struct world w;
	struct test_case test = case_named("a");
	struct observation obs[VOICES];
	world_init(&w, NULL);
	three_failed(&w, obs, "", "boom");
	struct judgement j = judged(&w, &test, obs, VOICES);
	cr_expect_eq(j.verdict, VERDICT_ALIKE_FAILURE);
	cr_expect_str_eq(j.why, "every backend ended with runtime-failure (exit 1): boom, but the "
				"case expects success");
	for (int i = 0; i < VOICES; i++) {
		obs[i].end = END_SIGNAL;
		obs[i].code = 11;
		obs[i].meaning = NULL;
	}
	j = judged(&w, &test, obs, VOICES);
	cr_expect_eq(j.verdict, VERDICT_ALIKE_FAILURE);
	world_done(&w);
}

Test(classify, tells_an_unexpected_refusal)
{
	struct world w;
	struct diagnostic d[4];
	struct observation obs[4];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	obs[0] = observed("frontend", ROLE_FRONTEND, "", "", 0);
	three_alike(obs + 1, "1\n");
	cr_expect_eq(judged(&w, &test, obs, 4).verdict, VERDICT_AGREE);
	refused(&obs[0], &d[0], "E_NAME");
	struct judgement j = judged(&w, &test, obs, 1);
	cr_expect_eq(j.verdict, VERDICT_REJECTED);
	cr_expect_str_eq(j.why,
			 "the frontend refused the program: E_NAME: no such name (p.txt:3:4)");
	for (int i = 1; i < 4; i++)
		refused(&obs[i], &d[i], NULL);
	j = judged(&w, &test, obs + 1, 3);
	cr_expect_eq(j.verdict, VERDICT_REJECTED);

	/* A frontend that crashed refused nothing. */
	obs[0].end = END_SIGNAL;
	obs[0].code = 11;
	obs[0].meaning = NULL;
	obs[0].diagnostic_len = 0;
	cr_expect_neq(judged(&w, &test, obs, 1).verdict, VERDICT_AGREE);
	cr_expect_neq(judged(&w, &test, obs, 1).verdict, VERDICT_REJECTED);
	world_done(&w);
}

Test(classify, names_what_only_one_backend_refused)
{
	struct world w;
	struct diagnostic d;
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	three_alike(obs, "1\n");
	refused(&obs[AOT], &d, NULL);
	struct judgement j = judged(&w, &test, obs, VOICES);
	expect_blocking(&j, "exit", DIFF_NATIVE_UNSUPPORTED, "ast", "aot");
	cr_expect_eq(j.divergence_len, 1);
	cr_expect_str_eq(j.divergences[0].diff.right_class, "rejected (build, exit 1)");
	world_done(&w);
}

Test(classify, demands_the_refusal_a_case_expects)
{
	struct world w;
	struct diagnostic d[2];
	struct observation obs[2];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	test.expect = EXPECT_REJECT;
	test.expect_class = "E_NAME";
	obs[0] = observed("frontend", ROLE_FRONTEND, "", "", 0);
	obs[1] = observed("ast", ROLE_CANONICAL, "1\n", "", 0);
	refused(&obs[0], &d[0], "E_NAME");
	struct judgement j = judged(&w, &test, obs, 2);
	expect_blocking(&j, "exit", DIFF_EXPECTATION, "spec", "ast");
	cr_expect_str_eq(j.divergences[0].diff.left_class, "rejected E_NAME");
	cr_expect_str_eq(j.divergences[0].diff.right_class, "success");

	refused(&obs[1], &d[1], "E_NAME");
	cr_expect_eq(judged(&w, &test, obs, 2).verdict, VERDICT_AGREE);
	refused(&obs[1], &d[1], "E_TYPE");
	j = judged(&w, &test, obs, 2);
	expect_blocking(&j, "stderr/code", DIFF_EXPECTATION, "spec", "ast");
	test.expect_class = NULL;
	j = judged(&w, &test, obs, 2);
	expect_blocking(&j, "stderr/code", DIFF_CLASS, "frontend", "ast");

	test.expect_class = "E_NAME";
	refused(&obs[1], &d[1], NULL);
	cr_expect_eq(judged(&w, &test, obs, 2).verdict, VERDICT_DIVERGE);
	w.profile.codes_optional = true;
	cr_expect_eq(judged(&w, &test, obs, 2).verdict, VERDICT_AGREE);

	/* A compiler that dies of a signal did not refuse. */
	obs[1].end = END_SIGNAL;
	obs[1].code = 6;
	obs[1].meaning = NULL;
	j = judged(&w, &test, obs, 2);
	expect_blocking(&j, "exit", DIFF_EXPECTATION, "spec", "ast");
	world_done(&w);
}

Test(classify, compares_those_who_ran_what_they_should_have_refused)
{
	struct world w;
	struct diagnostic d;
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	test.expect = EXPECT_REJECT;
	three_alike(obs, "1\n");
	size_t expected = judged(&w, &test, obs, VOICES).divergence_len;

	set_out(&obs[NATIVE], slice_of("2\n"));
	struct judgement j = judged(&w, &test, obs, VOICES);
	cr_expect_eq(j.verdict, VERDICT_DIVERGE);
	cr_assert_eq(j.divergence_len, expected + 1);
	cr_expect_str_eq(j.divergences[expected].left, "ast");
	cr_expect_str_eq(j.divergences[expected].right, "native");
	cr_expect_str_eq(j.divergences[expected].diff.locus, "stdout[0]");

	/* Who refuses it is right. */
	refused(&obs[NATIVE], &d, NULL);
	cr_expect_eq(judged(&w, &test, obs, VOICES).divergence_len, expected - 1);
	world_done(&w);
}

Test(classify, demands_the_error_a_case_expects)
{
	struct world w;
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	test.expect = EXPECT_ERROR;
	test.expect_class = "runtime_fatal";
	three_alike(obs, "1\n");
	struct judgement j = judged(&w, &test, obs, VOICES);
	expect_blocking(&j, "exit", DIFF_EXPECTATION, "spec", "ast");
	cr_expect_eq(j.divergence_len, 1);

	test.expect_class = "panic";
	three_failed(&w, obs, "", "boom");
	j = judged(&w, &test, obs, VOICES);
	expect_blocking(&j, "stderr/class", DIFF_EXPECTATION, "spec", "ast");
	cr_expect_str_eq(j.divergences[0].diff.right_class, "error runtime_fatal");

	/* Where no rule makes a record the exit's meaning is the class. */
	test.expect_class = "runtime-failure";
	for (int i = 0; i < VOICES; i++)
		set_err(&obs[i], slice_of("boom\n"));
	cr_expect_eq(judged(&w, &test, obs, VOICES).verdict, VERDICT_AGREE);
	world_done(&w);
}

Test(classify, holds_a_golden_against_all_who_agree)
{
	struct world w;
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	three_alike(obs, "1\n2\n");
	test.has_golden = true;
	test.golden = slice_of("1\n2\n");
	cr_expect_eq(judged(&w, &test, obs, VOICES).verdict, VERDICT_AGREE);
	test.golden = slice_of("1\n3\n");
	struct judgement j = judged(&w, &test, obs, VOICES);
	expect_blocking(&j, "stdout[1]", DIFF_EXPECTATION, "spec", "ast");
	cr_expect_eq(j.divergence_len, 1);
	cr_expect(slice_is(j.divergences[0].diff.left, "3"));
	test.golden = slice_of("1\n2");
	cr_expect_eq(judged(&w, &test, obs, VOICES).verdict, VERDICT_DIVERGE);
	test.golden = SLICE_EMPTY;
	cr_expect_eq(judged(&w, &test, obs, VOICES).verdict, VERDICT_DIVERGE);
	world_done(&w);
}

Test(classify, tells_a_backend_that_disagrees_with_itself)
{
	struct world w;
	struct observation obs[4];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	obs[0] = observed("ast", ROLE_CANONICAL, "1\n", "", 0);
	obs[1] = obs[0];
	obs[1].attempt = 2;
	obs[2] = observed("aot", ROLE_AOT, "1\n", "", 0);
	obs[3] = obs[2];
	obs[3].attempt = 2;
	cr_expect_eq(judged(&w, &test, obs, 4).verdict, VERDICT_AGREE);
	set_out(&obs[3], slice_of("2\n"));
	struct judgement j = judged(&w, &test, obs, 4);
	cr_expect_eq(j.verdict, VERDICT_FLAKY);
	cr_expect_str_eq(j.why, "aot disagrees with itself: attempts 1 and 2 differ at stdout[0]");
	cr_expect_eq(j.divergence_len, 1);

	/* Not flaky where a rule says it may vary. */
	for (int i = 0; i < 4; i++)
		set_out(&obs[i], slice_of(i % 2 ? "map{a: 1, b: 2}\n" : "map{b: 2, a: 1}\n"));
	cr_expect_eq(judged(&w, &test, obs, 4).verdict, VERDICT_AGREE);
	world_done(&w);
}

Test(classify, concludes_nothing_from_a_run_that_did_not_end)
{
	static const struct {
		enum end_kind end;
		const char *why;
	} rows[] = {
		{END_TIMEOUT, "aot met the time limit (run)"},
		{END_MEMORY_LIMIT, "aot met the memory limit (run)"},
		{END_OUTPUT_LIMIT, "aot met the output limit (run)"},
		{END_NOT_STARTED, "aot could not start (run): no such file"},
		{END_LEAK, "aot ended, but something it started kept its output open (run)"},
	};
	struct world w;
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		three_alike(obs, "1\n");
		obs[AOT].end = rows[i].end;
		obs[AOT].why = "no such file";
		struct judgement j = judged(&w, &test, obs, VOICES);
		cr_expect_eq(j.verdict, VERDICT_INCONCLUSIVE);
		cr_expect_str_eq(j.why, rows[i].why);
		/* That only one side did not end is worth showing. */
		cr_assert_eq(j.divergence_len, 1);
		cr_expect_str_eq(j.divergences[0].diff.locus, "exit");
		obs[AST].end = obs[NATIVE].end = rows[i].end;
		j = judged(&w, &test, obs, VOICES);
		cr_expect_eq(j.verdict, VERDICT_INCONCLUSIVE);
		cr_expect_eq(j.divergence_len, 0);
	}
	world_done(&w);
}

Test(classify, concludes_nothing_from_nothing)
{
	struct world w;
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	struct observation obs[] = {observed("frontend", ROLE_FRONTEND, "", "", 0),
				    observed("ast", ROLE_CANONICAL, "1\n", "", 0)};
	cr_expect_eq(judged(&w, &test, obs, 0).verdict, VERDICT_INCONCLUSIVE);
	cr_expect_eq(judged(&w, &test, obs, 1).verdict, VERDICT_INCONCLUSIVE);
	cr_expect_eq(judged(&w, &test, obs, 2).verdict, VERDICT_INCONCLUSIVE);
	test.has_golden = true;
	test.golden = slice_of("1\n");
	cr_expect_eq(judged(&w, &test, obs, 2).verdict, VERDICT_AGREE);
	test.expect = EXPECT_REJECT;
	cr_expect_eq(judged(&w, &test, obs, 0).verdict, VERDICT_INCONCLUSIVE);
	world_done(&w);
}

Test(classify, files_a_gap_where_no_clause_speaks)
{
	struct world w;
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	test.clause_len = 0;
	three_alike(obs, "1\n");
	set_out(&obs[NATIVE], slice_of("2\n"));
	struct judgement j = judged(&w, &test, obs, VOICES);
	cr_assert_eq(j.divergence_len, 1);
	cr_expect(j.divergences[0].spec_gap);
	cr_expect_null(j.divergences[0].clause);
	world_done(&w);
}
