/* SPDX-License-Identifier: Apache-2.0 */
/*
 * effect: leave-one-out over the rules that hit a case, and the sums over a run. The repeated
 * passes take their memory from an arena of their own.
 */
#include "diff/effect.h"

#include <string.h>

#include "base/cleanup.h"
#include "diff/classify_internal.h"

static struct rule_effect *effect_of(struct judgement *out, const struct rule *rule)
{
	for (size_t i = 0; i < out->effect_len; i++)
		if (out->effects[i].rule == rule)
			return &out->effects[i];
	out->effects[out->effect_len] = (struct rule_effect){.rule = rule};
	return &out->effects[out->effect_len++];
}

static void collect(struct judgement *out, const struct trial *t)
{
	size_t max = t->judge->rules ? t->judge->rules->len : 0;
	out->effects = ARENA_ARRAY(t->arena, struct rule_effect, max + 1);
	for (size_t i = 0; t->normals && i < t->len; i++) {
		for (size_t k = 0; k < t->normals[i].hit_len; k++) {
			const struct rule_hit *hit = &t->normals[i].hits[k];
			struct rule_effect *effect = effect_of(out, hit->rule);
			effect->hits += hit->hits;
			effect->masked_bytes += hit->masked_bytes;
			effect->overlaps += hit->overlaps;
		}
	}
}

/*
 * Without the rule nothing could change: it reads alike what is byte-equal on every side. Not so
 * when a group broke its grammar or the case names an error class, which a rule may have supplied.
 */
static bool is_idle(const struct trial *t, const struct rule *rule)
{
	if (t->test->expect == EXPECT_ERROR || t->len == 0)
		return false;
	for (size_t i = 0; i < t->len; i++) {
		if (t->normals[i].breach_len > 0 || t->normals[i].error_class ||
		    !rule_applies(rule, &t->obs[i]) ||
		    !slice_eq(normal_raw(&t->normals[i], rule->channel),
			      normal_raw(&t->normals[0], rule->channel)))
			return false;
	}
	return true;
}

static int leave_out(struct rule_effect *effect, const struct trial *t, enum verdict with)
{
	CLEANUP(arena_done) struct arena scratch = ARENA_INIT;
	struct trial again = {.judge = t->judge,
			      .test = t->test,
			      .obs = t->obs,
			      .len = t->len,
			      .skip = effect->rule,
			      .arena = &scratch,
			      .err = t->err};
	int r = trial_run(&again);
	if (r == 0) {
		effect->flips = again.verdict != with;
		effect->without = again.verdict;
	}
	trial_done(&again);
	return r;
}

int measure_effects(struct judgement *out, const struct trial *t)
{
	int r = 0;
	collect(out, t);
	for (size_t i = 0; i < out->effect_len && r == 0; i++)
		if (out->effects[i].hits > 0 && !is_idle(t, out->effects[i].rule))
			r = leave_out(&out->effects[i], t, out->verdict);
	return r;
}

void effect_totals_init(struct effect_totals *totals, const struct rules *rules)
{
	*totals = (struct effect_totals){0};
	for (size_t i = 0; rules && i < rules->len; i++)
		vec_push(&totals->rows, (struct effect_row){.rule = &rules->rules[i]});
}

void effect_totals_add(struct effect_totals *totals, const struct judgement *judgement)
{
	totals->cases++;
	for (size_t i = 0; i < judgement->effect_len; i++) {
		const struct rule_effect *effect = &judgement->effects[i];
		totals->masked_bytes[effect->rule->channel] += effect->masked_bytes;
		vec_each (&totals->rows, row) {
			if (row->rule != effect->rule)
				continue;
			row->cases += effect->hits > 0;
			row->hits += effect->hits;
			row->masked_bytes += effect->masked_bytes;
			row->overlaps += effect->overlaps;
			row->flips += effect->flips;
		}
	}
}

void effect_totals_done(struct effect_totals *totals)
{
	vec_done(&totals->rows);
}

void effect_totals_format(struct buf *out, const struct effect_totals *totals)
{
	size_t width = strlen("rule");
	for (size_t i = 0; i < totals->rows.len; i++) {
		size_t len = strlen(totals->rows.items[i].rule->id);
		width = len > width ? len : width;
	}
	buf_addf(out, "%-*s  channel  cases    hits   bytes  flips  clause\n", (int)width, "rule");
	for (size_t i = 0; i < totals->rows.len; i++) {
		const struct effect_row *row = &totals->rows.items[i];
		buf_addf(out, "%-*s  %-7s  %5zu  %6zu  %6zu  %5zu  %s\n", (int)width, row->rule->id,
			 channel_name(row->rule->channel), row->cases, row->hits, row->masked_bytes,
			 row->flips, row->rule->clause);
	}
	for (size_t i = 0; i < totals->rows.len; i++)
		if (totals->rows.items[i].hits == 0)
			buf_addf(out, "never fired: %s\n", totals->rows.items[i].rule->id);
	for (size_t i = 0; i < totals->rows.len; i++)
		if (totals->rows.items[i].overlaps > 0)
			buf_addf(out, "overlap: %s lost %zu places to rules before it\n",
				 totals->rows.items[i].rule->id, totals->rows.items[i].overlaps);
	for (int channel = 0; channel < CHANNEL_COUNT; channel++)
		if (totals->masked_bytes[channel] > 0)
			buf_addf(out, "masked on %s: %zu bytes\n",
				 channel_name((enum channel)channel),
				 totals->masked_bytes[channel]);
	buf_addf(out, "%zu cases\n", totals->cases);
}
