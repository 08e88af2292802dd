/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule: a rule file read strictly and compiled. What a rule says is checked here once, so that
 * matching can trust it. What a rule says of its groups is rule_group.c, the matching itself
 * match.c, the rewriting of the file rule_ratify.c.
 */
#include "diff/rule.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "diff/rule_internal.h"
#include "diff/template.h"

enum { RULE_FILE_MAX = 4 << 20 };

static int load_channel(struct rule *rule, const struct rule_loader *l, const json_node *node)
{
	const char *name = NULL;
	int r = json_member_string(&name, l->rules->doc, node, "channel", l->err);
	if (r < 0)
		return r;
	if (strcmp(name, "stdout") == 0)
		rule->channel = CHANNEL_STDOUT;
	else if (strcmp(name, "stderr") == 0)
		rule->channel = CHANNEL_STDERR;
	else
		return json_error(l->rules->doc, json_get(node, "channel"), l->err,
				  "rule '%s' is for channel '%s', but rules read text: it can be "
				  "'stdout' or 'stderr'",
				  rule->id, name);
	return 0;
}

/* The pattern with each wildcard that a rule gives a grammar trying that grammar first: without it
 * a wildcard in front takes as much as it can, text that belongs to a later one included. What does
 * not fit the grammar still matches, and shows as a difference. */
static const char *prefer_grammars(const struct template *compiled, const struct rule_loader *l,
				   const json_node *groups)
{
	const char *pattern = compiled->pattern;
	for (size_t i = 0; i < compiled->group_len; i++) {
		const char *name = compiled->groups[i].name;
		const json_node *group = json_get(groups, name);
		const char *grammar = rule_grammar(json_string(json_get(group, "grammar")));
		const char *wild = arena_printf(&l->rules->arena, "(?<%s>[^\\n]*)", name);
		const char *at = strstr(pattern, wild);
		if (grammar && at && strcmp(grammar, "[^\\n]*") != 0)
			pattern = arena_printf(&l->rules->arena, "%.*s(?<%s>%s|[^\\n]*)%s",
					       (int)(at - pattern), pattern, name, grammar,
					       at + strlen(wild));
	}
	return pattern;
}

static int load_pattern(struct rule *rule, const struct rule_loader *l, const json_node *node)
{
	int r = json_opt_string(&rule->template_text, l->rules->doc, node, "template", l->err);
	if (r == 0)
		r = json_opt_string(&rule->pattern, l->rules->doc, node, "pattern", l->err);
	if (r < 0)
		return r;
	if (!rule->template_text == !rule->pattern)
		return json_error(l->rules->doc, node, l->err,
				  "rule '%s' needs either 'template' or 'pattern'", rule->id);
	struct error why = ERROR_INIT;
	const char *key = rule->template_text ? "template" : "pattern";
	if (rule->template_text) {
		struct template compiled;
		r = template_compile(&compiled, slice_of(rule->template_text), &l->rules->arena,
				     &why);
		if (r < 0)
			return json_error(l->rules->doc, json_get(node, key), l->err,
					  "rule '%s': %s", rule->id, why.message);
		rule->pattern = prefer_grammars(&compiled, l, json_get(node, "groups"));
	}
	if (re_compile(&rule->re, slice_of(rule->pattern), RE_MULTILINE, &why) < 0)
		return json_error(l->rules->doc, json_get(node, key), l->err, "rule '%s': %s",
				  rule->id, why.message);
	return 0;
}

static int load_record(struct rule *rule, const struct rule_loader *l, const json_node *node)
{
	const json_node *set = NULL;
	int r = json_opt_string(&rule->record, l->rules->doc, node, "record", l->err);
	if (r == 0)
		r = json_opt_object(&set, l->rules->doc, node, "set", l->err);
	if (r < 0)
		return r;
	if (set && !rule->record)
		return json_error(l->rules->doc, set, l->err,
				  "rule '%s' sets fields, but makes no 'record'", rule->id);
	rule->set_keys = ARENA_ARRAY(&l->rules->arena, const char *, json_len(set) + 1);
	rule->set_values = ARENA_ARRAY(&l->rules->arena, const char *, json_len(set) + 1);
	json_each (set, member) {
		if (!json_string(member))
			return json_error(l->rules->doc, member, l->err,
					  "field '%s' that rule '%s' sets is not a text",
					  json_key(member), rule->id);
		rule->set_keys[rule->set_len] = json_key(member);
		rule->set_values[rule->set_len++] = json_string(member);
	}
	return 0;
}

/* What a rule may not be as a whole: both a record and unordered, or a group and a set of one name.
 */
