/* SPDX-License-Identifier: Apache-2.0 */
/* classify: from the observations of one case to its verdict. Decides, never prints (explain.c
 * does). */
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
	const char *left; /* backend names; "spec" for an expectation */
	const char *right;
	const char *clause; /* NULL: no clause found, a spec-gap */
	bool spec_gap;
	const struct licence *licence; /* not contract-facing when set */
};

/* What one rule did to this case. */
struct rule_effect {
	const struct rule *rule;
	size_t hits;
	size_t masked_bytes;  /* on rule->channel */
	size_t overlaps;      /* places it lost to a rule earlier in the file */
	bool flips;           /* without it the verdict would be another */
	enum verdict without; /* that other verdict, when it flips */
};

/*
 * What the extra voice of another toolchain (ROLE_WITNESS) adds. It never changes the verdict:
 * whether the toolchain under test agrees with itself is not the witness's to say.
 */
enum witness_view {
	WITNESS_NONE,      /* there was none, or nothing to hold against it */
	WITNESS_AGREES,    /* all voices show the same */
	WITNESS_DIFFERS,   /* the others agree, only the witness differs: divergences of the kind
			      DIFF_WITNESS say where, licensed by witness_licence */
	WITNESS_SIDES,     /* the others differ among themselves */
	WITNESS_UNSETTLED, /* it met a limit or could not start */
	WITNESS_COUNT,
};
const char *witness_view_name(enum witness_view view); /* "none", "agrees", "differs", ... */
extern const struct licence witness_licence;

struct judgement {
	enum verdict verdict;
	struct divergence *divergences; /* licensed ones included; the blocking ones first */
	size_t divergence_len;
	const char
		*why; /* one sentence for inconclusive, rejected, flaky, alike-failure; else NULL */
	struct rule_effect *effects;
	size_t effect_len;
	enum witness_view witness;
	const char *witness_says; /* one sentence naming who agrees with whom, for differs, sides
				     and unsettled; else NULL */
};

struct judge {
	const struct spec *spec;
	const struct contract *contract;
	const struct rules *rules;
	const struct profile *profile;
};

/*
 * `obs`: the frontend's check when there was one (ROLE_FRONTEND), then every backend's, attempts of
 * one backend together, the witness's last. The order of decision:
 *
 * 1. inconclusive: some run met a limit, could not start, or left processes behind (END_LEAK: its
 * output may not be whole) or more files than are listed. A difference in the end is still listed.
 * Also when nothing can be compared: no backend ran, or one alone without a golden or an expected
 * failure.
 * 2. flaky: two attempts of one backend differ after normalisation where no licence covers it.
 * 3. a case that expects a refusal: every voice must refuse in order (exit, with an error
 * diagnostic), with the code named. A profile whose codes are optional may give none. Otherwise
 * rejected: the frontend, or every backend, refused.
 * 4. every backend against the canonical one (without it, the first): what only one refused is
 *    native-unsupported.
 * 5. the expectation: the end, the error class, the golden. Groups outside their rule's grammar.
 * The left side is then "spec". All failed alike though the case expects success: alike-failure.
 * 6. licences: licensed when they cover every divergence. A licence that names no kind never covers
 *    an expectation or native-unsupported.
 *
 * A clause is attributed by contract.json's table, else the case's first clause, else the rule's,
 * else it is a spec gap; a group outside its grammar breaks its rule's clause. Memory from `arena`,
 * borrowing names from `judge`, `test` and `obs`. `judge->contract` and `judge->rules` may be NULL.
 * Negative: a rule error, which the caller reports as an error of this case.
 */
int judge_case(struct judgement *out, const struct judge *judge, const struct test_case *test,
	       const struct observation *obs, size_t len, struct arena *arena, struct error *err);
