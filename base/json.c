/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: documents in and questions about their nodes. json_scan.c decides whether the text is JSON;
 * cJSON builds the tree from it. Numbers never pass through cJSON's own reading (it keeps 63 bytes
 * and a double): each becomes a "0" of the same length for cJSON, and its node is set from the
 * text.
 *
 * Invariant: a cJSON_Raw node is a number kept as text. Only this module makes raw nodes, so no
 * string of anybody's can pass for one.
 */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_scan.h"
#include "base/map.h"
#include "base/mem.h"

static const int64_t EXACT_MAX = (int64_t)1 << 53;

static bool text_to_int(const char *text, int64_t *out)
{
	/* An integer literal only: the grammar is known to be a JSON number. */
	if (text[strspn(text, "-0123456789")])
		return false;
	char *end;
	intmax_t number;
	errno = 0;
	number = strtoimax(text, &end, 10);
	if (errno || *end)
		return false;
	*out = number;
	return true;
}

/* A double where that loses nothing we promised to keep, else the text. */
static void set_number(json_node *node, struct slice token, bool raw)
{
	char *text = mem_strndup(token.ptr, token.len);
	double number = strtod(text, NULL);
	int64_t whole;
	bool inexact = text_to_int(text, &whole) ? whole > EXACT_MAX || whole < -EXACT_MAX
						 : !isfinite(number);
	if (raw || inexact) {
		node->type = (node->type & ~0xff) | cJSON_Raw;
		node->valuestring = text;
		return;
	}
	(void)cJSON_SetNumberHelper(node, number);
	free(text);
}

/* Nodes stand in the tree in the order of the text, so tokens are simply handed out in turn. */
static const struct json_token *set_numbers(json_node *node, struct slice text,
					    const struct json_token *token, bool raw)
{
	if (cJSON_IsNumber(node))
		set_number(node, slice_make(text.ptr + token->at, token->len), raw), token++;
	for (json_node *child = node->child; child; child = child->next)
		token = set_numbers(child, text, token, raw);
	return token;
}

static json_node *build_tree(const struct json_doc *doc, const struct json_scan *scan,
			     unsigned flags)
{
	CLEANUP(free_p) char *text = mem_strndup(doc->text, doc->len);
	vec_each (&scan->numbers, token) {
		memset(text + token->at, ' ', token->len);
		text[token->at] = '0';
	}
	json_node *root = cJSON_ParseWithLength(text, doc->len + 1);
	if (root)
		(void)set_numbers(root, scan->text, scan->numbers.items, flags & JSON_RAW_NUMBERS);
	return root;
}

/* The first member whose key stood before in the same object, or NULL. */
static const json_node *find_duplicate(const json_node *node)
{
	const json_node *found = NULL;
	struct map seen = MAP_INIT;
	json_each (node, child) {
		if (cJSON_IsObject(node)) {
			if (map_has(&seen, child->string)) {
				found = child;
				break;
			}
			(void)map_put(&seen, child->string, NULL);
		}
		if (child->child) {
			found = find_duplicate(child);
			if (found)
				break;
		}
	}
	map_done(&seen);
	return found;
}

static bool number_of(const json_node *at, const json_node *node, size_t *count)
{
	++*count;
	if (at == node)
		return true;
	for (const json_node *child = at->child; child; child = child->next)
		if (number_of(child, node, count))
			return true;
	return false;
}

/* Where the node's key (or, without one, the node) stands in the text. */
static bool find_node(const struct json_doc *doc, const json_node *node, size_t *at)
{
	struct json_scan scan = {.text = slice_make(doc->text, doc->len)};
	if (!node || !doc->root || !number_of(doc->root, node, &scan.wanted))
		return false;
	int r = json_scan(&scan);
	vec_done(&scan.numbers);
	*at = scan.wanted_key_at;
	return r == 0;
}

static int bad_text(const char *name, struct slice text, size_t at, const char *problem,
		    struct error *err)
{
	size_t line;
	size_t column;
	json_scan_position(text, at, &line, &column);
	return error_input(err, "%s:%zu:%zu: %s (byte %zu)", name, line, column, problem, at);
}

static int parse(struct json_doc *doc, unsigned flags, struct error *err)
{
	struct slice text = slice_make(doc->text, doc->len);
	struct json_scan scan = {.text = text};
	int r = json_scan(&scan);
	if (r < 0)
		r = bad_text(doc->name, text, scan.at, scan.problem, err);
	else if (!(doc->root = build_tree(doc, &scan, flags)))
		mem_exhausted();
	vec_done(&scan.numbers);
	if (r < 0)
		return r;
	const json_node *twin = find_duplicate(doc->root);
	if (!twin)
		return 0;
	size_t at = 0;
	(void)find_node(doc, twin, &at);
	CLEANUP(free_p) char *problem = mem_printf("duplicate key '%s'", twin->string);
	return bad_text(doc->name, text, at, problem, err);
}

