/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_write: trees built by hand, and trees as text. Invariant: whatever bytes went in, the text
 * is one line of valid UTF-8 that json_parse takes back, as long as each key was put once.
 */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/utf8.h"

/* Integers up to here are exact in a double. */
#define EXACT_MAX 9007199254740992.0

static json_node *must(json_node *node)
{
	if (!node)
		mem_exhausted();
	return node;
}

json_node *json_object(void)
{
	return must(cJSON_CreateObject());
}

json_node *json_array(void)
{
	return must(cJSON_CreateArray());
}

void json_node_free(json_node *root)
{
	cJSON_Delete(root);
}

void json_node_freep(json_node **root)
{
	cJSON_Delete(*root);
	*root = NULL;
}

void json_put(json_node *object, const char *key, json_node *child)
{
	if (!cJSON_AddItemToObject(object, key, child ? child : must(cJSON_CreateNull())))
		mem_exhausted();
}

void json_add(json_node *array, json_node *child)
{
	if (!cJSON_AddItemToArray(array, child ? child : must(cJSON_CreateNull())))
		mem_exhausted();
}

void json_put_string(json_node *object, const char *key, const char *value)
{
	json_put(object, key, value ? must(cJSON_CreateString(value)) : NULL);
}

/* Well-formed sequences as they are, U+FFFD for each byte that is in none and for NUL. */
static void add_replaced(struct buf *out, struct slice bytes)
{
	for (size_t at = 0; at < bytes.len;) {
		size_t step = bytes.ptr[at] ? utf8_length(bytes.ptr + at, bytes.len - at) : 0;
		if (step)
			buf_add(out, bytes.ptr + at, step);
		else
			buf_adds(out, "\xef\xbf\xbd");
		at += step ? step : 1;
	}
}

void json_put_slice(json_node *object, const char *key, struct slice value)
{
	CLEANUP(buf_done) struct buf text = BUF_INIT(SIZE_MAX);
	add_replaced(&text, value);
	json_put_string(object, key, buf_str(&text));
}

void json_put_int(json_node *object, const char *key, int64_t value)
{
	char text[32];
	if (value >= -(int64_t)EXACT_MAX && value <= (int64_t)EXACT_MAX) {
		json_put(object, key, must(cJSON_CreateNumber((double)value)));
		return;
	}
	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	json_put(object, key, must(cJSON_CreateRaw(text)));
}

void json_put_double(json_node *object, const char *key, double value)
{
	json_put(object, key, must(cJSON_CreateNumber(value)));
}

void json_put_bool(json_node *object, const char *key, bool value)
{
	json_put(object, key, must(cJSON_CreateBool(value)));
}

void json_add_string(json_node *array, const char *value)
{
	json_add(array, value ? must(cJSON_CreateString(value)) : NULL);
}

json_node *json_copy(const json_node *node)
{
	return must(cJSON_Duplicate(node, true));
}

static const char *short_escape(char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

void json_write_string(struct buf *out, struct slice text)
{
	size_t plain = 0; /* start of the bytes that need no escape */
	buf_addc(out, '"');
	for (size_t at = 0; at < text.len;) {
		const char *p = text.ptr + at;
		const char *escape = short_escape(*p);
		size_t step = *p ? utf8_length(p, text.len - at) : 0;
		if (!escape && step && (unsigned char)*p >= 0x20 && *p != 0x7f) {
			at += step;
			continue;
		}
		buf_add(out, text.ptr + plain, at - plain);
		if (escape)
			buf_adds(out, escape);
		else if (step)
			buf_addf(out, "\\u%04x", (unsigned char)*p);
		else
			buf_adds(out, "\xef\xbf\xbd");
		at++;
		plain = at;
	}
	buf_add(out, text.ptr + plain, text.len - plain);
	buf_addc(out, '"');
}

/* The shortest of the usual precisions that reads back as the same double. */
static void write_number(struct buf *out, double number)
{
	char text[40];
	if (!isfinite(number)) {
		buf_adds(out, "null");
		return;
	}
	if (number == floor(number) && fabs(number) <= EXACT_MAX) {
		buf_addf(out, "%" PRId64, (int64_t)number);
		return;
	}
	for (int precision = 15; precision <= 17; precision++) {
		(void)snprintf(text, sizeof(text), "%.*g", precision, number);
		if (strtod(text, NULL) == number)
			break;
	}
	buf_adds(out, text);
}

static int by_key(const void *a, const void *b)
{
	const json_node *const *x = a;
	const json_node *const *y = b;
	return strcmp((*x)->string, (*y)->string);
}

static void write_node(struct buf *out, const json_node *node, bool canonical);

static void write_members(struct buf *out, const json_node *object, bool canonical)
{
	size_t count = json_len(object);
	CLEANUP(free_p) const json_node **members = mem_zeroed(count, sizeof(json_node *));
	size_t i = 0;
	json_each (object, member)
		members[i++] = member;
	if (canonical)
		qsort(members, count, sizeof(*members), by_key);
	for (i = 0; i < count; i++) {
		if (i)
			buf_addc(out, ',');
		json_write_string(out, slice_of(members[i]->string));
		buf_addc(out, ':');
		write_node(out, members[i], canonical);
	}
}

static void write_node(struct buf *out, const json_node *node, bool canonical)
{
	if (json_is_object(node)) {
		buf_addc(out, '{');
		write_members(out, node, canonical);
		buf_addc(out, '}');
	} else if (json_is_array(node)) {
		buf_addc(out, '[');
		json_each (node, child) {
			if (child != json_first(node))
				buf_addc(out, ',');
			write_node(out, child, canonical);
		}
		buf_addc(out, ']');
	} else if (json_is_string(node)) {
		json_write_string(out, slice_of(json_string(node)));
	} else if (cJSON_IsRaw(node)) {
		buf_adds(out, node->valuestring);
	} else if (cJSON_IsNumber(node)) {
		write_number(out, node->valuedouble);
	} else if (json_is_bool(node)) {
		buf_adds(out, json_true(node) ? "true" : "false");
	} else {
		buf_adds(out, "null");
	}
}

void json_write(struct buf *out, const json_node *node)
{
	write_node(out, node, false);
}

void json_write_canonical(struct buf *out, const json_node *node)
{
	write_node(out, node, true);
}
