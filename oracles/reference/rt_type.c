/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_type: structs, enums and validation. A struct literal takes what was given, validates it in
 * source order, then fills in defaults and nulls. Clauses: #validation, #default-values,
 * #built-in-refinements.
 */
#include <stdio.h>
#include <string.h>

#include "oracles/reference/rt.h"

enum { PATH_SIZE = 256, MESSAGE_SIZE = 512 };

static bool mismatch(struct rt *rt, const struct rt_type *type, const struct value *v,
		     const char *path)
{
	struct rt_name got = rt_type_of(v);
	char message[MESSAGE_SIZE];
	(void)snprintf(message, sizeof(message), "expected %.*s, got %.*s", (int)type->name.len,
		       type->name.ptr, (int)got.len, got.ptr);
	rt_raise_invalid(rt, path, "type_mismatch", message);
	return false;
}

static bool invalid(struct rt *rt, const char *path, const char *message)
{
	rt_raise_invalid(rt, path, "invalid_value", message);
	return false;
}

/* --- refinements ------------------------------------------------------------------------------ */

static int64_t count_chars(const struct rt_string *s)
{
	int64_t n = 0;
	for (uint64_t i = 0; i < s->len; i++)
		n += ((unsigned char)s->bytes[i] & 0xc0) != 0x80;
	return n;
}

static bool matches_pattern(struct rt *rt, const struct rt_name *pattern, const struct value *v)
{
	return rt->program->regex && rt->program->regex->matches(rt, pattern, v->u.string);
}

static bool holds_predicate(struct rt *rt, uint32_t function, const struct value *v)
{
	struct value arg = rt_clone(*v);
	struct value result = rt->program->invoke(rt, function, &arg);
	bool yes = result.tag == RT_BOOL && result.u.i;
	rt_drop(rt, result);
	return yes;
}

static bool check_refinement(struct rt *rt, const struct rt_refinement *r, const struct value *v,
			     const char *path)
{
	char message[MESSAGE_SIZE];
	char number[3][RT_NUMBER_SIZE];
	switch (r->kind) {
	case RT_REFINE_INT_RANGE:
		if (v->tag != RT_INT || (v->u.i >= r->i_min && v->u.i <= r->i_max))
			return true;
		(void)snprintf(message, sizeof(message), "value %ld out of range %ld..%ld",
			       (long)v->u.i, (long)r->i_min, (long)r->i_max);
		return invalid(rt, path, message);
	case RT_REFINE_FLOAT_RANGE:
		if (v->tag != RT_FLOAT || (v->u.f >= r->f_min && v->u.f <= r->f_max))
			return true;
		(void)snprintf(message, sizeof(message), "value %.*s out of range %.*s..%.*s",
			       (int)rt_format_float(number[0], v->u.f), number[0],
			       (int)rt_format_float(number[1], r->f_min), number[1],
			       (int)rt_format_float(number[2], r->f_max), number[2]);
		return invalid(rt, path, message);
	case RT_REFINE_LENGTH: {
		if (v->tag != RT_STRING && v->tag != RT_BYTES)
			return true;
		int64_t len =
			v->tag == RT_STRING ? count_chars(v->u.string) : (int64_t)v->u.string->len;
		if (len >= r->i_min && len <= r->i_max)
			return true;
		(void)snprintf(message, sizeof(message), "length %ld out of range %ld..%ld",
			       (long)len, (long)r->i_min, (long)r->i_max);
		return invalid(rt, path, message);
	}
	case RT_REFINE_REGEX:
		if (v->tag != RT_STRING || matches_pattern(rt, &r->pattern, v) || rt->trap)
			return !rt->trap;
		(void)snprintf(message, sizeof(message), "value does not match regex %.*s",
			       (int)r->pattern.len, r->pattern.ptr);
		return invalid(rt, path, message);
	default: {
		if (holds_predicate(rt, r->function, v) || rt->trap)
			return !rt->trap;
		const struct rt_name *name = &rt->program->functions[r->function].name;
		(void)snprintf(message, sizeof(message), "predicate %.*s rejected value",
			       (int)name->len, name->ptr);
		return invalid(rt, path, message);
	}
	}
}

