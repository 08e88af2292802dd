/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify: the order of decision and the list of divergences. Refusals are judged in
 * classify_refusal.c, expectations in classify_expect.c, the voice of another toolchain in
 * classify_witness.c, the effect of the rules in effect.c.
 */
#include "diff/classify.h"

#include <string.h>

#include "diff/classify_internal.h"

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICT_COUNT] = {
		[VERDICT_AGREE] = "agree",
		[VERDICT_DIVERGE] = "diverge",
		[VERDICT_LICENSED] = "licensed",
		[VERDICT_ALIKE_FAILURE] = "alike-failure",
		[VERDICT_REJECTED] = "rejected",
		[VERDICT_FLAKY] = "flaky",
		[VERDICT_INCONCLUSIVE] = "inconclusive",
		[VERDICT_WAIVED] = "waived",
	};
	return names[verdict];
}

bool verdict_is_ok(enum verdict verdict)
{
	return verdict == VERDICT_AGREE || verdict == VERDICT_LICENSED || verdict == VERDICT_WAIVED;
}

static const char *clause_of(const struct trial *t, const struct difference *difference)
{
	const char *clause = NULL;
	if (t->judge->contract)
		clause = contract_attribute(t->judge->contract, channel_name(difference->channel),
					    diff_kind_name(difference->kind), difference->locus);
	if (!clause && t->test->clause_len > 0)
		clause = t->test->clauses[0];
	if (!clause && difference->rule)
		clause = difference->rule->clause;
	return clause;
}

static const struct licence *licence_of(const struct trial *t, const struct divergence *d)
{
	const struct difference *diff = &d->diff;
	const char *sides[] = {d->right, d->left};
	bool strict = diff->kind == DIFF_EXPECTATION || diff->kind == DIFF_NATIVE_UNSUPPORTED;

	for (size_t i = 0; t->judge->contract && i < 2; i++) {
		const struct licence *licence =
			contract_licence(t->judge->contract, channel_name(diff->channel),
					 diff_kind_name(diff->kind), diff->locus, sides[i]);
		if (licence && (licence->kind || !strict))
			return licence;
	}
	return NULL;
}

static const char *class_of(const struct trial *t, const char *backend)
{
	for (size_t i = 0; i < t->len; i++)
		if (strcmp(t->obs[i].backend, backend) == 0)
			return observation_class(&t->obs[i], t->arena);
	return NULL;
}

static void add_with_clause(struct trial *t, const struct difference *difference, const char *left,
			    const char *right, const char *clause)
{
	struct divergence d = {.diff = *difference, .left = left, .right = right, .clause = clause};

	if (!d.diff.left_class)
		d.diff.left_class = class_of(t, left);
	if (!d.diff.right_class)
		d.diff.right_class = class_of(t, right);
	d.spec_gap = clause == NULL;
	d.licence = licence_of(t, &d);
	vec_push(&t->found, d);
}

void trial_add(struct trial *t, const struct difference *difference, const char *left,
	       const char *right)
{
	add_with_clause(t, difference, left, right, clause_of(t, difference));
}

void trial_expect(struct trial *t, const struct expectation *expectation, const char *backend)
{
	const char *left = arena_strdup(t->arena, expectation->left);
	const char *right = arena_strdup(t->arena, expectation->right);
	struct difference difference = {.channel = expectation->channel,
					.kind = DIFF_EXPECTATION,
					.locus = expectation->locus,
					.left = slice_of(left),
					.right = slice_of(right),
					.left_class = left,
					.right_class = right,
					.rule = expectation->rule};
	const char *clause =
		expectation->rule ? expectation->rule->clause : clause_of(t, &difference);
	/* A breach's text is the program's: classes are part of an identity, so they must not hold
	 * it. */
	if (expectation->rule) {
		difference.left_class = "in its grammar";
		difference.right_class = "outside its grammar";
	}
	add_with_clause(t, &difference, "spec", backend, clause);
}

bool trial_blocks(const struct trial *t)
{
	for (size_t i = 0; i < t->found.len; i++)
		if (!t->found.items[i].licence)
			return true;
	return false;
}

bool trial_blocks_backend(const struct trial *t, const char *backend)
{
	for (size_t i = 0; i < t->found.len; i++)
		if (!t->found.items[i].licence && strcmp(t->found.items[i].right, backend) == 0)
			return true;
	return false;
}

static void find_voices(struct trial *t)
{
	bool has_canonical = false;

	t->voices = ARENA_ARRAY(t->arena, size_t, t->len + 1);
	for (size_t i = 0; i < t->len; i++) {
		bool first = i == 0 || strcmp(t->obs[i - 1].backend, t->obs[i].backend) != 0;
		if (t->obs[i].role == ROLE_FRONTEND) {
			if (!t->frontend)
				t->frontend = &t->obs[i];
			continue;
		}
		if (!first)
			continue;
		if (t->obs[i].role == ROLE_CANONICAL && !has_canonical) {
			has_canonical = true;
			t->canonical = i;
		}
		t->voices[t->voice_len++] = i;
	}
	if (!has_canonical && t->voice_len > 0)
		t->canonical = t->voices[0];
}

