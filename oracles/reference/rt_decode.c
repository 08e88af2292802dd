/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_decode: values of a declared type out of text and out of JSON: config fields, flags. What
 * comes in is validated on the way; the first failure is raised with the path of the part it is
 * about. Clauses: #struct-decoding, #enums, #built-in-types-and-generics, #config-loading.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "oracles/reference/rt.h"

enum { PATH_SIZE = 256, MESSAGE_SIZE = 512 };

static bool refuse(struct rt *rt, const char *path, const char *code, const char *message)
{
	rt_raise_invalid(rt, path, code, message);
	return false;
}

static bool expected(struct rt *rt, const char *path, const char *name, uint64_t len)
{
	char message[MESSAGE_SIZE];
	(void)snprintf(message, sizeof(message), "expected %.*s", (int)len, name);
	return refuse(rt, path, "type_mismatch", message);
}

/* --- base64 ----------------------------------------------------------------------------------- */

static int base64_digit(char c)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *hit = c ? strchr(letters, c) : NULL;
	return hit ? (int)(hit - letters) : -1;
}

/* Four characters to at most three bytes, at *to; `padding` of the four are '='. False: message. */
static bool read_chunk(char **to, const char chunk[4], uint64_t number, bool last,
		       char message[MESSAGE_SIZE])
{
	static const char *const padding_text = "invalid base64 padding at chunk %lu";
	uint32_t bits = 0;
	int padding = 0;
	for (int i = 0; i < 4; i++) {
		int digit = chunk[i] == '=' ? 0 : base64_digit(chunk[i]);
		padding += chunk[i] == '=';
		if (padding > 0 && (chunk[i] != '=' || !last)) {
			(void)snprintf(message, MESSAGE_SIZE, padding_text, (unsigned long)number);
			return false;
		}
		if (digit < 0) {
			(void)snprintf(message, MESSAGE_SIZE,
				       (unsigned char)chunk[i] < 0x80
					       ? "invalid base64 character '%c'"
					       : "invalid base64 character, outside of ASCII",
				       chunk[i]);
			return false;
		}
		bits = bits << 6 | (uint32_t)digit;
	}
	if (padding > 2) {
		(void)snprintf(message, MESSAGE_SIZE, padding_text, (unsigned long)number);
		return false;
	}
	for (int i = 0; i < 3 - padding; i++)
		*(*to)++ = (char)(bits >> (16 - 8 * i));
	return true;
}

/* Bytes from padded base64 of the standard alphabet; false: a trap, or what is wrong with it. */
static bool read_base64(struct rt *rt, struct value *out, const char *text, uint64_t len,
			char message[MESSAGE_SIZE])
{
	if (len % 4) {
		(void)snprintf(message, MESSAGE_SIZE, "invalid base64 length");
		return false;
	}
	struct value v = rt_string_space(rt, len / 4 * 3);
	if (v.tag != RT_STRING)
		return false;
	char *to = v.u.string->bytes;
	for (uint64_t i = 0; i < len; i += 4) {
		if (!read_chunk(&to, text + i, i / 4, i + 4 == len, message)) {
			rt_drop(rt, v);
			return false;
		}
	}
	v.u.string->len = (uint64_t)(to - v.u.string->bytes);
	v.u.string->head.tag = RT_BYTES;
	v.tag = RT_BYTES;
	*out = v;
	return true;
}

static bool decode_bytes(struct rt *rt, struct value *out, const char *text, uint64_t len,
			 const char *path)
{
	char problem[MESSAGE_SIZE] = "";
	char message[MESSAGE_SIZE + 32];
	if (read_base64(rt, out, text, len, problem))
		return true;
	if (rt->trap)
		return false;
	(void)snprintf(message, sizeof(message), "invalid Bytes (base64): %s", problem);
	return refuse(rt, path, "invalid_value", message);
}

/* --- from JSON -------------------------------------------------------------------------------- */

static bool decode(struct rt *rt, struct value *out, uint32_t index, const struct value *json,
		   const char *path);

