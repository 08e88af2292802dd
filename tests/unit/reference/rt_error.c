/* SPDX-License-Identifier: Apache-2.0 */
/* What people read when an error value ends a program: the JSON of every standard error. */
#include <stdio.h>

#include "rt_fixture.h"

static const struct rt_type_field pair_fields[] = {
	{.name = RT_NAME("code"), .default_function = -1},
	{.name = RT_NAME("message"), .default_function = -1},
	{.name = RT_NAME("status"), .default_function = -1},
};
static const struct rt_type_field key_fields[] = {
	{.name = RT_NAME("key"), .default_function = -1},
};

static struct rt_type standard(const char *name, const struct rt_type_field *fields, uint32_t len)
{
	return (struct rt_type){
		.name = {.ptr = name, .len = strlen(name)},
		.kind = RT_KIND_STRUCT,
		.fields = fields,
		.field_len = len,
	};
}

/* The text for `error`, which is consumed, must be `text`. */
static void expect_error_text(struct rt *rt, struct value error, const char *text)
{
	struct rt_text out = {0};
	rt_text_error(rt, &out, &error);
	cr_assert(out.len == strlen(text) && memcmp(out.bytes, text, out.len) == 0,
		  "want '%s', got '%.*s'", text, (int)out.len, out.bytes);
	rt_text_done(rt, &out);
	rt_drop(rt, error);
}

Test(rt_error, named_errors_have_their_code_and_message)
{
	static const char *const names[][2] = {
		{"std.Error.BadRequest", "bad_request"}, {"std.Error.Unauthorized", "unauthorized"},
		{"std.Error.Forbidden", "forbidden"},    {"std.Error.NotFound", "not_found"},
		{"std.Error.Conflict", "conflict"},
	};
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct rt_type type = standard(names[i][0], oops_fields, 1);
		struct value error = rt_record_make(&rt, RT_STRUCT, &type, 1);
		char want[128];
		error.u.record->items[0] = str(&rt, "told \"you\"\n");
		(void)snprintf(want, sizeof(want),
			       "{\"error\":{\"code\":\"%s\",\"message\":\"told \\\"you\\\"\\n\"}}",
			       names[i][1]);
		expect_error_text(&rt, error, want);
	}
	rt_done(&rt);
}

Test(rt_error, named_error_without_message_has_the_default)
{
	static const char *const names[][2] = {
		{"std.Error.BadRequest", "bad request"}, {"std.Error.Unauthorized", "unauthorized"},
		{"std.Error.Forbidden", "forbidden"},    {"std.Error.NotFound", "not found"},
		{"std.Error.Conflict", "conflict"},
	};
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct rt_type type = standard(names[i][0], key_fields, 1);
		struct value error = rt_record_make(&rt, RT_STRUCT, &type, 1);
		struct rt_text out = {0};
		char want[64];
		(void)snprintf(want, sizeof(want), "\"message\":\"%s\"}}", names[i][1]);
		rt_text_error(&rt, &out, &error);
		cr_assert(out.len > strlen(want) && memcmp(out.bytes + out.len - strlen(want), want,
							   strlen(want)) == 0,
			  "want '%s' at the end of '%.*s'", want, (int)out.len, out.bytes);
		rt_text_done(&rt, &out);
		rt_drop(&rt, error);
	}
	rt_done(&rt);
}

Test(rt_error, general_error_leaves_its_other_fields_out)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct rt_type type = standard("std.Error", pair_fields, 3);
	struct value error = rt_record_make(&rt, RT_STRUCT, &type, 3);
	error.u.record->items[0] = str(&rt, "teapot");
	error.u.record->items[1] = str(&rt, "short");
	error.u.record->items[2] = num(418);
	expect_error_text(&rt, error, "{\"error\":{\"code\":\"teapot\",\"message\":\"short\"}}");
	expect_error_text(&rt, rt_error_make(&rt, str(&rt, "read nothing")),
			  "{\"error\":{\"code\":\"error\",\"message\":\"read nothing\"}}");
	rt_done(&rt);
}

Test(rt_error, validation_lists_its_fields)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	rt_raise_invalid(&rt, "age", "invalid_value", "value 200 out of range 0..130");
	cr_assert_eq(rt.trap, RT_TRAP_RAISE);
	struct value error = rt.error;
	rt.trap = RT_TRAP_NONE;
	rt.error = rt_null();
	expect_error_text(&rt, error,
			  "{\"error\":{\"code\":\"validation_error\",\"fields\":[{\"code\":"
			  "\"invalid_value\",\"message\":\"value 200 out of range 0..130\","
			  "\"path\":\"age\"}],\"message\":\"validation failed\"}}");
	rt_done(&rt);
}

Test(rt_error, other_values_appear_in_their_printed_form)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value error = rt_record_make(&rt, RT_STRUCT, &fixture_types[TYPE_OOPS_], 1);
	error.u.record->items[0] = str(&rt, "mine");
	expect_error_text(&rt, error, "Oops(mine)");
	rt_done(&rt);
}
