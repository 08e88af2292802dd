/* SPDX-License-Identifier: Apache-2.0 */
/* rule_internal: what the files that read one rule file share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "diff/rule.h"

struct rule_loader {
	struct rules *rules;
	const struct spec *spec;
	bool allow_stale;
	struct error *err;
};

/* The pattern of a grammar ("digits"), or NULL. */
const char *rule_grammar(const char *name);

/* A list of texts, none of them empty; NULL is an empty list. Borrows from the document. */
int rule_load_strings(const char ***out, size_t *len, const struct rule_loader *l,
		      const json_node *array);
/*
 * The "groups" of a rule whose pattern is compiled and whose record is known. Grammars compiled
 * before an error stay in rule->groups, for rules_free().
 */
int rule_load_groups(struct rule *rule, const struct rule_loader *l, const json_node *node);
