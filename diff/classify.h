/* SPDX-License-Identifier: Apache-2.0 */
/* classify: from the observations of one case to its verdict. Decides, never prints (explain.c does). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "diff/compare.h"
#include "diff/rule.h"
#include "oracles/case.h"
#include "oracles/observe.h"
#include "spec/contract.h"

enum verdict {
	VERDICT_AGREE,
	VERDICT_DIVERGE,
	VERDICT_LICENSED,
	VERDICT_ALIKE_FAILURE,
	VERDICT_REJECTED,
	VERDICT_FLAKY,
	VERDICT_INCONCLUSIVE,
	VERDICT_WAIVED, /* set by triage/waiver from DIVERGE */
	VERDICT_COUNT,
};
const char *verdict_name(enum verdict verdict); /* "agree", "alike-failure", ... */
/* ok for the gate: agree, licensed, waived. */
bool verdict_is_ok(enum verdict verdict);

struct divergence {
	struct difference diff;
	const char *left;   /* backend names; "spec" for an expectation */
	const char *right;
	const char *clause; /* NULL: no clause found, a spec-gap */
	bool spec_gap;
	const struct licence *licence; /* not contract-facing when set */
};

/* What one rule did to this case. */
struct rule_effect {
	const struct rule *rule;
	size_t hits;
	size_t masked_bytes;
	bool flips; /* without it the verdict would be another */
};

struct judgement {
	enum verdict verdict;
	struct divergence *divergences; /* licensed ones included; the blocking ones first */
	size_t divergence_len;
	const char *why; /* one sentence for inconclusive, rejected, flaky, alike-failure; else NULL */
	struct rule_effect *effects;
	size_t effect_len;
};

struct judge {
	const struct spec *spec;
	const struct contract *contract;
	const struct rules *rules;
	const struct profile *profile;
};

/*
 * `obs`: the frontend's check when there was one (ROLE_FRONTEND), then every backend's, attempts of one
 * backend together. Order of decision: harness faults and limits, self-disagreement, refusal,
 * differences against the canonical backend, then the case's expectation. A clause is attributed by
 * contract.json's table, else the case's first clause, else the rule's, else it is a spec gap.
 * Memory from `arena`. Negative: a rule error, which the caller reports as an error of this case.
 */
int judge_case(struct judgement *out, const struct judge *judge, const struct test_case *test,
	       const struct observation *obs, size_t len, struct arena *arena, struct error *err);