int json_parse(struct json_doc **out, struct slice text, const char *name, unsigned flags,
	       struct error *err)
{
	if (text.len > JSON_BYTES_MAX)
		return error_input(err,
				   "%s:1:1: %zu bytes of JSON, at most %d are allowed (byte 0)",
				   name, text.len, JSON_BYTES_MAX);
	CLEANUP(json_freep) struct json_doc *doc = mem_zeroed(1, sizeof(*doc));
	doc->name = mem_strdup(name);
	doc->text = mem_strndup(text.ptr, text.len);
	doc->len = text.len;
	int r = parse(doc, flags, err);
	if (r < 0)
		return r;
	*out = steal(&doc);
	return 0;
}

bool json_try(struct json_doc **out, struct slice text, unsigned flags)
{
	return json_parse(out, text, "text", flags, NULL) == 0;
}

int json_load(struct json_doc **out, const char *path, struct error *err)
{
	CLEANUP(buf_done) struct buf text = BUF_INIT(0);
	int r = file_read(&text, path, JSON_BYTES_MAX, err);
	if (r < 0)
		return r;
	return json_parse(out, buf_slice(&text), path, 0, err);
}

struct json_doc *json_free(struct json_doc *doc)
{
	if (doc) {
		cJSON_Delete(doc->root);
		free(doc->text);
		free(doc->name);
		free(doc);
	}
	return NULL;
}

void json_freep(struct json_doc **doc)
{
	*doc = json_free(*doc);
}

size_t json_line(const struct json_doc *doc, const json_node *node)
{
	size_t at = 0;
	size_t line = 0;
	size_t column;
	if (find_node(doc, node, &at))
		json_scan_position(slice_make(doc->text, doc->len), at, &line, &column);
	return line;
}

int json_error(const struct json_doc *doc, const json_node *node, struct error *err,
	       const char *fmt, ...)
{
	CLEANUP(buf_done) struct buf text = BUF_INIT(0);
	va_list args;
	va_start(args, fmt);
	buf_vaddf(&text, fmt, args);
	va_end(args);
	size_t line = json_line(doc, node);
	if (line == 0)
		return error_input(err, "%s: %s", doc->name, buf_str(&text));
	return error_input(err, "%s:%zu: %s", doc->name, line, buf_str(&text));
}

bool json_is_object(const json_node *node)
{
	return cJSON_IsObject(node);
}

bool json_is_array(const json_node *node)
{
	return cJSON_IsArray(node);
}

bool json_is_string(const json_node *node)
{
	return cJSON_IsString(node);
}

bool json_is_number(const json_node *node)
{
	return cJSON_IsNumber(node) || cJSON_IsRaw(node);
}

bool json_is_bool(const json_node *node)
{
	return cJSON_IsBool(node);
}

bool json_is_null(const json_node *node)
{
	return cJSON_IsNull(node);
}

const char *json_string(const json_node *node)
{
	return cJSON_IsString(node) ? node->valuestring : NULL;
}

const char *json_number_text(const json_node *node)
{
	return cJSON_IsRaw(node) ? node->valuestring : NULL;
}

bool json_true(const json_node *node)
{
	return cJSON_IsTrue(node);
}

bool json_to_int(const json_node *node, int64_t *out)
{
	if (cJSON_IsRaw(node))
		return text_to_int(node->valuestring, out);
	if (!cJSON_IsNumber(node))
		return false;
	double number = node->valuedouble;
	if (!(number >= -(double)EXACT_MAX && number <= (double)EXACT_MAX) ||
	    number != floor(number))
		return false;
	*out = (int64_t)number;
	return true;
}

bool json_to_double(const json_node *node, double *out)
{
	double number;
	if (cJSON_IsRaw(node))
		number = strtod(node->valuestring, NULL);
	else if (cJSON_IsNumber(node))
		number = node->valuedouble;
	else
		return false;
	if (!isfinite(number))
		return false;
	*out = number;
	return true;
}

size_t json_len(const json_node *node)
{
	size_t len = 0;
	json_each (node, child)
		len++;
	return len;
}

const json_node *json_at(const json_node *node, size_t i)
{
	const json_node *child = json_first(node);
	while (child && i--)
		child = child->next;
	return child;
}

const json_node *json_get(const json_node *object, const char *key)
{
	return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *json_key(const json_node *member)
{
	return member ? member->string : NULL;
}

const json_node *json_first(const json_node *node)
{
	return cJSON_IsObject(node) || cJSON_IsArray(node) ? node->child : NULL;
}

const json_node *json_next(const json_node *node)
{
	return node ? node->next : NULL;
}
