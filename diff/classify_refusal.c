/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify_refusal: programs that some voice refused to run. A crash of a compiler is never a
 * refusal: a refusal ends by an exit and says why.
 */
#include "diff/classify_internal.h"

#include <string.h>

#include "base/buf.h"

static const struct diagnostic *first_error(const struct observation *obs)
{
	for (size_t i = 0; i < obs->diagnostic_len; i++)
		if (obs->diagnostics[i].level && strcmp(obs->diagnostics[i].level, "error") == 0)
			return &obs->diagnostics[i];
	return NULL;
}

static const char *first_code(const struct observation *obs)
{
	for (size_t i = 0; i < obs->diagnostic_len; i++)
		if (obs->diagnostics[i].level && obs->diagnostics[i].code &&
		    strcmp(obs->diagnostics[i].level, "error") == 0)
			return obs->diagnostics[i].code;
	return NULL;
}

static bool has_code(const struct observation *obs, const char *code)
{
	for (size_t i = 0; i < obs->diagnostic_len; i++)
		if (obs->diagnostics[i].level && obs->diagnostics[i].code &&
		    strcmp(obs->diagnostics[i].level, "error") == 0 &&
		    strcmp(obs->diagnostics[i].code, code) == 0)
			return true;
	return false;
}

static bool refuses_in_order(const struct observation *obs)
{
	bool says = (obs->meaning && strcmp(obs->meaning, "rejected") == 0) || first_error(obs);
	return observation_is_rejected(obs) && obs->end == END_EXIT && says;
}

static const char *describe(const struct trial *t, const struct observation *obs)
{
	const struct diagnostic *d = first_error(obs);
	if (!d)
		return observation_class(obs, t->arena);
	if (!d->path)
		return arena_printf(t->arena, "%s%s%s", d->code ? d->code : "", d->code ? ": " : "",
				    d->message);
	return arena_printf(t->arena, "%s%s%s (%s:%ld:%ld)", d->code ? d->code : "",
			    d->code ? ": " : "", d->message, d->path, d->line, d->column);
}

/* All codes of the error diagnostics, for people. */
static const char *list_codes(const struct trial *t, const struct observation *obs)
{
	struct buf codes = BUF_INIT(0);
	for (size_t i = 0; i < obs->diagnostic_len; i++) {
		const struct diagnostic *d = &obs->diagnostics[i];
		if (d->code && d->level && strcmp(d->level, "error") == 0)
			buf_addf(&codes, "%s%s", codes.len ? ", " : "", d->code);
	}
	const char *text = arena_strdup(t->arena, codes.len ? buf_str(&codes) : "no code");
	buf_done(&codes);
	return text;
}

static void expect_refusal(struct trial *t, const struct observation *obs)
{
	const char *code = t->test->expect_class;
	struct expectation e = {.channel = CHANNEL_EXIT, .locus = "exit"};

	e.left = code ? arena_printf(t->arena, "rejected %s", code) : "rejected";
	if (!refuses_in_order(obs)) {
		e.right = observation_class(obs, t->arena);
		trial_expect(t, &e, obs->backend);
		return;
	}
	bool codeless = t->judge->profile && t->judge->profile->codes_optional && !first_code(obs);
	if (!code || codeless || has_code(obs, code))
		return;
	e.channel = CHANNEL_STDERR;
	e.locus = "stderr/code";
	e.right = arena_printf(t->arena, "rejected %s", list_codes(t, obs));
	trial_expect(t, &e, obs->backend);
}

/* Without a code to hold them to, the voices must at least name the same one first. */
static void compare_codes(struct trial *t)
{
	const struct observation *base = NULL;
	for (size_t i = 0; i < t->len; i++) {
		const struct observation *obs = &t->obs[i];
		const char *code = first_code(obs);
		if (!code || !refuses_in_order(obs))
			continue;
		if (!base) {
			base = obs;
			continue;
		}
		if (strcmp(first_code(base), code) == 0)
			continue;
		struct difference difference = {.channel = CHANNEL_STDERR,
						.kind = DIFF_CLASS,
						.locus = "stderr/code",
						.left = slice_of(first_code(base)),
						.right = slice_of(code),
						.left_class = first_code(base),
						.right_class = code};
		trial_add(t, &difference, base->backend, obs->backend);
	}
}

static void judge_expected_refusal(struct trial *t)
{
	if (t->frontend)
		expect_refusal(t, t->frontend);
	for (size_t i = 0; i < t->voice_len; i++)
		expect_refusal(t, &t->obs[t->voices[i]]);
	if (!t->test->expect_class)
		compare_codes(t);
	t->verdict = trial_blocks(t)    ? VERDICT_DIVERGE
		     : t->found.len > 0 ? VERDICT_LICENSED
					: VERDICT_AGREE;
}

bool judge_refusal(struct trial *t)
{
	if (t->test->expect == EXPECT_REJECT) {
		judge_expected_refusal(t);
		return true;
	}
	if (t->frontend && refuses_in_order(t->frontend)) {
		t->verdict = VERDICT_REJECTED;
		t->why = arena_printf(t->arena, "the frontend refused the program: %s",
				      describe(t, t->frontend));
		return true;
	}
	if (t->frontend && observation_is_rejected(t->frontend)) {
		struct expectation e = {
			.channel = CHANNEL_EXIT, .locus = "exit", .left = "accepted"};
		e.right = observation_class(t->frontend, t->arena);
		trial_expect(t, &e, t->frontend->backend);
		t->verdict = trial_blocks(t) ? VERDICT_DIVERGE : VERDICT_LICENSED;
		return true;
	}
	for (size_t i = 0; i < t->voice_len; i++)
		if (!refuses_in_order(&t->obs[t->voices[i]]))
			return false;
	if (t->voice_len == 0)
		return false;
	t->verdict = VERDICT_REJECTED;
	t->why = arena_printf(t->arena, "every backend refused the program: %s",
			      describe(t, &t->obs[t->canonical]));
	return true;
}

bool is_unsupported(struct trial *t, size_t voice)
{
	const char *class = t->normals[voice].error_class;
	return observation_is_rejected(&t->obs[voice]) ||
	       (class && strcmp(class, "native-unsupported") == 0);
}

static struct slice head_of(struct slice text, struct arena *arena)
{
	enum { HEAD_MAX = 512 };
	return arena_slice(arena, slice_make(text.ptr, text.len < HEAD_MAX ? text.len : HEAD_MAX));
}

bool judge_unsupported(struct trial *t, size_t voice)
{
	const struct observation *left = &t->obs[t->canonical];
	const struct observation *right = &t->obs[voice];

	if (!is_unsupported(t, voice) || is_unsupported(t, t->canonical))
		return false;
	struct difference difference = {
		.channel = CHANNEL_EXIT, .kind = DIFF_NATIVE_UNSUPPORTED, .locus = "exit"};
	difference.left_class = observation_class(left, t->arena);
	difference.right_class = observation_class(right, t->arena);
	difference.left = slice_of(difference.left_class);
	difference.right = slice_of(describe(t, right));
	/* A compiler that gave up without a diagnostic: the start of what it said. */
	if (!first_error(right) && right->err.len > 0)
		difference.right = head_of(slice_trim(right->err), t->arena);
	trial_add(t, &difference, left->backend, right->backend);
	return true;
}
