/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match: what the rules find in one stream, as places in its raw bytes. Every rule reads the raw
 * bytes, never what another rule made of them; where two claim the same bytes the one earlier in
 * the file wins.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "base/vec.h"
#include "diff/rule.h"

/* Bytes that the comparison sees as `text`. */
struct edit {
	size_t start;
	size_t end;
	struct slice text;
	const struct rule *rule; /* NULL: the run's own folder, which is not the program's doing */
	size_t match; /* serial number, so that the edits of one match count as one hit */
};

/* Bytes that become a record. */
struct record_span {
	size_t start;
	size_t end;
	const struct rule *rule;
	const struct re_group *groups; /* as rule->groups */
	const bool *broken;            /* as rule->groups: outside its grammar, so not masked */
};

/* A group that does not fit the grammar its rule's clause gives it. */
struct misfit {
	size_t start;
	struct slice text;
	const struct rule *rule;
	const struct rule_group *group;
};

struct rule_count {
	const struct rule *rule;
	size_t hits;
	size_t masked_bytes;
	size_t overlaps; /* places lost to an earlier rule */
};

struct found {
	VEC(struct edit) edits;          /* by start, disjoint */
	VEC(struct record_span) records; /* by start, disjoint */
	VEC(struct misfit) misfits;
	VEC(struct rule_count) counts; /* of the rules that matched */
};

/* All rules of `channel` that apply to `obs`, but `skip`. Negative: a limit of a pattern was met.
 */
int match_rules(struct found *out, const struct rules *rules, const struct observation *obs,
		enum channel channel, const struct rule *skip, struct arena *arena,
		struct error *err);
void found_done(struct found *found);

/* The bytes of a range with the edits that lie wholly inside; `quoted` puts them in JSON's quotes.
 */
struct slice found_text(const struct found *found, struct slice stream, size_t start, size_t end,
			bool quoted, struct arena *arena);
/* The rule of the last edit inside a range, or NULL. */
const struct rule *found_rule(const struct found *found, size_t start, size_t end);
