/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/effect.h"

#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

static const struct rule_effect *effect_named(const struct judgement *j, const char *id)
{
	for (size_t i = 0; i < j->effect_len; i++)
		if (strcmp(j->effects[i].rule->id, id) == 0)
			return &j->effects[i];
	return NULL;
}

Test(effect, shows_the_verdict_that_a_rule_turned)
{
	struct world w;
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	three_alike(obs, "served by ast in 1 ms\n");
	set_out(&obs[NATIVE], slice_of("served by native in 20 ms\n"));
	struct judgement j = judged(&w, &test, obs, VOICES);
	cr_expect_eq(j.verdict, VERDICT_AGREE);
	const struct rule_effect *effect = effect_named(&j, "served");
	cr_assert_not_null(effect);
	cr_expect_eq(effect->hits, 3);
	cr_expect_eq(effect->masked_bytes, 4 + 8 + 4);
	cr_expect(effect->flips);
	cr_expect_eq(effect->without, VERDICT_DIVERGE);

	/* Where all sides printed the same it hid nothing that matters. */
	three_alike(obs, "served by ast in 1 ms\n");
	j = judged(&w, &test, obs, VOICES);
	effect = effect_named(&j, "served");
	cr_assert_not_null(effect);
	cr_expect(!effect->flips);

	/* A rule that hit beside a difference it does not cover turns nothing. */
	set_out(&obs[AOT], slice_of("served by ast in 5 ms\nx\n"));
	j = judged(&w, &test, obs, VOICES);
	cr_expect_eq(j.verdict, VERDICT_DIVERGE);
	cr_expect(!effect_named(&j, "served")->flips);
	world_done(&w);
}

Test(effect, shows_that_a_projection_made_the_agreement)
{
	struct world w;
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	world_init(&w, NULL);
	test.expect = EXPECT_ERROR;
	three_failed(&w, obs, "", "boom");
	struct judgement j = judged(&w, &test, obs, VOICES);
	cr_expect_eq(j.verdict, VERDICT_AGREE);
	cr_assert_not_null(effect_named(&j, "envelope"));
	cr_expect(effect_named(&j, "envelope")->flips);
	cr_expect(effect_named(&j, "run-error")->flips);
	world_done(&w);
}

Test(effect, sums_a_run_and_names_the_unused)
{
	struct world w;
	struct observation obs[VOICES];
	struct test_case test = case_named("a");
	struct effect_totals totals;
	struct buf text = BUF_INIT(0);
	world_init(&w, NULL);
	effect_totals_init(&totals, w.rules);
	three_alike(obs, "served by ast in 1 ms\n");
	set_out(&obs[NATIVE], slice_of("served by native in 20 ms\n"));
	for (int i = 0; i < 2; i++) {
		struct judgement j = judged(&w, &test, obs, VOICES);
		effect_totals_add(&totals, &j);
	}
	effect_totals_format(&text, &totals);
	cr_expect_str_eq(buf_str(&text),
			 "rule       channel  cases    hits   bytes  flips  clause\n"
			 "envelope   stderr       0       0       0      0  lang#envelope\n"
			 "run-error  stderr       0       0       0      0  lang#envelope\n"
			 "served     stdout       2       6      32      2  lang#logging\n"
			 "map-order  stdout       0       0       0      0  lang#maps\n"
			 "never fired: envelope\n"
			 "never fired: run-error\n"
			 "never fired: map-order\n"
			 "masked on stdout: 32 bytes\n"
			 "2 cases\n",
			 "%s", buf_str(&text));
	buf_done(&text);
	effect_totals_done(&totals);
	world_done(&w);
}
