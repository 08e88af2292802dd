/* SPDX-License-Identifier: Apache-2.0 */
/* Builtins that get a value of another type than they take: each says so in its own words. The
 * field codes of such messages, and the URLs of assets. */
#include <stdlib.h>

#include "oracles/reference/rt_args.h"

#include "rt_fixture.h"

static struct value hash_of_number(struct rt *rt, struct value v)
{
	return rt_crypto_hash(rt, str(rt, "md5"), v);
}

static struct value format_with_number(struct rt *rt, struct value v)
{
	return rt_time_format(rt, num(0), v);
}

static const struct {
	struct value (*builtin)(struct rt *rt, struct value v);
	const char *message;
} refusals[] = {
	{rt_env, "env expects a string argument"},
	{rt_env_int, "env_int expects a string argument"},
	{rt_env_float, "env_float expects a string argument"},
	{rt_env_bool, "env_bool expects a string argument"},
	{rt_input, "input expects a string prompt"},
	{rt_asset, "asset expects a String path"},
	{rt_json_decode, "json.decode expects a string argument"},
	{hash_of_number, "crypto.hash expects data as Bytes"},
	{format_with_number, "time.format expects format as String"},
	{rt_await, "await expects a Task value"},
};

Test(rt_builtin, refuses_a_value_of_another_type)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		cr_assert_eq(refusals[i].builtin(&rt, num(1)).tag, RT_NULL);
		expect_trap(&rt, refusals[i].message);
	}
	rt_done(&rt);
}

static const struct {
	const char *message;
	const char *code;
} failures[] = {
	{"null access", "runtime_null_access"},
	{"index out of bounds", "runtime_index_bounds"},
	{"list index must be Int", "runtime_invalid_index"},
	{"map keys must be strings", "runtime_invalid_index"},
	{"index access not supported on this value", "runtime_invalid_index"},
	{"unknown field name", "runtime_field_access"},
	{"member access not supported on this value", "runtime_field_access"},
	{"assignment target must be a struct field", "runtime_invalid_assignment_target"},
	{"cannot assign through optional access", "runtime_invalid_assignment_target"},
	{"await expects a Task value", "runtime_task_expected"},
	{"range expects numeric bounds", "runtime_range_error"},
	{"range start must be <= end", "runtime_range_error"},
	{"invalid range bounds", "runtime_range_error"},
	{"unsupported + operands", "runtime_type_error"},
	{"unsupported string comparison", "runtime_type_error"},
	{"cannot iterate over Int", "runtime_type_error"},
	{"unary '-' expects number", "runtime_type_error"},
	{"expected Int, got String", "runtime_type_error"},
	{"invalid Int: x (env PORT)", "runtime_config_decode"},
	{"invalid config file: config.toml:1: unterminated string", "runtime_config_decode"},
	{"env expects a string argument", "runtime_invalid_arguments"},
	{"too many arguments", "runtime_invalid_arguments"},
	{"assert failed: null access", "runtime_error"},
	{"division by zero", "runtime_error"},
	{"", "runtime_error"},
};

Test(rt_builtin, a_failure_has_a_field_code)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		cr_assert_str_eq(rt_failure_code(failures[i].message), failures[i].code, "%s",
				 failures[i].message);
}

static const struct {
	const char *map;
	const char *path;
	const char *url; /* or the message when there is none */
} assets[] = {
	{NULL, "a.css", "/a.css"},
	{NULL, "", "/"},
	{"", "//a.css?v", "/a.css?v"},
	{"{\"a.css\":\"/p/a-1.css\"}", " /a.css#x ", "/p/a-1.css#x"},
	{"{\"/a.css\":\"p/a-1.css\"}", "a.css", "/p/a-1.css"},
	{"{\"a.css\":\"https://c.test/a\"}", "a.css", "https://c.test/a"},
	{"{\"a.css\":\"\"}", "b.css", "/b.css"},
	{"{\"a.css\":1}", "a.css", "!invalid FUSE_ASSET_MAP: the URL of a.css is no string"},
	{"[]", "a.css", "!invalid FUSE_ASSET_MAP: expected an object of paths and URLs"},
	{"{\"a.css\" 1}", "a.css", "!invalid FUSE_ASSET_MAP: expected ':' at 1:10"},
};

Test(rt_builtin, asset_looks_its_path_up)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < sizeof(assets) / sizeof(assets[0]); i++) {
		if (assets[i].map)
			(void)setenv("FUSE_ASSET_MAP", assets[i].map, 1);
		else
			(void)unsetenv("FUSE_ASSET_MAP");
		struct value url = rt_asset(&rt, str(&rt, assets[i].path));
		if (assets[i].url[0] == '!')
			expect_trap(&rt, assets[i].url + 1);
		else
			expect_printed(&rt, url, assets[i].url);
	}
	rt_done(&rt);
}