static bool decode_scalar(struct rt *rt, struct value *out, const struct rt_type *type,
			  const struct value *json, const char *path)
{
	switch (type->kind) {
	case RT_KIND_FLOAT:
		if (json->tag == RT_INT)
			*out = rt_v_of_f(rt, (double)json->u.i);
		else
			*out = rt_clone(*json);
		return out->tag == RT_FLOAT || expected(rt, path, "Float", 5);
	case RT_KIND_INT:
		*out = rt_clone(*json);
		return json->tag == RT_INT || expected(rt, path, "Int", 3);
	case RT_KIND_BOOL:
		*out = rt_clone(*json);
		return json->tag == RT_BOOL || expected(rt, path, "Bool", 4);
	case RT_KIND_STRING:
	case RT_KIND_ID:
	case RT_KIND_EMAIL:
		*out = rt_clone(*json);
		return json->tag == RT_STRING || expected(rt, path, "String", 6);
	case RT_KIND_BYTES:
		if (json->tag != RT_STRING)
			return expected(rt, path, "String", 6);
		return decode_bytes(rt, out, json->u.string->bytes, json->u.string->len, path);
	case RT_KIND_ANY:
		*out = rt_clone(*json);
		return true;
	case RT_KIND_UNIT:
		*out = rt_unit();
		return json->tag == RT_NULL || expected(rt, path, "Unit", 4);
	default:
		return expected(rt, path, type->name.ptr, type->name.len);
	}
}

static bool decode_list(struct rt *rt, struct value *out, uint32_t item_type,
			const struct value *json, const char *path)
{
	if (json->tag != RT_LIST)
		return expected(rt, path, "List", 4);
	*out = rt_list_make(rt, json->u.list->len);
	for (uint64_t i = 0; !rt->trap && i < json->u.list->len; i++) {
		char inner[PATH_SIZE];
		struct value item = rt_null();
		(void)snprintf(inner, sizeof(inner), "%s[%lu]", path, (unsigned long)i);
		if (!decode(rt, &item, item_type, &json->u.list->items[i], inner))
			return false;
		rt_list_push(rt, *out, item);
	}
	return !rt->trap;
}

static void member_path(char out[PATH_SIZE], const char *path, const char *name, uint64_t len)
{
	(void)snprintf(out, PATH_SIZE, "%s.%.*s", path, (int)len, name);
}

static bool decode_map(struct rt *rt, struct value *out, const struct rt_type *type,
		       const struct value *json, const char *path)
{
	if (json->tag != RT_MAP)
		return expected(rt, path, "Map", 3);
	*out = rt_map_make(rt);
	for (uint64_t i = 0; !rt->trap && i < json->u.map->len; i++) {
		char inner[PATH_SIZE];
		const struct rt_map_entry *entry = &json->u.map->entries[i];
		struct value item = rt_null();
		member_path(inner, path, entry->key.u.string->bytes, entry->key.u.string->len);
		if (!rt_check(rt, type->args[0], &entry->key, inner) ||
		    !decode(rt, &item, type->args[1], &entry->value, inner))
			return false;
		rt_map_put(rt, out->u.map, rt_clone(entry->key), item);
	}
	return !rt->trap;
}

static bool refuse_unknown(struct rt *rt, const struct rt_type *type, const struct rt_map *map,
			   const char *path)
{
	for (uint64_t i = 0; i < map->len; i++) {
		const struct rt_string *key = map->entries[i].key.u.string;
		bool known = false;
		for (uint32_t k = 0; k < type->field_len && !known; k++)
			known = type->fields[k].name.len == key->len &&
				memcmp(type->fields[k].name.ptr, key->bytes, key->len) == 0;
		if (!known) {
			char inner[PATH_SIZE];
			member_path(inner, path, key->bytes, key->len);
			return refuse(rt, inner, "unknown_field", "unknown field");
		}
	}
	return true;
}

static bool decode_field(struct rt *rt, struct value *out, const struct rt_type_field *field,
			 const struct rt_map *map, const char *path)
{
	char inner[PATH_SIZE];
	member_path(inner, path, field->name.ptr, field->name.len);
	const struct value *given = rt_map_find(map, field->name.ptr, field->name.len);
	if (given)
		return decode(rt, out, field->type, given, inner);
	if (field->default_function >= 0) {
		*out = rt->program->invoke(rt, (uint32_t)field->default_function, NULL);
		return !rt->trap && rt_check(rt, field->type, out, inner);
	}
	if (rt->program->types[field->type].kind == RT_KIND_OPTION)
		return true;
	return refuse(rt, inner, "missing_field", "missing field");
}

