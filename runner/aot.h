/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aot: which cases get their AOT leg. A real compiler takes seconds where a run takes milliseconds,
 * so the leg may be rationed, and whatever was left out is counted, never silently dropped.
 *
 * Cases are ranked: what failed last time, what is new or changed since its AOT leg last ran, what
 * cites a clause that has changed since, then a small set that cites every clause the selection
 * cites, then the others in a circle that starts at another place every day, so that all of them
 * come up in time. A mode takes a part from the front; a budget stops where its time is over.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "runner/aot_seen.h"
#include "runner/history.h"
#include "runner/suite.h"

enum aot_mode { AOT_ALL, AOT_COVER, AOT_SAMPLE };

struct aot_wish {
	enum aot_mode mode;
	int64_t sample;    /* AOT_SAMPLE: cases */
	int64_t budget_ms; /* from the start of the run; 0: no bound */
};

/* "all", "cover" or "sample:K" into mode and sample. */
int aot_parse(struct aot_wish *out, const char *text, struct error *err);

/* True when some leg may be left out. */
bool aot_is_rationed(const struct aot_wish *wish);

struct aot_ranks {
	uint32_t *ranks; /* parallel to the suite: 0 without AOT, else the place from 1 */
	size_t chosen;
};

/* `day` turns the circle. Shards that rank the whole selection choose alike. */
void aot_rank(struct aot_ranks *out, const struct suite *suite, const struct selection *whole,
	      const struct aot_wish *wish, const struct history *history,
	      const struct aot_seen *seen, int64_t day);
void aot_ranks_done(struct aot_ranks *ranks);

/* By rank, those without one last; otherwise as they were. */
void aot_order(const struct aot_ranks *ranks, const struct suite *suite,
	       struct selection *selection);
