/* SPDX-License-Identifier: Apache-2.0 */
/*
 * effect: what the rules did to the verdicts of a run. A rule that hides a difference must be seen
 * to: judge_case() leaves every rule that hit out once and notes where the verdict would be
 * another.
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/vec.h"
#include "diff/classify.h"

struct effect_row {
	const struct rule *rule;
	size_t cases; /* that it hit */
	size_t hits;
	size_t masked_bytes; /* on rule->channel */
	size_t overlaps;     /* places lost to a rule earlier in the file */
	size_t flips;        /* cases whose verdict would be another without it */
};

/* Over one run. A row for every rule of the set, in file order, so that the unused ones show. */
struct effect_totals {
	VEC(struct effect_row) rows;
	size_t cases;
	size_t masked_bytes[CHANNEL_COUNT];
};

void effect_totals_init(struct effect_totals *totals, const struct rules *rules);
void effect_totals_add(struct effect_totals *totals, const struct judgement *judgement);
void effect_totals_done(struct effect_totals *totals);

/*
 * A table: rule, channel, cases, hits, bytes, flips, clause; then the rules that never fired, the
 * places where rules overlapped, and the bytes masked on each channel.
 */
void effect_totals_format(struct buf *out, const struct effect_totals *totals);
