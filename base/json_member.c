/* SPDX-License-Identifier: Apache-2.0 */
/* json_member: members of a manifest, read with a complaint that names file, line and key. */
#include "base/json.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"

static const char *kind_of(const json_node *node)
{
	if (json_is_object(node))
		return "an object";
	if (json_is_array(node))
		return "an array";
	if (json_is_string(node))
		return "a string";
	if (json_is_number(node))
		return "a number";
	return json_is_bool(node) ? "a boolean" : "null";
}

static int wrong_type(const struct json_doc *doc, const json_node *node, const char *key,
		      const char *want, struct error *err)
{
	return json_error(doc, node, err, "'%s' must be %s, not %s", key, want, kind_of(node));
}

int json_opt_string(const char **out, const struct json_doc *doc, const json_node *object,
		    const char *key, struct error *err)
{
	const json_node *node = json_get(object, key);
	if (!node)
		return 0;
	if (!json_is_string(node))
		return wrong_type(doc, node, key, "a string", err);
	*out = json_string(node);
	return 0;
}

int json_member_string(const char **out, const struct json_doc *doc, const json_node *object,
		       const char *key, struct error *err)
{
	if (!json_get(object, key))
		return json_error(doc, object, err, "'%s' is missing, give it a string", key);
	return json_opt_string(out, doc, object, key, err);
}

int json_opt_int(int64_t *out, const struct json_doc *doc, const json_node *object, const char *key,
		 int64_t min, int64_t max, struct error *err)
{
	const json_node *node = json_get(object, key);
	int64_t number = 0;
	if (!node)
		return 0;
	if (!json_is_number(node))
		return wrong_type(doc, node, key, "a whole number", err);
	if (!json_to_int(node, &number))
		return json_error(doc, node, err, "'%s' must be a whole number", key);
	if (number < min || number > max)
		return json_error(doc, node, err,
				  "'%s' is %" PRId64 ", must be from %" PRId64 " to %" PRId64, key,
				  number, min, max);
	*out = number;
	return 0;
}

int json_opt_bool(bool *out, const struct json_doc *doc, const json_node *object, const char *key,
		  struct error *err)
{
	const json_node *node = json_get(object, key);
	if (!node)
		return 0;
	if (!json_is_bool(node))
		return wrong_type(doc, node, key, "true or false", err);
	*out = json_true(node);
	return 0;
}

int json_opt_array(const json_node **out, const struct json_doc *doc, const json_node *object,
		   const char *key, struct error *err)
{
	const json_node *node = json_get(object, key);
	if (!node)
		return 0;
	if (!json_is_array(node))
		return wrong_type(doc, node, key, "an array", err);
	*out = node;
	return 0;
}

int json_opt_object(const json_node **out, const struct json_doc *doc, const json_node *object,
		    const char *key, struct error *err)
{
	const json_node *node = json_get(object, key);
	if (!node)
		return 0;
	if (!json_is_object(node))
		return wrong_type(doc, node, key, "an object", err);
	*out = node;
	return 0;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t width = strlen(b) + 1;
	CLEANUP(free_p) size_t *rows = mem_zeroed(3 * width, sizeof(*rows));
	size_t *before = rows;
	size_t *above = rows + width;
	size_t *row = rows + 2 * width;
	for (size_t j = 0; j < width; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t *spare = before;
		before = above;
		above = row;
		row = spare;
		row[0] = i;
		for (size_t j = 1; j < width; j++) {
			size_t replace = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = least(least(above[j], row[j - 1]) + 1, replace);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[width - 1];
}

const char *json_nearest(const char *word, const char *const *allowed)
{
	enum { WORD_MAX = 100 };
	const char *best = NULL;
	size_t len = strlen(word);
	size_t best_distance = len / 3 + 1;
	if (len > WORD_MAX)
		return NULL;
	for (; *allowed; allowed++) {
		size_t distance = edit_distance(word, *allowed);
		if (distance < best_distance || (!best && distance == best_distance)) {
			best = *allowed;
			best_distance = distance;
		}
	}
	return best;
}

static bool is_listed(const char *word, const char *const *allowed)
{
	for (; *allowed; allowed++)
		if (strcmp(word, *allowed) == 0)
			return true;
	return false;
}

static int unknown_key(const struct json_doc *doc, const json_node *member,
		       const char *const *allowed, struct error *err)
{
	const char *nearest = json_nearest(json_key(member), allowed);
	if (nearest)
		return json_error(doc, member, err, "unknown key '%s', did you mean '%s'",
				  json_key(member), nearest);
	struct buf list = BUF_INIT(0);
	for (const char *const *name = allowed; *name; name++)
		buf_addf(&list, "%s'%s'", name == allowed ? "" : ", ", *name);
	int r = json_error(doc, member, err, "unknown key '%s', the known ones are %s",
			   json_key(member), list.len ? buf_str(&list) : "none");
	buf_done(&list);
	return r;
}

int json_known_keys(const struct json_doc *doc, const json_node *object, const char *const *allowed,
		    struct error *err)
{
	json_each (object, member)
		if (json_key(member) && !is_listed(json_key(member), allowed))
			return unknown_key(doc, member, allowed, err);
	return 0;
}