static int normalize_all(struct trial *t)
{
	const struct rules *rules = t->judge->rules;
	size_t base = t->voice_len > 0 ? t->canonical : 0;

	t->normals = ARENA_ARRAY(t->arena, struct normal, t->len + 1);
	if (t->len == 0)
		return 0;
	int r = normalize(&t->normals[base], rules, &t->obs[base], t->skip, t->arena, t->err);
	for (size_t i = 0; i < t->len && r == 0; i++)
		if (i != base)
			r = normalize_like(&t->normals[i], &t->normals[base], &t->obs[i], t->arena,
					   t->err);
	return r;
}

static const char *why_unsettled(const struct trial *t, const struct observation *obs)
{
	const char *phase = phase_name(obs->phase);
	if (obs->files_cut && obs->end != END_LEAK && !observation_is_inconclusive(obs))
		return arena_printf(t->arena, "%s left more files than can be compared",
				    obs->backend);
	switch (obs->end) {
	case END_TIMEOUT:
		return arena_printf(t->arena, "%s met the time limit (%s)", obs->backend, phase);
	case END_MEMORY_LIMIT:
		return arena_printf(t->arena, "%s met the memory limit (%s)", obs->backend, phase);
	case END_OUTPUT_LIMIT:
		return arena_printf(t->arena, "%s met the output limit (%s)", obs->backend, phase);
	case END_CPU_LIMIT:
		return arena_printf(t->arena, "%s met the limit of processor time (%s)",
				    obs->backend, phase);
	case END_FILE_LIMIT:
		return arena_printf(t->arena, "%s met the file size limit (%s)", obs->backend,
				    phase);
	case END_PROCESS_LIMIT:
		return arena_printf(t->arena, "%s met the limit of processes (%s)", obs->backend,
				    phase);
	case END_DISK_LIMIT:
		return arena_printf(t->arena, "%s met the limit of disk space (%s)", obs->backend,
				    phase);
	case END_LOST:
		return arena_printf(t->arena,
				    "%s was lost: the process watching it was killed (%s)",
				    obs->backend, phase);
	case END_LEAK:
		return arena_printf(t->arena,
				    "%s ended, but something it started kept its output open (%s)",
				    obs->backend, phase);
	default:
		return arena_printf(t->arena, "%s could not start (%s): %s", obs->backend, phase,
				    obs->why ? obs->why : "no reason given");
	}
}

static bool is_unsettled(const struct observation *obs)
{
	return obs->end == END_LEAK || obs->files_cut || observation_is_inconclusive(obs);
}

/* A run that did not end by itself proves nothing, but that only one side did so is worth showing.
 */
static void list_ends(struct trial *t)
{
	const struct observation *left = &t->obs[t->canonical];
	for (size_t i = 0; i < t->voice_len; i++) {
		const struct observation *right = &t->obs[t->voices[i]];
		if (right == left || left->end == right->end)
			continue;
		if (!is_unsettled(left) && !is_unsettled(right))
			continue;
		struct difference difference = {
			.channel = CHANNEL_EXIT, .kind = DIFF_CLASS, .locus = "exit"};
		difference.left_class = observation_class(left, t->arena);
		difference.right_class = observation_class(right, t->arena);
		difference.left = slice_of(difference.left_class);
		difference.right = slice_of(difference.right_class);
		trial_add(t, &difference, left->backend, right->backend);
	}
}

static bool judge_unsettled(struct trial *t)
{
	for (size_t i = 0; i < t->len && !t->why; i++)
		if (is_unsettled(&t->obs[i]))
			t->why = why_unsettled(t, &t->obs[i]);
	if (!t->why && t->voice_len == 0 && !t->frontend)
		t->why = "nothing ran";
	if (!t->why)
		return false;
	t->verdict = VERDICT_INCONCLUSIVE;
	if (t->voice_len > 0)
		list_ends(t);
	return true;
}

static int add_all(struct trial *t, size_t left, size_t right)
{
	struct difference *differences = NULL;
	size_t len = 0;
	int r = compare(&differences, &len, &t->normals[left], &t->normals[right], t->arena,
			t->err);
	for (size_t i = 0; i < len && r == 0; i++)
		trial_add(t, &differences[i], t->obs[left].backend, t->obs[right].backend);
	return r;
}