/* --- types ------------------------------------------------------------------------------------ */

static bool is_email(const struct rt_string *s)
{
	const char *at = s->len ? memchr(s->bytes, '@', s->len) : NULL;
	if (!at || at == s->bytes)
		return false;
	const char *end = s->bytes + s->len;
	const char *domain = at + 1;
	size_t len = (size_t)(end - domain);
	const char *dot = len ? memchr(domain, '.', len) : NULL;
	return dot && !memchr(domain, '@', len);
}

static bool check_items(struct rt *rt, const struct rt_type *type, const struct value *v,
			const char *path)
{
	char inner[PATH_SIZE];
	if (v->tag == RT_LIST) {
		for (uint64_t i = 0; i < v->u.list->len; i++) {
			(void)snprintf(inner, sizeof(inner), "%s[%lu]", path, (unsigned long)i);
			if (!rt_check(rt, type->args[0], &v->u.list->items[i], inner))
				return false;
		}
		return true;
	}
	for (uint64_t i = 0; i < v->u.map->len; i++) {
		const struct rt_map_entry *entry = &v->u.map->entries[i];
		(void)snprintf(inner, sizeof(inner), "%s.%.*s", path, (int)entry->key.u.string->len,
			       entry->key.u.string->bytes);
		if (!rt_check(rt, type->args[0], &entry->key, inner) ||
		    !rt_check(rt, type->args[1], &entry->value, inner))
			return false;
	}
	return true;
}

static bool same_type(const struct rt_type *a, const struct rt_type *b)
{
	return a == b || (a->kind == b->kind && a->name.len == b->name.len &&
			  memcmp(a->name.ptr, b->name.ptr, a->name.len) == 0);
}

static bool check_kind(struct rt *rt, const struct rt_type *type, const struct value *v,
		       const char *path)
{
	static const int64_t tags[] = {
		[RT_KIND_UNIT] = RT_UNIT,         [RT_KIND_INT] = RT_INT,
		[RT_KIND_FLOAT] = RT_FLOAT,       [RT_KIND_BOOL] = RT_BOOL,
		[RT_KIND_STRING] = RT_STRING,     [RT_KIND_BYTES] = RT_BYTES,
		[RT_KIND_HTML] = RT_HTML,         [RT_KIND_ID] = RT_STRING,
		[RT_KIND_EMAIL] = RT_STRING,      [RT_KIND_LIST] = RT_LIST,
		[RT_KIND_MAP] = RT_MAP,           [RT_KIND_STRUCT] = RT_STRUCT,
		[RT_KIND_ENUM] = RT_ENUM,         [RT_KIND_TASK] = RT_TASK,
		[RT_KIND_FUNCTION] = RT_FUNCTION,
	};
	if (v->tag != tags[type->kind])
		return mismatch(rt, type, v, path);
	switch (type->kind) {
	case RT_KIND_ID:
		return v->u.string->len || invalid(rt, path, "expected non-empty Id");
	case RT_KIND_EMAIL:
		return is_email(v->u.string) || invalid(rt, path, "invalid email address");
	case RT_KIND_LIST:
	case RT_KIND_MAP:
		return check_items(rt, type, v, path);
	case RT_KIND_STRUCT:
	case RT_KIND_ENUM:
		return same_type(v->u.record->type, type) || mismatch(rt, type, v, path);
	default:
		return true;
	}
}

