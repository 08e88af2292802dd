/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify_witness: the voice of another toolchain, held against the one under test when its
 * verdict stands. Three against one, the one being the witness, asks the specification who is
 * right; where the toolchain differs within itself, the witness says whom it sides with.
 */
#include "diff/classify_internal.h"

#include <string.h>

#include "base/buf.h"

const struct licence witness_licence = {
	.id = "witness",
	.reason = "only the witness differs, which is a question to the specification",
};

const char *witness_view_name(enum witness_view view)
{
	static const char *const names[WITNESS_COUNT] = {
		[WITNESS_NONE] = "none",           [WITNESS_AGREES] = "agrees",
		[WITNESS_DIFFERS] = "differs",     [WITNESS_SIDES] = "sides",
		[WITNESS_UNSETTLED] = "unsettled",
	};
	return names[view];
}

struct hearing {
	struct trial *t;
	const struct observation *witness;
	struct normal normal;
	VEC(const char *) with; /* names of the voices that show what the witness shows */
	VEC(const char *) against;
};

/* Where two voices differ, unlicensed; `*len` of them. A refusal is compared as such: the words of
 * two toolchains about one mistake are their own. */
static int differences(struct difference **out, size_t *len, struct hearing *h, size_t voice)
{
	struct trial *t = h->t;
	const struct observation *left = &t->obs[voice];
	bool refused[] = {observation_is_rejected(left), observation_is_rejected(h->witness)};
	size_t kept = 0;
	int r = 0;

	*len = 0;
	*out = NULL;
	if (refused[0] && refused[1])
		return 0;
	if (refused[0] != refused[1]) {
		*out = ARENA_NEW(t->arena, struct difference);
		**out = (struct difference){.channel = CHANNEL_EXIT, .locus = "exit"};
		(*out)->left_class = observation_class(left, t->arena);
		(*out)->right_class = observation_class(h->witness, t->arena);
		(*out)->left = slice_of((*out)->left_class);
		(*out)->right = slice_of((*out)->right_class);
		*len = 1;
		return 0;
	}
	r = compare(out, len, &t->normals[voice], &h->normal, t->arena, t->err);
	for (size_t i = 0; i < *len && r == 0; i++) {
		const struct difference *d = &(*out)[i];
		const char *names[] = {left->backend, h->witness->alias};
		bool licensed = false;

		for (size_t n = 0; n < 2 && t->judge->contract; n++)
			licensed = licensed ||
				   (names[n] &&
				    contract_licence(t->judge->contract, channel_name(d->channel),
						     diff_kind_name(d->kind), d->locus, names[n]));
		if (!licensed)
			(*out)[kept++] = *d;
	}
	*len = kept;
	return r;
}

/* "ast, native and aot". */
static void add_names(struct buf *out, const char *const *names, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_addf(out, "%s%s", i == 0 ? "" : i + 1 == len ? " and " : ", ", names[i]);
}

static const char *sentence(struct hearing *h, enum witness_view view)
{
	struct buf text = BUF_INIT(0);
	const char *name = h->witness->backend;
	const char *said;

	if (view == WITNESS_DIFFERS && h->t->frontend && observation_is_rejected(h->t->frontend)) {
		buf_addf(&text, "the frontend refuses it for every backend, the witness %s differs",
			 name);
	} else if (view == WITNESS_DIFFERS) {
		add_names(&text, h->against.items, h->against.len);
		buf_addf(&text, "%s, the witness %s differs",
			 h->against.len > 1 ? " agree" : " stands alone", name);
	} else if (h->with.len == 0) {
		buf_addf(&text, "the witness %s agrees with none of ", name);
		add_names(&text, h->against.items, h->against.len);
	} else {
		vec_push(&h->with, arena_printf(h->t->arena, "the witness %s", name));
		add_names(&text, h->with.items, h->with.len);
		buf_adds(&text, " against ");
		add_names(&text, h->against.items, h->against.len);
	}
	said = arena_strdup(h->t->arena, buf_str(&text));
	buf_done(&text);
	return said;
}

