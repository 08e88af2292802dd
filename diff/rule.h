/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule: a declared, clause-bound way in which observations may differ. The JSON form is documented
 * in diff/rules/README.md. A rule set is immutable after loading.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "base/re.h"
#include "oracles/observe.h"
#include "spec/clause.h"

/* What a group of the pattern is to the comparison. */
enum group_use {
	GROUP_PROJECT,  /* becomes the field of the observation's record */
	GROUP_VOLATILE, /* masked, but must match its grammar on every backend */
	GROUP_EQUAL,    /* stays where it is and must agree */
	GROUP_ONE_OF,   /* masked, must be one of the listed words */
};

struct rule_group {
	const char *name;
	enum group_use use;
	struct re *grammar; /* of volatile groups: digits, hex, word, any, or a pattern; anchored */
	const char **one_of;
	size_t one_of_len;
	bool unescape_crlf; /* "\\n" and "\\r" back to the bytes they stand for */
	bool json;          /* a value that is JSON text is compared as JSON */
	int number;         /* of the group in `re` */
};

struct rule {
	const char *id;
	const char *clause;
	const char *clause_sha256; /* what was ratified */
	const char *reason;        /* why this may differ, for people */
	const char *template_text; /* or NULL when it carries its own pattern */
	const char *pattern;
	enum channel channel;
	const char **backends; /* roles or names it applies to; empty: all */
	size_t backend_len;
	struct re *re;
	struct rule_group *groups;
	size_t group_len;
	const char *record;    /* kind of record a projection makes, "error"; NULL: mask only */
	const char **set_keys; /* constant fields of that record */
	const char **set_values;
	size_t set_len;
	bool unordered; /* the separated parts of the match compare as a multiset */
	size_t line;    /* where it stands in the rule file, from 1 */
};

struct rules {
	struct json_doc *doc;
	const char *path;
	struct rule *rules; /* in file order, which is the order of application */
	size_t len;
	char sha256[DIGEST_HEX_SIZE]; /* of the file: identity of the rule set */
	struct arena arena;           /* owns what the rules point to, but for their struct re */
};

/*
 * Load and compile. Broken JSON, a bad pattern or grammar, an unknown clause, a template that does
 * not stand in its clause, a clause whose hash differs from the ratified one (the rule is stale):
 * input error "path:line: rule 'ID' is stale: clause 'C' (FILE:LINE) changed ... ratify it with
 * ...". With `allow_stale` the last two are tolerated, for listing and ratifying.
 */
int rules_load(struct rules **out, const char *path, const struct spec *spec, bool allow_stale,
	       struct error *err);
struct rules *rules_free(struct rules *rules); /* returns NULL */
void rules_freep(struct rules **rules);
const struct rule *rules_find(const struct rules *rules, const char *id);
/* The clause is gone or has another hash than the ratified one, or the template is not in its text.
 */
bool rule_is_stale(const struct rule *rule, const struct spec *spec);
/* The template, white space folded, stands in the clause's text. True for a rule with its own
 * pattern. */
bool rule_stands_in(const struct rule *rule, const struct clause *clause);
/* Named by the backend's name or role, or for all. */
bool rule_applies(const struct rule *rule, const struct observation *obs);
const struct rule_group *rule_find_group(const struct rule *rule, const char *name);

/*
 * Rewrite the rule file with the clause's present hash and a dated reason; atomic. Every other byte
 * stays. Input error: unknown rule, an empty reason, a rule that is not stale, or a template that
 * does not stand in the clause (then the rule must be rewritten first).
 */
int rules_ratify(const char *path, const char *id, const struct spec *spec, const char *reason,
		 struct error *err);
