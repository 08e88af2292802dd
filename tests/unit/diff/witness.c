/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of diff/classify_witness: another toolchain's voice says something and decides nothing. */
#include <criterion/criterion.h>

#include "tests/unit/diff/world.h"

enum { WITNESS = VOICES, HEARD };

static struct observation heard(const char *out, const char *err, int code)
{
	struct observation obs = observed("other", ROLE_WITNESS, out, err, code);

	obs.alias = "ast";
	return obs;
}

static void expect_view(const struct judgement *j, enum verdict verdict, enum witness_view view,
			const char *says)
{
	cr_expect_eq(j->verdict, verdict, "verdict %s", verdict_name(j->verdict));
	cr_expect_eq(j->witness, view, "view %s", witness_view_name(j->witness));
	if (says) {
		cr_assert_not_null(j->witness_says, "nothing is said");
		cr_expect_str_eq(j->witness_says, says);
	} else {
		cr_expect_null(j->witness_says);
	}
}

Test(witness, that_agrees_adds_nothing)
{
	struct world w;
	struct test_case test = case_named("a");
	struct observation obs[HEARD];
	world_init(&w, NULL);
	three_alike(obs, "x\n");
	obs[WITNESS] = heard("x\n", "", 0);
	struct judgement j = judged(&w, &test, obs, HEARD);
	expect_view(&j, VERDICT_AGREE, WITNESS_AGREES, NULL);
	cr_expect_eq(j.divergence_len, 0);
	world_done(&w);
}

Test(witness, that_fails_alike_is_read_by_the_rules_of_its_own_role)
{
	struct world w;
	struct test_case test = case_named("a");
	struct observation obs[HEARD];
	world_init(&w, NULL);
	test.expect = EXPECT_ERROR;
	three_failed(&w, obs, "", "boom");
	obs[WITNESS] = heard("", "run error: boom\n", 1);
	struct judgement j = judged(&w, &test, obs, HEARD);
	expect_view(&j, VERDICT_AGREE, WITNESS_AGREES, NULL);
	obs[WITNESS] = heard("", "run error: bang\n", 1);
	j = judged(&w, &test, obs, HEARD);
	expect_view(&j, VERDICT_AGREE, WITNESS_DIFFERS,
		    "ast, native and aot agree, the witness other differs");
	cr_assert_eq(j.divergence_len, 1);
	cr_expect_str_eq(j.divergences[0].diff.locus, "stderr[0]/error/message");
	world_done(&w);
}

Test(witness, that_differs_alone_asks_and_does_not_block)
{
	struct world w;
	struct test_case test = case_named("a");
	struct observation obs[HEARD];
	world_init(&w, NULL);
	three_alike(obs, "x\n");
	obs[WITNESS] = heard("y\n", "", 0);
	struct judgement j = judged(&w, &test, obs, HEARD);
	expect_view(&j, VERDICT_AGREE, WITNESS_DIFFERS,
		    "ast, native and aot agree, the witness other differs");
	cr_assert_eq(j.divergence_len, 1);
	cr_expect_eq(j.divergences[0].diff.kind, DIFF_WITNESS);
	cr_expect_eq(j.divergences[0].licence, &witness_licence);
	cr_expect_str_eq(j.divergences[0].left, "ast");
	cr_expect_str_eq(j.divergences[0].right, "other");
	cr_expect_str_eq(j.divergences[0].clause, "lang#printing");
	world_done(&w);
}

Test(witness, tells_whom_it_sides_with)
{
	struct world w;
	struct test_case test = case_named("a");
	struct observation obs[HEARD];
	world_init(&w, NULL);
	three_alike(obs, "x\n");
	set_out(&obs[AOT], slice_of("y\n"));
	obs[WITNESS] = heard("y\n", "", 0);
	struct judgement j = judged(&w, &test, obs, HEARD);
	expect_view(&j, VERDICT_DIVERGE, WITNESS_SIDES,
		    "aot and the witness other against ast and native");
	cr_expect_eq(j.divergence_len, 1, "the divergence is the toolchain's own");
	obs[WITNESS] = heard("x\n", "", 0);
	j = judged(&w, &test, obs, HEARD);
	expect_view(&j, VERDICT_DIVERGE, WITNESS_SIDES,
		    "ast, native and the witness other against aot");
	obs[WITNESS] = heard("z\n", "", 0);
	j = judged(&w, &test, obs, HEARD);
	expect_view(&j, VERDICT_DIVERGE, WITNESS_SIDES,
		    "the witness other agrees with none of ast, native and aot");
	world_done(&w);
}

Test(witness, that_met_a_limit_or_stands_beside_an_unsettled_case_says_nothing_of_it)
{
	struct world w;
	struct test_case test = case_named("a");
	struct observation obs[HEARD];
	world_init(&w, NULL);
	three_alike(obs, "x\n");
	obs[WITNESS] = heard("x\n", "", 0);
	obs[WITNESS].end = END_TIMEOUT;
	struct judgement j = judged(&w, &test, obs, HEARD);
	expect_view(&j, VERDICT_AGREE, WITNESS_UNSETTLED,
		    "the witness other did not come to an end: timeout");
	obs[WITNESS].end = END_EXIT;
	obs[AST].end = END_TIMEOUT;
	j = judged(&w, &test, obs, HEARD);
	expect_view(&j, VERDICT_INCONCLUSIVE, WITNESS_NONE, NULL);
	world_done(&w);
}
