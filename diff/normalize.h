/* SPDX-License-Identifier: Apache-2.0 */
/*
 * normalize: an observation under the rules. Streams become items in order: a text line, a JSON line,
 * or a record that a rule projected. Pure: same input, same result.
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
	struct slice text;       /* ITEM_TEXT: after masking, no LF */
	bool has_newline;        /* the line ended in LF */
	const json_node *json;   /* ITEM_JSON, ITEM_RECORD */
	const char *record;      /* ITEM_RECORD: its kind, "error" */
	const struct rule *rule; /* the one that made or last masked it, or NULL */
};

/* Which rule did what, for effect accounting. */
struct rule_hit {
	const struct rule *rule;
	enum channel channel;
	size_t hits;
	size_t masked_bytes;
};

struct normal {
	const struct observation *obs;
	struct item *out_items;
	size_t out_len;
	struct item *err_items;
	size_t err_len;
	struct rule_hit *hits;
	size_t hit_len;
	const char *error_class; /* "class" of the first error record, or NULL */
};

/* A rule that meets a limit, or a volatile group outside its grammar, is an error (never "unchanged");
 * `skip` leaves one rule out, for leave-one-out; NULL skips none. Free with normal_done: the JSON. */
int normalize(struct normal *out, const struct rules *rules, const struct observation *obs,
	      const struct rule *skip, struct arena *arena, struct error *err);
void normal_done(struct normal *normal);