static int check_whole(const struct rule *rule, const struct rule_loader *l, const json_node *node)
{
	if (rule->unordered && rule->record)
		return json_error(l->rules->doc, json_get(node, "unordered"), l->err,
				  "rule '%s' makes a record, so it cannot be unordered", rule->id);
	for (size_t i = 0; i < rule->set_len; i++)
		if (rule_find_group(rule, rule->set_keys[i]))
			return json_error(
				l->rules->doc, json_get(node, "set"), l->err,
				"rule '%s' sets field '%s', which is also a group of its pattern",
				rule->id, rule->set_keys[i]);
	bool acts = rule->record || rule->unordered;
	for (size_t i = 0; i < rule->group_len; i++)
		acts = acts || rule->groups[i].use != GROUP_EQUAL;
	if (!acts)
		return json_error(l->rules->doc, node, l->err,
				  "rule '%s' has no effect: no group is masked and no record made",
				  rule->id);
	return 0;
}

static int check_ratified(const struct rule *rule, const struct rule_loader *l,
			  const json_node *node)
{
	static const char *const known[] = {"on", "reason", NULL};
	const json_node *list = NULL;
	const char *text = NULL;
	int r = json_opt_array(&list, l->rules->doc, node, "ratified", l->err);
	if (r < 0)
		return r;
	json_each (list, entry) {
		if (!json_is_object(entry))
			return json_error(l->rules->doc, entry, l->err,
					  "an entry of 'ratified' of rule '%s' is not an object",
					  rule->id);
		r = json_known_keys(l->rules->doc, entry, known, l->err);
		if (r == 0)
			r = json_member_string(&text, l->rules->doc, entry, "on", l->err);
		if (r == 0)
			r = json_member_string(&text, l->rules->doc, entry, "reason", l->err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_clause(const struct rule *rule, const struct rule_loader *l, const json_node *node)
{
	const struct json_doc *doc = l->rules->doc;
	const struct clause *clause = spec_find(l->spec, rule->clause);
	if (!clause) {
		const char *near = spec_suggest(l->spec, rule->clause);
		return json_error(
			doc, json_get(node, "clause"), l->err,
			"rule '%s' cites clause '%s', which is not in the specification%s%s%s",
			rule->id, rule->clause, near ? ", did you mean '" : "", near ? near : "",
			near ? "'" : "");
	}
	if (l->allow_stale || !rule_is_stale(rule, l->spec))
		return 0;
	if (!rule_stands_in(rule, clause))
		return json_error(
			doc, json_get(node, "template"), l->err,
			"rule '%s' is stale: its template does not stand in clause '%s' (%s:%zu); "
			"give the rule the clause's present wording, then run: parity rules "
			"ratify %s --reason '...'",
			rule->id, rule->clause, clause->path, clause->line, rule->id);
	return json_error(
		doc, json_get(node, "clause_sha256"), l->err,
		"rule '%s' is stale: clause '%s' (%s:%zu) changed since the rule was ratified; "
		"read it, then run: parity rules ratify %s --reason '...'",
		rule->id, rule->clause, clause->path, clause->line, rule->id);
}

static int load_identity(struct rule *rule, const struct rule_loader *l, const json_node *node)
{
	static const char *const known[] = {
		"id",      "clause", "clause_sha256", "reason", "channel",   "backends", "template",
		"pattern", "record", "set",           "groups", "unordered", "ratified", NULL};
	const struct json_doc *doc = l->rules->doc;
	if (!json_is_object(node))
		return json_error(doc, node, l->err, "a rule is not an object");
	rule->line = json_line(doc, node);
	int r = json_known_keys(doc, node, known, l->err);
	if (r == 0)
		r = json_member_string(&rule->id, doc, node, "id", l->err);
	if (r == 0)
		r = json_member_string(&rule->clause, doc, node, "clause", l->err);
	if (r == 0)
		r = json_member_string(&rule->clause_sha256, doc, node, "clause_sha256", l->err);
	if (r == 0)
		r = json_member_string(&rule->reason, doc, node, "reason", l->err);
	if (r < 0)
		return r;
	if (!*rule->id || !*rule->reason)
		return json_error(doc, node, l->err, "a rule needs an 'id' and a 'reason'");
	return 0;
}

static int load_rule(struct rule *rule, const struct rule_loader *l, const json_node *node)
{
	const json_node *backends = NULL;
	int r = load_identity(rule, l, node);
	if (r == 0)
		r = load_channel(rule, l, node);
	if (r == 0)
		r = json_opt_array(&backends, l->rules->doc, node, "backends", l->err);
	if (r == 0)
		r = rule_load_strings(&rule->backends, &rule->backend_len, l, backends);
	if (r == 0)
		r = json_opt_bool(&rule->unordered, l->rules->doc, node, "unordered", l->err);
	if (r == 0)
		r = load_pattern(rule, l, node);
	if (r == 0)
		r = load_record(rule, l, node);
	if (r == 0)
		r = rule_load_groups(rule, l, node);
	if (r == 0)
		r = check_whole(rule, l, node);
	if (r == 0)
		r = check_ratified(rule, l, node);
	return r < 0 ? r : check_clause(rule, l, node);
}

static int load_all(struct rule_loader *l)
{
	static const char *const known[] = {"schema", "rules", NULL};
	struct rules *rules = l->rules;
	const char *schema = NULL;
	const json_node *list = NULL;

	if (!json_is_object(rules->doc->root))
		return json_error(rules->doc, rules->doc->root, l->err, "a rule file is an object");
	int r = json_known_keys(rules->doc, rules->doc->root, known, l->err);
	if (r == 0)
		r = json_member_string(&schema, rules->doc, rules->doc->root, "schema", l->err);
	if (r == 0)
		r = json_opt_array(&list, rules->doc, rules->doc->root, "rules", l->err);
	if (r < 0)
		return r;
	if (strcmp(schema, "parity.rules/1") != 0)
		return json_error(rules->doc, json_get(rules->doc->root, "schema"), l->err,
				  "unknown schema '%s', known is 'parity.rules/1'", schema);
	if (!list)
		return json_error(rules->doc, rules->doc->root, l->err, "'rules' is missing");
	rules->rules = ARENA_ARRAY(&rules->arena, struct rule, json_len(list) + 1);
	json_each (list, node) {
		struct rule *rule = &rules->rules[rules->len++];
		r = load_rule(rule, l, node);
		if (r < 0)
			return r;
		if (rules_find(rules, rule->id) != rule)
			return json_error(rules->doc, node, l->err, "rule '%s' stands here twice",
					  rule->id);
	}
	return 0;
}

int rules_load(struct rules **out, const char *path, const struct spec *spec, bool allow_stale,
	       struct error *err)
{
	CLEANUP(buf_done) struct buf text = BUF_INIT(RULE_FILE_MAX);
	CLEANUP(rules_freep) struct rules *rules = mem_zeroed(1, sizeof(*rules));
	int r = file_read(&text, path, RULE_FILE_MAX, err);
	if (r == 0)
		r = json_parse(&rules->doc, buf_slice(&text), path, 0, err);
	if (r < 0)
		return r;
	rules->path = rules->doc->name;
	digest_hex(rules->sha256, buf_slice(&text));
	struct rule_loader loader = {rules, spec, allow_stale, err};
	r = load_all(&loader);
	if (r < 0)
		return r;
	*out = steal(&rules);
	return 0;
}

struct rules *rules_free(struct rules *rules)
{
	if (!rules)
		return NULL;
	for (size_t i = 0; i < rules->len; i++) {
		for (size_t k = 0; k < rules->rules[i].group_len; k++)
			re_free(rules->rules[i].groups[k].grammar);
		re_free(rules->rules[i].re);
	}
	arena_done(&rules->arena);
	json_free(rules->doc);
	free(rules);
	return NULL;
}

void rules_freep(struct rules **rules)
{
	*rules = rules_free(*rules);
}

const struct rule *rules_find(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->len; i++)
		if (rules->rules[i].id && strcmp(rules->rules[i].id, id) == 0)
			return &rules->rules[i];
	return NULL;
}

/* White space as the clause's text has it: runs folded to one blank, none at the ends. */
static void add_folded(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (!strchr(" \t\r\n", *p))
			buf_addc(out, *p);
		else if (out->len > 0 && p[1] && !strchr(" \t\r\n", p[1]))
			buf_addc(out, ' ');
	}
}

bool rule_stands_in(const struct rule *rule, const struct clause *clause)
{
	if (!rule->template_text)
		return true;
	CLEANUP(buf_done) struct buf template = BUF_INIT(0);
	CLEANUP(buf_done) struct buf text = BUF_INIT(0);
	add_folded(&template, rule->template_text);
	add_folded(&text, clause->text);
	return strstr(buf_str(&text), buf_str(&template)) != NULL;
}

bool rule_is_stale(const struct rule *rule, const struct spec *spec)
{
	const struct clause *clause = spec_find(spec, rule->clause);
	return !clause || strcmp(clause->sha256, rule->clause_sha256) != 0 ||
	       !rule_stands_in(rule, clause);
}

bool rule_applies(const struct rule *rule, const struct observation *obs)
{
	/* A witness speaks as what it is in its own toolchain. */
	const char *name = obs->alias ? obs->alias : obs->backend;
	enum role role = obs->alias ? ROLE_CANONICAL : obs->role;

	for (size_t i = 0; i < rule->backend_len; i++)
		if (strcmp(rule->backends[i], name) == 0 ||
		    strcmp(rule->backends[i], role_name(role)) == 0)
			return true;
	return rule->backend_len == 0;
}
