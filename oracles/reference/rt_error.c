/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_error: error values: raising a validation error, and what people read when an error value ends
 * a program. Clauses: #recognized-error-names, #error-json-shape.
 */
#include <string.h>

#include "oracles/reference/rt.h"

#define NAME(text)                                                                                 \
	{                                                                                          \
		.ptr = (text), .len = sizeof(text) - 1                                             \
	}

static const struct rt_type_field detail_fields[] = {
	{.name = NAME("path"), .default_function = -1},
	{.name = NAME("code"), .default_function = -1},
	{.name = NAME("message"), .default_function = -1},
};
static const struct rt_type detail_type = {
	.name = NAME("ValidationField"),
	.kind = RT_KIND_STRUCT,
	.field_len = 3,
	.fields = detail_fields,
};
static const struct rt_type_field validation_fields[] = {
	{.name = NAME("message"), .default_function = -1},
	{.name = NAME("fields"), .default_function = -1},
};
static const struct rt_type validation_type = {
	.name = NAME("std.Error.Validation"),
	.kind = RT_KIND_STRUCT,
	.field_len = 2,
	.fields = validation_fields,
};

static struct value text_value(struct rt *rt, const char *text)
{
	return rt_string_make(rt, text, strlen(text));
}

struct value rt_invalid_detail(struct rt *rt, const char *path, const char *code,
			       const char *message)
{
	struct value detail = rt_record_make(rt, RT_STRUCT, &detail_type, 3);
	if (!rt->trap) {
		detail.u.record->items[0] = text_value(rt, path);
		detail.u.record->items[1] = text_value(rt, code);
		detail.u.record->items[2] = text_value(rt, message);
	}
	return detail;
}

void rt_raise_details(struct rt *rt, struct value details)
{
	struct value error = rt_record_make(rt, RT_STRUCT, &validation_type, 2);
	if (error.tag != RT_STRUCT) {
		rt_drop(rt, details);
		return;
	}
	error.u.record->items[0] = text_value(rt, "validation failed");
	error.u.record->items[1] = details;
	rt_raise(rt, error);
}

static const struct rt_type_field error_fields[] = {
	{.name = NAME("message"), .default_function = -1},
};
static const struct rt_type error_type = {
	.name = NAME("std.Error"),
	.kind = RT_KIND_STRUCT,
	.field_len = 1,
	.fields = error_fields,
};

struct value rt_error_make(struct rt *rt, struct value message)
{
	struct value error = rt_record_make(rt, RT_STRUCT, &error_type, 1);
	if (error.tag == RT_STRUCT)
		error.u.record->items[0] = message;
	else
		rt_drop(rt, message);
	return error;
}

void rt_raise_invalid(struct rt *rt, const char *path, const char *code, const char *message)
{
	struct value list = rt_list_make(rt, 1);
	struct value detail = rt_invalid_detail(rt, path, code, message);
	if (list.tag == RT_LIST)
		rt_list_push(rt, list, detail);
	rt_raise_details(rt, list);
}

/* --- texts ------------------------------------------------------------------------------------ */

static void add(struct rt *rt, struct rt_text *text, const char *s)
{
	rt_text_add(rt, text, s, strlen(s));
}

/* The field called `name` of a struct, or NULL. */
static const struct value *find_field(const struct value *v, const char *name)
{
	if (v->tag != RT_STRUCT)
		return NULL;
	const struct rt_record *record = v->u.record;
	for (uint32_t i = 0; i < record->len; i++)
		if (record->type->fields[i].name.len == strlen(name) &&
		    memcmp(record->type->fields[i].name.ptr, name, strlen(name)) == 0)
			return &record->items[i];
	return NULL;
}

static void add_string_field(struct rt *rt, struct rt_text *text, const struct value *v,
			     const char *name, const char *otherwise)
{
	const struct value *field = find_field(v, name);
	if (field && field->tag == RT_STRING)
		rt_text_json_string(rt, text, field->u.string->bytes, field->u.string->len);
	else
		rt_text_json_string(rt, text, otherwise, strlen(otherwise));
}

static void add_details(struct rt *rt, struct rt_text *text, const struct value *list)
{
	add(rt, text, "[");
	for (uint64_t i = 0; list && list->tag == RT_LIST && i < list->u.list->len; i++) {
		const struct value *item = &list->u.list->items[i];
		add(rt, text, i ? ",{\"code\":" : "{\"code\":");
		add_string_field(rt, text, item, "code", "");
		add(rt, text, ",\"message\":");
		add_string_field(rt, text, item, "message", "");
		add(rt, text, ",\"path\":");
		add_string_field(rt, text, item, "path", "");
		add(rt, text, "}");
	}
	add(rt, text, "]");
}

struct standard {
	const char *name;
	const char *code;
	const char *message;
};

static const struct standard standards[] = {
	{"std.Error.Validation", "validation_error", "validation failed"},
	{"std.Error.BadRequest", "bad_request", "bad request"},
	{"std.Error.Unauthorized", "unauthorized", "unauthorized"},
	{"std.Error.Forbidden", "forbidden", "forbidden"},
	{"std.Error.NotFound", "not_found", "not found"},
	{"std.Error.Conflict", "conflict", "conflict"},
	{"std.Error", "error", "error"},
};

static const struct standard *find_standard(const struct value *error)
{
	if (error->tag != RT_STRUCT)
		return NULL;
	const struct rt_name *name = &error->u.record->type->name;
	for (size_t i = 0; i < sizeof(standards) / sizeof(standards[0]); i++)
		if (strlen(standards[i].name) == name->len &&
		    memcmp(standards[i].name, name->ptr, name->len) == 0)
			return &standards[i];
	return NULL;
}

void rt_text_error(struct rt *rt, struct rt_text *text, const struct value *error)
{
	const struct standard *standard = find_standard(error);
	if (!standard) {
		rt_text_value(rt, text, error);
		return;
	}
	add(rt, text, "{\"error\":{\"code\":");
	if (strcmp(standard->name, "std.Error") == 0)
		add_string_field(rt, text, error, "code", standard->code);
	else
		rt_text_json_string(rt, text, standard->code, strlen(standard->code));
	if (strcmp(standard->name, "std.Error.Validation") == 0) {
		add(rt, text, ",\"fields\":");
		add_details(rt, text, find_field(error, "fields"));
	}
	add(rt, text, ",\"message\":");
	add_string_field(rt, text, error, "message", standard->message);
	add(rt, text, "}}");
}

bool rt_is_standard_error(const struct value *error)
{
	return find_standard(error) != NULL;
}

struct value rt_invalid_details(struct value error)
{
	const struct value *fields = find_field(&error, "fields");
	return fields && fields->tag == RT_LIST ? rt_clone(*fields) : rt_null();
}
