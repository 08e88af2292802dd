/* SPDX-License-Identifier: Apache-2.0 */
/* rt_fixture: a runtime without a program, and the few types that the runtime's tests construct. */
#pragma once

#include <criterion/criterion.h>
#include <string.h>

#include "oracles/reference/rt.h"

#define RT_NAME(text)                                                                              \
	{                                                                                          \
		.ptr = (text), .len = sizeof(text) - 1                                             \
	}

enum { TYPE_STRING_, TYPE_AGE_, TYPE_USER_, TYPE_COLOR_, TYPE_OOPS_, TYPE_MAYBE_ };

static const struct rt_refinement age_range[] = {
	{.kind = RT_REFINE_INT_RANGE, .i_min = 0, .i_max = 130},
};
static const struct rt_type_field user_fields[] = {
	{.name = RT_NAME("name"), .type = TYPE_STRING_, .default_function = -1},
	{.name = RT_NAME("age"), .type = TYPE_AGE_, .default_function = -1},
	{.name = RT_NAME("nick"), .type = TYPE_MAYBE_, .default_function = -1},
};
static const struct rt_type_field oops_fields[] = {
	{.name = RT_NAME("message"), .type = TYPE_STRING_, .default_function = -1},
};
static const struct rt_type_variant color_variants[] = {
	{.name = RT_NAME("Red")},
	{.name = RT_NAME("Rgb")},
};
static const struct rt_type fixture_types[] = {
	[TYPE_STRING_] = {.name = RT_NAME("String"), .kind = RT_KIND_STRING},
	[TYPE_AGE_] = {.name = RT_NAME("Int"),
		       .kind = RT_KIND_INT,
		       .refinements = age_range,
		       .refinement_len = 1},
	[TYPE_USER_] = {.name = RT_NAME("User"),
			.kind = RT_KIND_STRUCT,
			.fields = user_fields,
			.field_len = 3},
	[TYPE_COLOR_] = {.name = RT_NAME("Color"),
			 .kind = RT_KIND_ENUM,
			 .variants = color_variants,
			 .variant_len = 2},
	[TYPE_OOPS_] = {.name = RT_NAME("Oops"),
			.kind = RT_KIND_STRUCT,
			.fields = oops_fields,
			.field_len = 1},
	[TYPE_MAYBE_] = {.name = RT_NAME("String?"),
			 .kind = RT_KIND_OPTION,
			 .args = {TYPE_STRING_}},
};
static const struct rt_function fixture_functions[] = {
	{.name = RT_NAME("greet"), .module = 1, .param_len = 1},
};
__attribute__((unused)) static const struct rt_program fixture_program = {
	.types = fixture_types,
	.type_len = 6,
	.functions = fixture_functions,
	.function_len = 1,
};

static inline struct value str(struct rt *rt, const char *text)
{
	return rt_string_make(rt, text, strlen(text));
}

static inline struct value num(int64_t i)
{
	return (struct value){.tag = RT_INT, .u.i = i};
}

/* The printed form of v, which is consumed, must be `text`. */
static inline void expect_printed(struct rt *rt, struct value v, const char *text)
{
	struct value s = rt_to_string(rt, v);
	cr_assert_eq(s.tag, RT_STRING, "no text for '%s'", text);
	cr_assert(s.u.string->len == strlen(text) &&
			  memcmp(s.u.string->bytes, text, strlen(text)) == 0,
		  "want '%s', got '%.*s'", text, (int)s.u.string->len, s.u.string->bytes);
	rt_drop(rt, s);
}

/* A fatal trap with that text must be pending; it is cleared. */
static inline void expect_trap(struct rt *rt, const char *text)
{
	cr_assert_eq(rt->trap, RT_TRAP_FATAL, "no trap '%s'", text);
	struct value error = rt->error;
	rt->trap = RT_TRAP_NONE;
	rt->error = rt_null();
	expect_printed(rt, error, text);
}
