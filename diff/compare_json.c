/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare_json: two trees, a difference for each leaf that differs. Numbers are compared as they
 * are written, so 1 and 1.0 differ. Recursion is bounded by the depth limit of json.h.
 */
#include "diff/compare_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum node_type { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_STRING, NODE_ARRAY, NODE_OBJECT };

static enum node_type type_of(const json_node *node)
{
	return json_is_object(node)   ? NODE_OBJECT
	       : json_is_array(node)  ? NODE_ARRAY
	       : json_is_string(node) ? NODE_STRING
	       : json_is_number(node) ? NODE_NUMBER
	       : json_is_bool(node)   ? NODE_BOOL
				      : NODE_NULL;
}

/* An integer has the text json_put_int gave it, a parsed number the text it was read from. */
static bool numbers_equal(const json_node *a, const json_node *b)
{
	const char *x = json_number_text(a);
	const char *y = json_number_text(b);
	return x && y && strcmp(x, y) == 0;
}

static bool leaves_equal(const json_node *a, const json_node *b)
{
	switch (type_of(a)) {
	case NODE_STRING:
		return strcmp(json_string(a), json_string(b)) == 0;
	case NODE_NUMBER:
		return numbers_equal(a, b);
	case NODE_BOOL:
		return json_true(a) == json_true(b);
	default:
		return true;
	}
}

bool nodes_equal(const json_node *a, const json_node *b)
{
	enum node_type type = type_of(a);
	if (type != type_of(b) || json_len(a) != json_len(b))
		return false;
	if (type == NODE_ARRAY) {
		const json_node *y = json_first(b);
		json_each (a, x) {
			if (!nodes_equal(x, y))
				return false;
			y = json_next(y);
		}
		return true;
	}
	if (type != NODE_OBJECT)
		return leaves_equal(a, b);
	json_each (a, member) {
		const json_node *other = json_get(b, json_key(member));
		if (!other || !nodes_equal(member, other))
			return false;
	}
	return true;
}

struct slice node_excerpt(const json_node *node, struct arena *arena)
{
	if (!node)
		return SLICE_EMPTY;
	if (json_is_string(node))
		return slice_of(json_string(node));
	struct buf text = BUF_INIT(0);
	json_write(&text, node);
	struct slice copy = arena_slice(arena, buf_slice(&text));
	buf_done(&text);
	return copy;
}

static void add(struct diff_list *list, const struct node_place *at, enum diff_kind kind,
		const json_node *left, const json_node *right)
{
	struct difference difference = {
		.channel = at->channel, .kind = kind, .locus = at->locus, .rule = at->rule};
	excerpt_pair(&difference, node_excerpt(left, list->arena), node_excerpt(right, list->arena),
		     list->arena);
	diff_add(list, difference);
}

/* RFC 6901: '~' and '/' of a key are written ~0 and ~1. */
static struct node_place member_place(const struct node_place *at, const char *key,
				      struct arena *arena)
{
	struct buf locus = BUF_INIT(0);
	buf_addf(&locus, "%s/", at->locus);
	for (const char *p = key; *p; p++) {
		if (*p == '~' || *p == '/')
			buf_adds(&locus, *p == '~' ? "~0" : "~1");
		else
			buf_addc(&locus, *p);
	}
	struct node_place place = *at;
	place.locus = arena_strdup(arena, buf_str(&locus));
	buf_done(&locus);
	return place;
}

static struct node_place index_place(const struct node_place *at, size_t i, struct arena *arena)
{
	struct node_place place = *at;
	place.locus = arena_printf(arena, "%s/%zu", at->locus, i);
	return place;
}

