/* SPDX-License-Identifier: Apache-2.0 */
/* classify_internal: one pass of judging, which effect.c repeats without a rule. */
#pragma once

#include <stdbool.h>

#include "base/vec.h"
#include "diff/classify.h"
#include "diff/normalize.h"

struct trial {
	const struct judge *judge;
	const struct test_case *test;
	const struct observation *obs;
	size_t len;
	const struct rule *skip; /* left out in this pass, or NULL */
	struct arena *arena;
	struct error *err;

	struct normal *normals; /* as obs; empty until the inconclusive ones are sorted out */
	size_t *voices;         /* first attempt of every backend, without the frontend */
	size_t voice_len;
	const struct observation *frontend; /* or NULL */
	size_t canonical;                   /* index into obs; valid when voice_len > 0 */

	VEC(struct divergence) found;
	enum verdict verdict;
	const char *why;
};

/* Judge. The caller then calls trial_done(), success or not. */
int trial_run(struct trial *t);
void trial_done(struct trial *t);

/* Attribute, license and list one difference. */
void trial_add(struct trial *t, const struct difference *difference, const char *left,
	       const char *right);
/* One against the specification. Texts are copied; `left` and `right` are shown and are the
 * classes. */
struct expectation {
	enum channel channel;
	const char *locus;
	const char *left;
	const char *right;
	const struct rule *rule;
};
void trial_expect(struct trial *t, const struct expectation *expectation, const char *backend);

/* Anything that no licence covers, in all or of one backend against another voice. */
bool trial_blocks(const struct trial *t);
bool trial_blocks_backend(const struct trial *t, const char *backend);

/* classify_refusal.c: true when the refusal decides the case; then verdict and why are set. */
bool judge_refusal(struct trial *t);
/* The voice refused the program, be it only when asked to run it. */
bool is_unsupported(struct trial *t, size_t voice);
/* What only this voice refused, although the canonical backend ran it: listed, true. */
bool judge_unsupported(struct trial *t, size_t voice);

/* classify_expect.c: what the case expects of what ran. */
int judge_expectation(struct trial *t);
void judge_breaches(struct trial *t);
bool has_succeeded(const struct observation *obs);

/* classify_witness.c: after the verdict, what `witness` shows against the voices of `t`. */
int judge_witness(struct judgement *out, struct trial *t, const struct observation *witness);

/* effect.c: leave each rule that hit out once. */
int measure_effects(struct judgement *out, const struct trial *t);
