/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare_record: two records that rules projected, field by field. The rules of both sides may
 * differ; what one side can only write escaped is compared escaped.
 */
#include "diff/compare_internal.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

static bool is_escaped_by(const struct rule *rule, const char *field)
{
	const struct rule_group *group = rule ? rule_find_group(rule, field) : NULL;
	return group && group->unescape_crlf;
}

static void escape_crlf(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '\n' || *p == '\r')
			buf_adds(out, *p == '\n' ? "\\n" : "\\r");
		else
			buf_addc(out, *p);
	}
}

/*
 * An envelope that writes LF as "\n" without escaping the backslash cannot tell a line end from the
 * two characters "\n". Unescaping it is a guess, so texts that differ are compared in the escaped
 * form.
 */
static bool equal_escaped(const struct item *left, const struct item *right, const char *field)
{
	const char *a = json_string(json_get(left->json, field));
	const char *b = json_string(json_get(right->json, field));
	if (!a || !b)
		return false;
	if (!is_escaped_by(left->rule, field) && !is_escaped_by(right->rule, field))
		return false;
	CLEANUP(buf_done) struct buf x = BUF_INIT(0);
	CLEANUP(buf_done) struct buf y = BUF_INIT(0);
	escape_crlf(&x, a);
	escape_crlf(&y, b);
	return slice_eq(buf_slice(&x), buf_slice(&y));
}

static bool fields_equal(const struct item *left, const struct item *right, const char *field)
{
	const json_node *a = json_get(left->json, field);
	const json_node *b = json_get(right->json, field);
	return a && b && (nodes_equal(a, b) || equal_escaped(left, right, field));
}

bool records_equal(const struct item *left, const struct item *right)
{
	if (strcmp(left->record, right->record) != 0 ||
	    json_len(left->json) != json_len(right->json))
		return false;
	json_each (left->json, member) {
		if (!fields_equal(left, right, json_key(member)))
			return false;
	}
	return true;
}

static void compare_field(struct diff_list *list, const struct node_place *at,
			  const struct item *left, const struct item *right, const char *field)
{
	const json_node *a = json_get(left->json, field);
	const json_node *b = json_get(right->json, field);
	struct node_place place = *at;
	struct difference difference = {.channel = at->channel, .rule = at->rule};

	place.locus = arena_printf(list->arena, "%s/%s", at->locus, field);
	if (fields_equal(left, right, field))
		return;
	bool is_class = strcmp(field, "class") == 0 && json_string(a) && json_string(b);
	if (a && b && !is_class) {
		compare_nodes(list, &place, a, b);
		return;
	}
	difference.locus = place.locus;
	difference.kind = is_class ? DIFF_CLASS : a ? DIFF_MISSING : DIFF_EXTRA;
	if (is_class) {
		difference.left_class = arena_strdup(list->arena, json_string(a));
		difference.right_class = arena_strdup(list->arena, json_string(b));
	}
	excerpt_pair(&difference, node_excerpt(a, list->arena), node_excerpt(b, list->arena),
		     list->arena);
	diff_add(list, difference);
}

void compare_records(struct diff_list *list, const struct node_place *at, const struct item *left,
		     const struct item *right)
{
	if (strcmp(left->record, right->record) != 0) {
		struct difference difference = {.channel = at->channel,
						.kind = DIFF_TYPE,
						.locus = at->locus,
						.rule = at->rule};
		excerpt_pair(&difference, left->raw, right->raw, list->arena);
		diff_add(list, difference);
		return;
	}
	json_each (left->json, member)
		compare_field(list, at, left, right, json_key(member));
	json_each (right->json, member) {
		if (!json_get(left->json, json_key(member)))
			compare_field(list, at, left, right, json_key(member));
	}
}