static bool decode_struct(struct rt *rt, struct value *out, const struct rt_type *type,
			  const struct value *json, const char *path)
{
	if (json->tag != RT_MAP)
		return expected(rt, path, type->name.ptr, type->name.len);
	if (!refuse_unknown(rt, type, json->u.map, path))
		return false;
	*out = rt_record_make(rt, RT_STRUCT, type, type->field_len);
	for (uint32_t i = 0; !rt->trap && i < type->field_len; i++)
		if (!decode_field(rt, &out->u.record->items[i], &type->fields[i], json->u.map,
				  path))
			return false;
	return !rt->trap;
}

/* `name` of {"type": ..., "data": ...}, or NULL. */
static const struct value *tagged_member(const struct value *json, const char *name)
{
	return json->tag == RT_MAP ? rt_map_find(json->u.map, name, 4) : NULL;
}

static bool decode_payload(struct rt *rt, struct value *out, const struct rt_type_variant *variant,
			   const struct value *json, const char *path)
{
	char inner[PATH_SIZE];
	const struct value *data = tagged_member(json, "data");
	struct value *items = out->u.record->items;
	member_path(inner, path, "data", 4);
	if (variant->payload_len == 0)
		return true;
	if (!data)
		return refuse(rt, path, "missing_field", "missing enum data");
	if (variant->payload_len == 1)
		return decode(rt, &items[0], variant->payload[0], data, inner);
	if (data->tag != RT_LIST)
		return refuse(rt, inner, "type_mismatch", "expected enum payload array");
	if (data->u.list->len != variant->payload_len)
		return refuse(rt, inner, "invalid_value", "enum payload length mismatch");
	for (uint32_t i = 0; i < variant->payload_len; i++) {
		char item_path[PATH_SIZE + 16];
		(void)snprintf(item_path, sizeof(item_path), "%s[%u]", inner, i);
		if (!decode(rt, &items[i], variant->payload[i], &data->u.list->items[i], item_path))
			return false;
	}
	return true;
}

static bool unknown_variant(struct rt *rt, const char *what, const struct rt_string *tag,
			    const char *path)
{
	char message[MESSAGE_SIZE];
	(void)snprintf(message, sizeof(message), "unknown %s %.*s", what, (int)tag->len,
		       tag->bytes);
	return refuse(rt, path, "invalid_value", message);
}

static bool decode_enum(struct rt *rt, struct value *out, const struct rt_type *type,
			const struct value *json, const char *path)
{
	const struct value *tag = tagged_member(json, "type");
	if (json->tag != RT_MAP)
		return expected(rt, path, type->name.ptr, type->name.len);
	if (!tag || tag->tag != RT_STRING)
		return refuse(rt, path, "missing_field", "missing enum type");
	const struct rt_string *name = tag->u.string;
	for (uint32_t i = 0; i < type->variant_len; i++) {
		const struct rt_type_variant *variant = &type->variants[i];
		if (variant->name.len != name->len ||
		    memcmp(variant->name.ptr, name->bytes, name->len) != 0)
			continue;
		*out = rt_record_make(rt, RT_ENUM, type, variant->payload_len);
		if (rt->trap)
			return false;
		out->u.record->variant = i;
		return decode_payload(rt, out, variant, json, path);
	}
	return unknown_variant(rt, "variant", name, path);
}

static bool decode_result(struct rt *rt, struct value *out, const struct rt_type *type,
			  const struct value *json, const char *path)
{
	char inner[PATH_SIZE];
	const struct value *tag = tagged_member(json, "type");
	const struct value *data = tagged_member(json, "data");
	if (json->tag != RT_MAP)
		return refuse(rt, path, "type_mismatch", "expected Result object");
	if (!tag)
		return refuse(rt, path, "missing_field", "missing Result tag");
	member_path(inner, path, "type", 4);
	if (tag->tag != RT_STRING)
		return refuse(rt, inner, "type_mismatch", "expected Result tag string");
	if (!data)
		return refuse(rt, path, "missing_field", "missing Result data");
	const struct rt_string *name = tag->u.string;
	bool ok = name->len == 2 && memcmp(name->bytes, "Ok", 2) == 0;
	if (!ok && (name->len != 3 || memcmp(name->bytes, "Err", 3) != 0))
		return unknown_variant(rt, "Result variant", name, inner);
	struct value content = rt_null();
	member_path(inner, path, "data", 4);
	if (!decode(rt, &content, type->args[ok ? 0 : 1], data, inner))
		return false;
	*out = rt_cell_make(rt, ok ? RT_OK : RT_ERR, content);
	return !rt->trap;
}

