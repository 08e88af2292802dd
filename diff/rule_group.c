/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule_group: what a rule says of each group of its pattern. Every group is named there, has the
 * keys of its use and no others, and a grammar that compiles; the rule around it is rule.c.
 */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "diff/rule_internal.h"

static const struct grammar {
	const char *name;
	const char *pattern;
} grammars[] = {
	{"digits", "[0-9]+"},
	{"hex", "[0-9A-Fa-f]+"},
	{"word", "[^ \\t\\r\\n]+"},
	{"any", "[^\\n]*"},
};

int rule_load_strings(const char ***out, size_t *len, const struct rule_loader *l,
		      const json_node *array)
{
	size_t count = 0;
	const char **items = ARENA_ARRAY(&l->rules->arena, const char *, json_len(array) + 1);
	json_each (array, item) {
		if (!json_string(item) || !*json_string(item))
			return json_error(l->rules->doc, item, l->err,
					  "an item of the list is not a text");
		items[count++] = json_string(item);
	}
	*out = items;
	*len = count;
	return 0;
}

const char *rule_grammar(const char *name)
{
	for (size_t i = 0; name && i < sizeof(grammars) / sizeof(grammars[0]); i++)
		if (strcmp(grammars[i].name, name) == 0)
			return grammars[i].pattern;
	return NULL;
}

static int load_grammar(struct rule_group *group, const struct rule_loader *l,
			const json_node *node, const struct rule *rule)
{
	const char *name = NULL;
	const char *pattern = NULL;
	int r = json_opt_string(&name, l->rules->doc, node, "grammar", l->err);
	if (r == 0)
		r = json_opt_string(&pattern, l->rules->doc, node, "pattern", l->err);
	if (r < 0)
		return r;
	if (!name == !pattern)
		return json_error(l->rules->doc, node, l->err,
				  "volatile group '%s' of rule '%s' needs either 'grammar' or "
				  "'pattern'",
				  group->name, rule->id);
	if (name)
		pattern = rule_grammar(name);
	if (!pattern)
		return json_error(
			l->rules->doc, json_get(node, "grammar"), l->err,
			"unknown grammar '%s' of group '%s', known are digits, hex, word, any",
			name, group->name);
	CLEANUP(buf_done) struct buf whole = BUF_INIT(0);
	buf_addf(&whole, "\\A(?:%s)\\z", pattern);
	struct error why = ERROR_INIT;
	if (re_compile(&group->grammar, buf_slice(&whole), 0, &why) < 0)
		return json_error(l->rules->doc, node, l->err, "group '%s' of rule '%s': %s",
				  group->name, rule->id, why.message);
	return 0;
}

static int load_use(struct rule_group *group, const struct rule_loader *l, const json_node *node,
		    const struct rule *rule)
{
	static const char *const names[] = {"project", "volatile", "equal", "one-of"};
	const char *use = NULL;
	int r = json_member_string(&use, l->rules->doc, node, "use", l->err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], use) == 0) {
			group->use = (enum group_use)i;
			return 0;
		}
	}
	return json_error(
		l->rules->doc, json_get(node, "use"), l->err,
		"unknown use '%s' of group '%s' in rule '%s', known are project, volatile, "
		"equal, one-of",
		use, group->name, rule->id);
}

/* The keys that make sense depend on the use, so that none is written in vain. */
static int check_group_keys(const struct rule_loader *l, const json_node *node, enum group_use use)
{
	static const char *const project[] = {"use", "unescape", "json", NULL};
	static const char *const masked[] = {"use", "grammar", "pattern", NULL};
	static const char *const equal[] = {"use", NULL};
	static const char *const one_of[] = {"use", "values", NULL};
	const char *const *known[] = {project, masked, equal, one_of};
	return json_known_keys(l->rules->doc, node, known[use], l->err);
}

static int load_projection(struct rule_group *group, const struct rule_loader *l,
			   const json_node *node, const struct rule *rule)
{
	const char *unescape = NULL;
	int r = json_opt_string(&unescape, l->rules->doc, node, "unescape", l->err);
	if (r == 0)
		r = json_opt_bool(&group->json, l->rules->doc, node, "json", l->err);
	if (r < 0)
		return r;
	if (unescape && strcmp(unescape, "crlf") != 0)
		return json_error(l->rules->doc, json_get(node, "unescape"), l->err,
				  "unknown unescape '%s', known is crlf", unescape);
	group->unescape_crlf = unescape != NULL;
	if (!rule->record)
		return json_error(
			l->rules->doc, node, l->err,
			"group '%s' of rule '%s' is projected, but the rule makes no 'record'",
			group->name, rule->id);
	return 0;
}

static int load_group(struct rule_group *group, const struct rule_loader *l, const json_node *node,
		      const struct rule *rule)
{
	group->name = json_key(node);
	group->number = re_group_number(rule->re, group->name);
	if (group->number < 0)
		return json_error(l->rules->doc, node, l->err,
				  "the pattern of rule '%s' has no group '%s'", rule->id,
				  group->name);
	if (!json_is_object(node))
		return json_error(
			l->rules->doc, node, l->err,
			"group '%s' of rule '%s' is not an object like {\"use\": \"equal\"}",
			group->name, rule->id);
	int r = load_use(group, l, node, rule);
	if (r == 0)
		r = check_group_keys(l, node, group->use);
	if (r < 0)
		return r;
	if (group->use == GROUP_PROJECT)
		return load_projection(group, l, node, rule);
	if (group->use == GROUP_VOLATILE)
		return load_grammar(group, l, node, rule);
	if (group->use == GROUP_ONE_OF) {
		const json_node *values = NULL;
		r = json_opt_array(&values, l->rules->doc, node, "values", l->err);
		if (r < 0)
			return r;
		if (json_len(values) == 0)
			return json_error(l->rules->doc, node, l->err,
					  "group '%s' of rule '%s' lists no 'values'", group->name,
					  rule->id);
		return rule_load_strings(&group->one_of, &group->one_of_len, l, values);
	}
	return 0;
}

int rule_load_groups(struct rule *rule, const struct rule_loader *l, const json_node *node)
{
	const json_node *groups = NULL;
	int r = json_opt_object(&groups, l->rules->doc, node, "groups", l->err);
	if (r < 0)
		return r;
	rule->groups = ARENA_ARRAY(&l->rules->arena, struct rule_group, json_len(groups) + 1);
	json_each (groups, member) {
		/* Counted first: a group half loaded when an error strikes is freed with the rest.
		 */
		struct rule_group *group = &rule->groups[rule->group_len++];
		r = load_group(group, l, member, rule);
		if (r < 0)
			return r;
	}
	const char *name;
	for (size_t i = 0; (name = re_group_name(rule->re, i)); i++)
		if (!rule_find_group(rule, name))
			return json_error(
				l->rules->doc, node, l->err,
				"rule '%s' does not say what its group '%s' is, add it to "
				"'groups'",
				rule->id, name);
	return 0;
}

const struct rule_group *rule_find_group(const struct rule *rule, const char *name)
{
	for (size_t i = 0; i < rule->group_len; i++)
		if (strcmp(rule->groups[i].name, name) == 0)
			return &rule->groups[i];
	return NULL;
}