/* The toolchain's own voices show the same: no unlicensed difference between two of them. */
static bool agree_among_themselves(const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->divergence_len; i++)
		if (!judgement->divergences[i].licence &&
		    strcmp(judgement->divergences[i].left, "spec") != 0)
			return false;
	return true;
}

static const char *clause_of_case(const struct trial *t)
{
	return t->test->clause_len > 0 ? t->test->clauses[0] : NULL;
}

static void list_questions(struct judgement *out, struct hearing *h, const char *left,
			   const struct difference *found, size_t len)
{
	struct divergence *all =
		ARENA_ARRAY(h->t->arena, struct divergence, out->divergence_len + len);

	if (out->divergence_len)
		memcpy(all, out->divergences, out->divergence_len * sizeof(*all));
	for (size_t i = 0; i < len; i++) {
		struct divergence *d = &all[out->divergence_len + i];

		*d = (struct divergence){.diff = found[i],
					 .left = left,
					 .right = h->witness->backend,
					 .clause = clause_of_case(h->t),
					 .licence = &witness_licence};
		d->diff.kind = DIFF_WITNESS;
		d->spec_gap = d->clause == NULL;
		if (!d->diff.left_class)
			d->diff.left_class =
				observation_class(&h->t->obs[h->t->canonical], h->t->arena);
		if (!d->diff.right_class)
			d->diff.right_class = observation_class(h->witness, h->t->arena);
	}
	out->divergences = all;
	out->divergence_len += len;
}

static int hear(struct judgement *out, struct hearing *h)
{
	struct trial *t = h->t;
	struct difference *first = NULL; /* against the canonical voice, or the frontend alone */
	size_t first_len = 0;
	size_t frontend = t->frontend ? (size_t)(t->frontend - t->obs) : 0;
	size_t base = t->voice_len ? t->canonical : frontend;
	int r = normalize_like(&h->normal, &t->normals[base], h->witness, t->arena, t->err);

	for (size_t i = 0; i < t->voice_len + (t->voice_len == 0) && r == 0; i++) {
		size_t voice = t->voice_len ? t->voices[i] : frontend;
		struct difference *found = NULL;
		size_t len = 0;

		r = differences(&found, &len, h, voice);
		if (voice == base) {
			first = found;
			first_len = len;
		}
		if (len)
			vec_push(&h->against, t->obs[voice].backend);
		else
			vec_push(&h->with, t->obs[voice].backend);
	}
	if (r < 0)
		return r;
	if (h->against.len == 0)
		out->witness = WITNESS_AGREES;
	else if (first_len && h->with.len == 0 && agree_among_themselves(out))
		out->witness = WITNESS_DIFFERS;
	else
		out->witness = WITNESS_SIDES;
	if (out->witness == WITNESS_DIFFERS)
		list_questions(out, h, t->obs[base].backend, first, first_len);
	if (out->witness != WITNESS_AGREES)
		out->witness_says = sentence(h, out->witness);
	return 0;
}

int judge_witness(struct judgement *out, struct trial *t, const struct observation *witness)
{
	struct hearing h = {.t = t, .witness = witness};
	int r = 0;

	if (out->verdict == VERDICT_INCONCLUSIVE || out->verdict == VERDICT_FLAKY || t->len == 0)
		return 0;
	if (witness->end == END_LEAK || witness->files_cut ||
	    observation_is_inconclusive(witness)) {
		out->witness = WITNESS_UNSETTLED;
		out->witness_says =
			arena_printf(t->arena, "the witness %s did not come to an end: %s",
				     witness->backend, end_name(witness->end));
		return 0;
	}
	r = hear(out, &h);
	normal_done(&h.normal);
	vec_done(&h.with);
	vec_done(&h.against);
	return r;
}