/* Attempts of one backend against its first. 1 when one disagrees. */
static int judge_repeats(struct trial *t)
{
	size_t first = 0;
	for (size_t i = 1; i < t->len; i++) {
		if (strcmp(t->obs[i].backend, t->obs[first].backend) != 0) {
			first = i;
			continue;
		}
		size_t before = t->found.len;
		int r = add_all(t, first, i);
		if (r < 0)
			return r;
		if (!trial_blocks(t)) {
			/* What is licensed is told by the comparison of the backends. */
			t->found.len = before;
			continue;
		}
		t->verdict = VERDICT_FLAKY;
		t->why = arena_printf(t->arena,
				      "%s disagrees with itself: attempts %d and %d differ at %s",
				      t->obs[i].backend, t->obs[first].attempt, t->obs[i].attempt,
				      t->found.items[before].diff.locus);
		return 1;
	}
	return 0;
}

/* Every voice but those that `is_left_out` against the canonical one. */
static int compare_voices(struct trial *t, bool (*is_left_out)(struct trial *t, size_t voice))
{
	for (size_t i = 0; i < t->voice_len; i++) {
		size_t voice = t->voices[i];
		if (voice == t->canonical || is_left_out(t, voice))
			continue;
		int r = add_all(t, t->canonical, voice);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * A program that should have been refused and was not must still mean one thing to all who ran it.
 * Whoever refused it is right, and no side in this.
 */
static int compare_accepted(struct trial *t)
{
	if (t->test->expect != EXPECT_REJECT || t->voice_len == 0 ||
	    is_unsupported(t, t->canonical))
		return 0;
	return compare_voices(t, is_unsupported);
}

static const char *message_of(const struct normal *normal)
{
	for (size_t i = 0; i < normal->err_len; i++)
		if (normal->err_items[i].kind == ITEM_RECORD)
			return json_string(json_get(normal->err_items[i].json, "message"));
	return NULL;
}

static void settle(struct trial *t)
{
	const struct normal *canonical = &t->normals[t->canonical];
	bool failed = t->test->expect == EXPECT_OK && !has_succeeded(canonical->obs);

	if (trial_blocks(t)) {
		t->verdict = VERDICT_DIVERGE;
	} else if (failed) {
		const char *message = message_of(canonical);
		t->verdict = VERDICT_ALIKE_FAILURE;
		t->why = arena_printf(
			t->arena, "every backend ended with %s%s%s, but the case expects success",
			observation_class(canonical->obs, t->arena), message ? ": " : "",
			message ? message : "");
	} else if (t->voice_len == 1 && t->test->expect == EXPECT_OK && !t->test->has_golden) {
		t->verdict = VERDICT_INCONCLUSIVE;
		t->why = "only one backend ran and the case has no golden, so nothing was compared";
	} else {
		t->verdict = t->found.len > 0 ? VERDICT_LICENSED : VERDICT_AGREE;
	}
}

int trial_run(struct trial *t)
{
	find_voices(t);
	if (judge_unsettled(t))
		return 0;
	int r = normalize_all(t);
	if (r == 0)
		r = judge_repeats(t);
	if (r != 0)
		return r < 0 ? r : 0;
	if (judge_refusal(t))
		return compare_accepted(t);
	if (t->voice_len == 0) {
		t->verdict = VERDICT_INCONCLUSIVE;
		t->why = "no backend ran, so nothing was compared";
		return 0;
	}
	r = compare_voices(t, judge_unsupported);
	if (r == 0)
		r = judge_expectation(t);
	if (r < 0)
		return r;
	judge_breaches(t);
	settle(t);
	return 0;
}

void trial_done(struct trial *t)
{
	for (size_t i = 0; t->normals && i < t->len; i++)
		normal_done(&t->normals[i]);
	vec_done(&t->found);
	t->normals = NULL;
}

/* Copy the list, what blocks before what is licensed. */
static void hand_over(struct judgement *out, const struct trial *t)
{
	out->verdict = t->verdict;
	out->why = t->why;
	out->divergences = ARENA_ARRAY(t->arena, struct divergence, t->found.len + 1);
	for (int licensed = 0; licensed < 2; licensed++)
		for (size_t i = 0; i < t->found.len; i++)
			if ((t->found.items[i].licence != NULL) == licensed)
				out->divergences[out->divergence_len++] = t->found.items[i];
}

int judge_case(struct judgement *out, const struct judge *judge, const struct test_case *test,
	       const struct observation *obs, size_t len, struct arena *arena, struct error *err)
{
	struct judgement made = {0};
	size_t own = 0;
	while (own < len && obs[own].role != ROLE_WITNESS)
		own++;
	struct trial t = {
		.judge = judge, .test = test, .obs = obs, .len = own, .arena = arena, .err = err};

	int r = trial_run(&t);
	if (r == 0) {
		hand_over(&made, &t);
		r = measure_effects(&made, &t);
	}
	if (r == 0 && own < len)
		r = judge_witness(&made, &t, &obs[own]);
	trial_done(&t);
	if (r < 0)
		return error_wrap(err, r, "case '%s'", test->name);
	*out = made;
	return 0;
}
