/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_config: values that exist once: asset imports and config fields. A config field of a scalar
 * type takes the environment's value first, else its default. Clause: #config-loading.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "oracles/reference/rt.h"

enum { ENV_NAME_SIZE = 256 };

static size_t add_snake(char *out, size_t at, const struct rt_name *name)
{
	for (uint64_t i = 0; i < name->len && at + 2 < ENV_NAME_SIZE; i++) {
		unsigned char c = (unsigned char)name->ptr[i];
		bool starts = isupper(c) && i > 0 &&
			      (islower((unsigned char)name->ptr[i - 1]) ||
			       isdigit((unsigned char)name->ptr[i - 1]));
		if (starts)
			out[at++] = '_';
		out[at++] = c == '-' ? '_' : (char)toupper(c);
	}
	return at;
}

static struct value bad(struct rt *rt, const struct rt_const *constant, const char *type,
			const char *raw)
{
	char path[ENV_NAME_SIZE];
	char message[480];
	(void)snprintf(path, sizeof(path), "%.*s.%.*s", (int)constant->section.len,
		       constant->section.ptr, (int)constant->field.len, constant->field.ptr);
	(void)snprintf(message, sizeof(message), "invalid %s: %s", type, raw);
	rt_raise_invalid(rt, path, "invalid_value", message);
	return rt_null();
}

static struct value parse_scalar(struct rt *rt, const struct rt_const *constant, int32_t kind,
				 const char *raw)
{
	char *end;
	errno = 0;
	switch (kind) {
	case RT_KIND_INT: {
		long long i = strtoll(raw, &end, 10);
		if (end == raw || *end || errno)
			return bad(rt, constant, "Int", raw);
		return rt_v_of_i(rt, i);
	}
	case RT_KIND_FLOAT: {
		double f = strtod(raw, &end);
		if (end == raw || *end)
			return bad(rt, constant, "Float", raw);
		return rt_v_of_f(rt, f);
	}
	case RT_KIND_BOOL:
		if (strcasecmp(raw, "true") == 0)
			return rt_v_of_b(rt, 1);
		if (strcasecmp(raw, "false") == 0)
			return rt_v_of_b(rt, 0);
		return bad(rt, constant, "Bool", raw);
	default:
		return rt_string_make(rt, raw, strlen(raw));
	}
}

static struct value from_environment(struct rt *rt, const struct rt_const *constant,
				     const char *raw)
{
	const struct rt_type *type = &rt->program->types[constant->type];
	if (type->kind == RT_KIND_OPTION) {
		if (*raw == '\0' || strcasecmp(raw, "null") == 0)
			return rt_null();
		type = &rt->program->types[type->args[0]];
	}
	char *trimmed = strdup(raw + strspn(raw, " \t\r\n"));
	if (!trimmed) {
		rt_trap(rt, "out of memory");
		return rt_null();
	}
	size_t len = strlen(trimmed);
	while (len && strchr(" \t\r\n", trimmed[len - 1]))
		trimmed[--len] = '\0';
	struct value v = parse_scalar(rt, constant, type->kind, trimmed);
	free(trimmed);
	if (rt->trap)
		return v;
	char path[ENV_NAME_SIZE];
	(void)snprintf(path, sizeof(path), "%.*s.%.*s", (int)constant->section.len,
		       constant->section.ptr, (int)constant->field.len, constant->field.ptr);
	if (rt_check(rt, constant->type, &v, path))
		return v;
	rt_drop(rt, v);
	return rt_null();
}

struct value rt_constant(struct rt *rt, uint32_t index)
{
	const struct rt_const *constant = &rt->program->consts[index];
	if (constant->is_config) {
		char name[ENV_NAME_SIZE];
		size_t at = add_snake(name, 0, &constant->section);
		name[at++] = '_';
		at = add_snake(name, at, &constant->field);
		name[at] = '\0';
		const char *raw = getenv(name);
		if (raw)
			return from_environment(rt, constant, raw);
	}
	return rt->program->invoke(rt, constant->function, NULL);
}
