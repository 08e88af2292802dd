/* SPDX-License-Identifier: Apache-2.0 */
/*
 * normalize: an observation under the rules. Streams become items in order: a text line, a JSON
 * line, or a record that a rule projected. Pure: same input, same result.
 *
 * No byte is lost on the way: a line that is not JSON stays the bytes it was, and a record's field
 * that is not UTF-8 (or holds a NUL) becomes escaped text behind "(escaped) ", so that different
 * bytes are always different text. A volatile or one-of group that does not fit its grammar is not
 * masked: in a line it stays as it stands, in a record it becomes a field; and it is listed as a
 * breach, because a backend that prints pid=x breaks the clause even where every backend does so.
 *
 * The work directory of a run, obs->work_dir, reads as "${dir}" without any rule: its name is ours.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "base/slice.h"
#include "diff/rule.h"
#include "oracles/observe.h"

enum item_kind { ITEM_TEXT, ITEM_JSON, ITEM_RECORD };

struct item {
	enum item_kind kind;
	struct slice raw;        /* the bytes it came from, for people */
	struct slice text;       /* ITEM_TEXT, ITEM_JSON: after masking, no LF */
	bool has_newline;        /* the line ended in LF */
	const json_node *json;   /* ITEM_JSON, ITEM_RECORD */
	const char *record;      /* ITEM_RECORD: its kind, "error" */
	const struct rule *rule; /* the one that made or last masked it, or NULL */
	size_t start;            /* offset of `raw` in the stream */
};

/* Which rule did what, for effect accounting. */
struct rule_hit {
	const struct rule *rule;
	enum channel channel;
	size_t hits;
	size_t masked_bytes;
	size_t overlaps; /* places it lost to a rule earlier in the file */
};

/* A group outside the grammar that its rule's clause gives it. */
struct breach {
	const struct rule *rule;
	const char *group;
	enum channel channel;
	size_t item;       /* index of the item it stands in */
	bool in_record;    /* then it is also a field of that item */
	struct slice text; /* what stands there */
};

struct normal_json; /* owns the nodes that items point to */

struct normal {
	const struct observation *obs;
	struct item *out_items;
	size_t out_len;
	struct item *err_items;
	size_t err_len;
	struct rule_hit *hits;
	size_t hit_len;
	struct breach *breaches;
	size_t breach_len;
	const struct rules *rules;
	const struct rule *skip;
	struct normal_json *owned;
	const char *error_class; /* "class" of the first error record, or NULL */
};

/*
 * A rule that meets a limit of its pattern is an error, never "unchanged". `skip` leaves one rule
 * out, for leave-one-out; NULL skips none. Items and texts are from `arena` or borrow from `obs`;
 * free the JSON with normal_done. `out` is untouched on failure.
 */
int normalize(struct normal *out, const struct rules *rules, const struct observation *obs,
	      const struct rule *skip, struct arena *arena, struct error *err);
/*
 * The same result, but a stream that is byte-equal to that of `twin`, and in which the rules that
 * speak for one of them alone find nothing, is shared with it instead of read again: the same items
 * are then at the same address. `twin` must outlive `out`.
 */
int normalize_like(struct normal *out, const struct normal *twin, const struct observation *obs,
		   struct arena *arena, struct error *err);
void normal_done(struct normal *normal);

/* One reading stands for both, or the same rules shape both: then equal bytes are equal
 * observations. */
bool normal_same_rules(const struct normal *a, const struct normal *b, enum channel channel);
/* The bytes of a stream, whatever was kept of it. */
struct slice normal_raw(const struct normal *normal, enum channel channel);