bool rt_check(struct rt *rt, uint32_t index, const struct value *v, const char *path)
{
	const struct rt_type *type = &rt->program->types[index];
	while (v->tag == RT_BOX)
		v = &v->u.cell->content;
	if (type->kind == RT_KIND_OPTION)
		return v->tag == RT_NULL || rt_check(rt, type->args[0], v, path);
	if (type->kind == RT_KIND_RESULT) {
		if (v->tag != RT_OK && v->tag != RT_ERR)
			return mismatch(rt, type, v, path);
		return rt_check(rt, type->args[v->tag == RT_ERR], &v->u.cell->content, path);
	}
	if (type->kind != RT_KIND_ANY && !check_kind(rt, type, v, path))
		return false;
	for (uint32_t i = 0; i < type->refinement_len; i++)
		if (!check_refinement(rt, &type->refinements[i], v, path))
			return false;
	return true;
}

/* --- structs and enums ------------------------------------------------------------------------ */

static bool check_field(struct rt *rt, const struct rt_type *type, uint32_t field,
			const struct value *v)
{
	const struct rt_type_field *f = &type->fields[field];
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof(path), "%.*s.%.*s", (int)type->name.len, type->name.ptr,
		       (int)f->name.len, f->name.ptr);
	return rt_check(rt, f->type, v, path);
}

static void fill_field(struct rt *rt, const struct rt_type *type, uint32_t field, struct value *v)
{
	const struct rt_type_field *f = &type->fields[field];
	if (f->default_function >= 0) {
		*v = rt->program->invoke(rt, (uint32_t)f->default_function, NULL);
		if (!rt->trap)
			(void)check_field(rt, type, field, v);
	} else if (rt->program->types[f->type].kind != RT_KIND_OPTION) {
		rt_trapf(rt, "missing field %.*s.%.*s", (int)type->name.len, type->name.ptr,
			 (int)f->name.len, f->name.ptr);
	}
}

struct value rt_struct(struct rt *rt, uint32_t index, uint32_t len, const uint32_t *fields,
		       struct value *values)
{
	const struct rt_type *type = &rt->program->types[index];
	struct value made = rt_record_make(rt, RT_STRUCT, type, type->field_len);
	if (made.tag == RT_NULL) {
		for (uint32_t i = 0; i < len; i++)
			rt_drop(rt, values[i]);
		return made;
	}
	struct value *items = made.u.record->items;
	for (uint32_t i = 0; i < len; i++) {
		rt_drop(rt, items[fields[i]]);
		items[fields[i]] = values[i];
	}
	for (uint32_t i = 0; i < len && !rt->trap; i++)
		(void)check_field(rt, type, fields[i], &items[fields[i]]);
	for (uint32_t field = 0; field < type->field_len && !rt->trap; field++) {
		bool given = false;
		for (uint32_t i = 0; i < len && !given; i++)
			given = fields[i] == field;
		if (!given)
			fill_field(rt, type, field, &items[field]);
	}
	if (!rt->trap)
		return made;
	rt_drop(rt, made);
	return rt_null();
}

struct value rt_variant(struct rt *rt, uint32_t index, uint32_t variant, uint32_t len,
			struct value *payload)
{
	struct value made = rt_record_make(rt, RT_ENUM, &rt->program->types[index], len);
	if (made.tag == RT_NULL) {
		for (uint32_t i = 0; i < len; i++)
			rt_drop(rt, payload[i]);
		return made;
	}
	made.u.record->variant = variant;
	for (uint32_t i = 0; i < len; i++)
		made.u.record->items[i] = payload[i];
	return made;
}

int rt_is_type(struct rt *rt, struct value v, uint32_t type)
{
	v = rt_unbox(rt, v);
	int yes = v.tag == RT_STRUCT && same_type(v.u.record->type, &rt->program->types[type]);
	rt_drop(rt, v);
	return yes;
}

int rt_is_variant(struct rt *rt, struct value v, uint32_t type, uint32_t variant)
{
	v = rt_unbox(rt, v);
	int yes = v.tag == RT_ENUM && v.u.record->variant == variant &&
		  same_type(v.u.record->type, &rt->program->types[type]);
	rt_drop(rt, v);
	return yes;
}