/* *out is null when false is returned. */
static bool decode(struct rt *rt, struct value *out, uint32_t index, const struct value *json,
		   const char *path)
{
	const struct rt_type *type = &rt->program->types[index];
	bool ok;
	switch (type->kind) {
	case RT_KIND_OPTION:
		return json->tag == RT_NULL || decode(rt, out, type->args[0], json, path);
	case RT_KIND_LIST:
		ok = decode_list(rt, out, type->args[0], json, path);
		break;
	case RT_KIND_MAP:
		ok = decode_map(rt, out, type, json, path);
		break;
	case RT_KIND_STRUCT:
		ok = decode_struct(rt, out, type, json, path);
		break;
	case RT_KIND_ENUM:
		ok = decode_enum(rt, out, type, json, path);
		break;
	case RT_KIND_RESULT:
		ok = decode_result(rt, out, type, json, path);
		break;
	default:
		ok = decode_scalar(rt, out, type, json, path) && !rt->trap &&
		     rt_check(rt, index, out, path);
		break;
	}
	if (ok)
		return true;
	rt_drop(rt, *out);
	*out = rt_null();
	return false;
}

bool rt_decode(struct rt *rt, struct value *out, uint32_t type, const struct value *json,
	       const char *path)
{
	*out = rt_null();
	return decode(rt, out, type, json, path);
}

/* --- from text -------------------------------------------------------------------------------- */

static bool decode_json_text(struct rt *rt, struct value *out, uint32_t index, const char *text,
			     const char *path)
{
	struct value json;
	struct rt_json_problem problem = {0};
	if (!rt_json_read(rt, &json, text, strlen(text), &problem)) {
		char message[MESSAGE_SIZE];
		if (rt->trap)
			return false;
		(void)snprintf(message, sizeof(message), "invalid JSON value: %s at %lu:%lu",
			       problem.text, (unsigned long)problem.line,
			       (unsigned long)problem.column);
		return refuse(rt, path, "invalid_value", message);
	}
	bool ok = decode(rt, out, index, &json, path);
	rt_drop(rt, json);
	return ok;
}

static bool from_trimmed(struct rt *rt, struct value *out, uint32_t index, const char *text,
			 const char *path)
{
	const struct rt_type *type = &rt->program->types[index];
	char message[MESSAGE_SIZE];
	bool ok;
	switch (type->kind) {
	case RT_KIND_OPTION:
		if (*text == '\0' || strcasecmp(text, "null") == 0)
			return true;
		return from_trimmed(rt, out, type->args[0], text, path);
	case RT_KIND_INT:
	case RT_KIND_FLOAT:
	case RT_KIND_BOOL:
	case RT_KIND_STRING:
	case RT_KIND_ID:
	case RT_KIND_EMAIL:
		ok = rt_parse_scalar(rt, out, type->kind, text);
		break;
	case RT_KIND_BYTES:
		if (!decode_bytes(rt, out, text, strlen(text), path))
			return false;
		ok = true;
		break;
	case RT_KIND_LIST:
	case RT_KIND_STRUCT:
	case RT_KIND_ENUM:
		return decode_json_text(rt, out, index, text, path);
	case RT_KIND_MAP:
		if (rt->program->types[type->args[0]].kind == RT_KIND_STRING)
			return decode_json_text(rt, out, index, text, path);
		__attribute__((fallthrough));
	default:
		(void)snprintf(message, sizeof(message), "type %.*s cannot be given as text",
			       (int)type->name.len, type->name.ptr);
		return refuse(rt, path, "invalid_value", message);
	}
	if (ok)
		return !rt->trap && rt_check(rt, index, out, path);
	static const char *const names[] = {
		[RT_KIND_INT] = "Int", [RT_KIND_FLOAT] = "Float", [RT_KIND_BOOL] = "Bool"};
	(void)snprintf(message, sizeof(message), "invalid %s: %s", names[type->kind], text);
	return refuse(rt, path, "invalid_value", message);
}

bool rt_decode_text(struct rt *rt, struct value *out, uint32_t type, const char *text,
		    const char *path)
{
	*out = rt_null();
	char *trimmed = rt_trimmed(rt, text);
	bool ok = trimmed && from_trimmed(rt, out, type, trimmed, path);
	free(trimmed);
	if (ok)
		return true;
	rt_drop(rt, *out);
	*out = rt_null();
	return false;
}
