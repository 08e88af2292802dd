/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify_expect: the specification as one more voice. What the case or a rule's clause demands is
 * held against what ran, also where all backends agree with each other.
 */
#include "diff/classify_internal.h"

#include <string.h>

#include "base/buf.h"
#include "base/digest.h"

bool has_succeeded(const struct observation *obs)
{
	if (obs->end != END_EXIT || obs->phase != PHASE_RUN)
		return false;
	return obs->meaning ? strcmp(obs->meaning, "success") == 0 : obs->code == 0;
}

/* The error class of its record; a profile without such rules has the meaning of the exit code. */
static const char *error_class_of(const struct normal *normal)
{
	return normal->error_class ? normal->error_class : normal->obs->meaning;
}

static bool expect_end(struct trial *t, size_t voice)
{
	const struct normal *normal = &t->normals[voice];
	const struct observation *obs = normal->obs;
	const char *wanted = t->test->expect_class;
	struct expectation e = {.channel = CHANNEL_EXIT, .locus = "exit"};

	if (t->test->expect != EXPECT_ERROR)
		return true;
	e.left = wanted ? arena_printf(t->arena, "error %s", wanted) : "error";
	if (has_succeeded(obs) || obs->end != END_EXIT || obs->phase != PHASE_RUN) {
		e.right = observation_class(obs, t->arena);
		trial_expect(t, &e, obs->backend);
		return false;
	}
	const char *class = error_class_of(normal);
	if (!wanted || (class && strcmp(class, wanted) == 0))
		return true;
	e.channel = CHANNEL_STDERR;
	e.locus = "stderr/class";
	e.right = class ? arena_printf(t->arena, "error %s", class) : "no error class";
	trial_expect(t, &e, obs->backend);
	return false;
}

static int expect_golden(struct trial *t, size_t voice)
{
	const struct observation *obs = &t->obs[voice];
	struct observation golden = {.backend = "spec", .role = obs->role, .phase = PHASE_RUN};
	struct observation shown = *obs;
	struct normal left = {0};
	struct normal right = {0};

	if (!obs->truncated && slice_eq(obs->out, t->test->golden))
		return 0;
	golden.out = t->test->golden.ptr ? t->test->golden : SLICE_EMPTY;
	golden.out_total = golden.out.len;
	digest_hex(golden.out_sha256, golden.out);
	/* The bytes as printed: a golden is no backend, so no rule speaks for it. The end is judged
	 * apart. */
	shown.err = SLICE_EMPTY;
	shown.end = END_EXIT;
	int r = normalize(&left, NULL, &golden, NULL, t->arena, t->err);
	if (r == 0)
		r = normalize(&right, NULL, &shown, NULL, t->arena, t->err);
	const struct difference *first = NULL;
	if (r == 0)
		first = compare_first(&left, &right, CHANNEL_STDOUT, t->arena);
	if (first) {
		struct difference difference = *first;
		difference.kind = DIFF_EXPECTATION;
		difference.left_class = "golden";
		trial_add(t, &difference, "spec", obs->backend);
	}
	normal_done(&left);
	normal_done(&right);
	return r;
}

int judge_expectation(struct trial *t)
{
	bool met = expect_end(t, t->canonical);
	/* The others are held to the canonical backend; what licences let through is held to the
	 * case. */
	for (size_t i = 0; i < t->voice_len && met; i++) {
		size_t voice = t->voices[i];
		if (voice != t->canonical && !trial_blocks_backend(t, t->obs[voice].backend))
			(void)expect_end(t, voice);
	}
	return t->test->has_golden ? expect_golden(t, t->canonical) : 0;
}

static bool is_listed(const struct trial *t, enum channel channel, const char *locus,
		      const char *backend)
{
	for (size_t i = 0; i < t->found.len; i++) {
		const struct divergence *d = &t->found.items[i];
		if (d->diff.channel == channel && strcmp(d->diff.locus, locus) == 0 &&
		    (strcmp(d->right, backend) == 0 || strcmp(d->left, backend) == 0))
			return true;
	}
	return false;
}

static void judge_breach(struct trial *t, size_t voice, const struct breach *breach)
{
	const char *backend = t->obs[voice].backend;
	const char *stream = channel_name(breach->channel);
	struct expectation e = {.channel = breach->channel, .rule = breach->rule};

	e.locus = breach->in_record ? arena_printf(t->arena, "%s[%zu]/%s/%s", stream, breach->item,
						   breach->rule->record, breach->group)
				    : arena_printf(t->arena, "%s[%zu]", stream, breach->item);
	/* One cause, one divergence: a difference there or the canonical backend's breach tells it.
	 */
	if (is_listed(t, breach->channel, e.locus, backend) ||
	    (voice != t->canonical &&
	     is_listed(t, breach->channel, e.locus, t->obs[t->canonical].backend)))
		return;
	struct buf shown = BUF_INIT(0);
	buf_add_escaped(&shown, slice_make(breach->text.ptr,
					   breach->text.len < 200 ? breach->text.len : 200));
	e.left = arena_printf(t->arena, "<%s>", breach->group);
	e.right = arena_strdup(t->arena, buf_str(&shown));
	buf_done(&shown);
	trial_expect(t, &e, backend);
}

void judge_breaches(struct trial *t)
{
	const struct normal *canonical = &t->normals[t->canonical];
	for (size_t k = 0; k < canonical->breach_len; k++)
		judge_breach(t, t->canonical, &canonical->breaches[k]);
	for (size_t i = 0; i < t->voice_len; i++) {
		const struct normal *normal = &t->normals[t->voices[i]];
		for (size_t k = 0; t->voices[i] != t->canonical && k < normal->breach_len; k++)
			judge_breach(t, t->voices[i], &normal->breaches[k]);
	}
}