static void compare_objects(struct diff_list *list, const struct node_place *at,
			    const json_node *left, const json_node *right)
{
	json_each (left, member) {
		struct node_place place = member_place(at, json_key(member), list->arena);
		const json_node *other = json_get(right, json_key(member));
		if (other)
			compare_nodes(list, &place, member, other);
		else
			add(list, &place, DIFF_MISSING, member, NULL);
	}
	json_each (right, member) {
		if (json_get(left, json_key(member)))
			continue;
		struct node_place place = member_place(at, json_key(member), list->arena);
		add(list, &place, DIFF_EXTRA, NULL, member);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **sorted_texts(const json_node *array, struct arena *arena)
{
	size_t len = 0;
	char **texts = ARENA_ARRAY(arena, char *, json_len(array) + 1);
	json_each (array, item) {
		struct buf text = BUF_INIT(0);
		json_write_canonical(&text, item);
		texts[len++] = arena_strdup(arena, buf_str(&text));
		buf_done(&text);
	}
	if (len > 1)
		qsort(texts, len, sizeof(*texts), by_text);
	return texts;
}

static bool same_items(const json_node *left, const json_node *right, struct arena *arena)
{
	if (json_len(left) != json_len(right))
		return false;
	char **a = sorted_texts(left, arena);
	char **b = sorted_texts(right, arena);
	for (size_t i = 0; i < json_len(left); i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

/* Items as an array of pointers: json_at() walks the list each time. */
static const json_node **items_of(const json_node *array, struct arena *arena)
{
	size_t len = 0;
	const json_node **items = ARENA_ARRAY(arena, const json_node *, json_len(array) + 1);
	json_each (array, item)
		items[len++] = item;
	return items;
}

static void compare_arrays(struct diff_list *list, const struct node_place *at,
			   const json_node *left, const json_node *right)
{
	if (nodes_equal(left, right))
		return;
	if (same_items(left, right, list->arena)) {
		add(list, at, DIFF_ORDER, left, right);
		return;
	}
	const json_node **a = items_of(left, list->arena);
	const json_node **b = items_of(right, list->arena);
	size_t a_end = json_len(left);
	size_t b_end = json_len(right);
	size_t i = 0;
	/* With another length, equal ends say which items are missing or extra. */
	while (i < a_end && i < b_end && nodes_equal(a[i], b[i]))
		i++;
	while (a_end != b_end && a_end > i && b_end > i &&
	       nodes_equal(a[a_end - 1], b[b_end - 1])) {
		a_end--;
		b_end--;
	}
	for (; i < a_end || i < b_end; i++) {
		struct node_place place = index_place(at, i, list->arena);
		if (i >= b_end)
			add(list, &place, DIFF_MISSING, a[i], NULL);
		else if (i >= a_end)
			add(list, &place, DIFF_EXTRA, NULL, b[i]);
		else
			compare_nodes(list, &place, a[i], b[i]);
	}
}

void compare_nodes(struct diff_list *list, const struct node_place *at, const json_node *left,
		   const json_node *right)
{
	enum node_type type = type_of(left);
	if (type != type_of(right))
		add(list, at, DIFF_TYPE, left, right);
	else if (type == NODE_OBJECT)
		compare_objects(list, at, left, right);
	else if (type == NODE_ARRAY)
		compare_arrays(list, at, left, right);
	else if (!leaves_equal(left, right))
		add(list, at, DIFF_VALUE, left, right);
}

/* The first object, outermost first, whose members stand in another order. The trees are equal. */
static const char *reordered(const struct node_place *at, const json_node *left,
			     const json_node *right, struct arena *arena)
{
	bool object = json_is_object(left);
	const json_node *y = json_first(right);
	size_t i = 0;

	json_each (left, x) {
		if (object && strcmp(json_key(x), json_key(y)) != 0)
			return at->locus;
		y = json_next(y);
	}
	json_each (left, x) {
		struct node_place place =
			object ? member_place(at, json_key(x), arena) : index_place(at, i, arena);
		const json_node *other = object ? json_get(right, json_key(x)) : json_at(right, i);
		const char *locus = reordered(&place, x, other, arena);
		if (locus)
			return locus;
		i++;
	}
	return NULL;
}

void compare_spelling(struct diff_list *list, const struct node_place *at, const struct item *left,
		      const struct item *right)
{
	const char *locus = reordered(at, left->json, right->json, list->arena);
	struct difference difference = {.channel = at->channel,
					.kind = locus ? DIFF_ORDER : DIFF_VALUE,
					.locus = locus ? locus : at->locus,
					.rule = at->rule};
	excerpt_pair(&difference, left->text, right->text, list->arena);
	diff_add(list, difference);
}
