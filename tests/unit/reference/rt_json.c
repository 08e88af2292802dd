/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of the runtime: what text becomes which value, what is refused and where, written forms. */
#include "rt_fixture.h"

static const struct {
	const char *text;
	const char *printed;
} readable[] = {
	{" null ", "null"},
	{"[true,false]", "[true, false]"},
	{"0", "0"},
	{"-0", "0"},
	{"1.0", "1"},
	{"1e2", "100"},
	{"2.5", "2.5"},
	{"1e-7", "0.0000001"},
	{"123456789.125", "123456789.125"},
	{"9007199254740993", "9007199254740993"},
	{"9223372036854775807", "9223372036854775807"},
	{"-9223372036854775808", "-9223372036854775808"},
	{"9223372036854775808", "9223372036854776000"},
	{"0.1234567890123456789012345", "0.12345678901234568"},
	{"1e400", "inf"},
	{"\"a\\n\\u0041\\\"\\/\"", "a\nA\"/"},
	{"\"\\u00e9\\u20ac\\ud83d\\ude00\"", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
	{"\"\xc3\xa9\"", "\xc3\xa9"},
	{"{}", "{}"},
	{"{\"b\":1,\"a\":[],\"b\":2}", "{b: 2, a: []}"},
	{"\t[ 1 ,\r\n2 ] ", "[1, 2]"},
};

static const struct {
	const char *text;
	const char *message;
} unreadable[] = {
	{"", "invalid json: unexpected end of input at 1:1"},
	{"[1\n 2]", "invalid json: expected ',' or ']' at 2:2"},
	{"[1,]", "invalid json: unexpected character at 1:4"},
	{"{\"a\" 1}", "invalid json: expected ':' at 1:6"},
	{"{1:2}", "invalid json: expected string at 1:2"},
	{"{\"a\":1", "invalid json: expected ',' or '}' at 1:7"},
	{"tru", "invalid json: invalid bool at 1:1"},
	{"nul", "invalid json: invalid null at 1:1"},
	{"1 2", "invalid json: trailing characters at 1:3"},
	{"01", "invalid json: invalid number at 1:3"},
	{"-", "invalid json: invalid number at 1:2"},
	{"1.", "invalid json: invalid number at 1:3"},
	{"1e+", "invalid json: invalid number at 1:4"},
	{"\"a", "invalid json: unterminated string at 1:3"},
	{"\"a\\", "invalid json: unterminated string at 1:4"},
	{"\"\\x\"", "invalid json: invalid escape at 1:4"},
	{"\"\\ud83d\"", "invalid json: invalid unicode escape at 1:8"},
	{"\"\\ude00\"", "invalid json: invalid unicode escape at 1:8"},
	{"\"\\u00g0\"", "invalid json: invalid unicode escape at 1:7"},
	{"\"a\nb\"", "invalid json: control character in string at 1:3"},
	{"\"\xff\"", "invalid json: invalid UTF-8 at 1:1"},
	{"\"\xed\xa0\x80\"", "invalid json: invalid UTF-8 at 1:1"},
};

Test(rt_json, reads_what_the_standard_allows)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++) {
		struct value v = rt_json_decode(&rt, str(&rt, readable[i].text));
		cr_assert_eq(rt.trap, RT_TRAP_NONE, "'%s' is refused", readable[i].text);
		expect_printed(&rt, v, readable[i].printed);
	}
	rt_done(&rt);
	cr_assert_eq(rt.heap_used, 0);
}

Test(rt_json, refuses_the_rest_and_says_where)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++) {
		(void)rt_json_decode(&rt, str(&rt, unreadable[i].text));
		expect_trap(&rt, unreadable[i].message);
	}
	rt_done(&rt);
	cr_assert_eq(rt.heap_used, 0);
}

Test(rt_json, nesting_ends_in_an_error_both_ways)
{
	struct rt rt;
	char text[4 * RT_NESTING_LIMIT];
	rt_init(&rt, &fixture_program, NULL);
	memset(text, '[', sizeof(text));
	(void)rt_json_decode(&rt, rt_string_make(&rt, text, sizeof(text)));
	expect_trap(&rt, "invalid json: nesting limit exceeded at 1:1001");
	memset(text + RT_NESTING_LIMIT, ']', RT_NESTING_LIMIT);
	struct value v = rt_json_decode(&rt, rt_string_make(&rt, text, 2 * RT_NESTING_LIMIT));
	cr_assert_eq(rt.trap, RT_TRAP_NONE);
	rt_drop(&rt, rt_json_encode(&rt, rt_clone(v)));
	cr_assert_eq(rt.trap, RT_TRAP_NONE);
	struct value deeper = rt_list(&rt, 1, &v);
	deeper = rt_list(&rt, 1, &deeper);
	(void)rt_json_encode(&rt, deeper);
	expect_trap(&rt, "value nesting limit exceeded");
	rt_done(&rt);
	cr_assert_eq(rt.heap_used, 0);
}

Test(rt_json, writes_objects_in_byte_order_and_tags)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value v = rt_json_decode(
		&rt,
		str(&rt, "{\"b\":[1,2.5,null,true],\"B\":{},\"a\":\"q\\\"\\u0001\\n\xc3\xa9\"}"));
	expect_printed(&rt, rt_json_encode(&rt, v),
		       "{\"B\":{},\"a\":\"q\\\"\\u0001\\n\xc3\xa9\",\"b\":[1,2.5,null,true]}");
	struct value rgb[2] = {num(1), str(&rt, "x")};
	expect_printed(&rt, rt_json_encode(&rt, rt_variant(&rt, TYPE_COLOR_, 1, 2, rgb)),
		       "{\"data\":[1,\"x\"],\"type\":\"Rgb\"}");
	expect_printed(&rt, rt_json_encode(&rt, rt_variant(&rt, TYPE_COLOR_, 0, 0, NULL)),
		       "{\"type\":\"Red\"}");
	expect_printed(&rt, rt_json_encode(&rt, rt_ok(&rt, num(1))),
		       "{\"data\":1,\"type\":\"Ok\"}");
	expect_printed(&rt, rt_json_encode(&rt, rt_err(&rt, rt_null())),
		       "{\"data\":null,\"type\":\"Err\"}");
	expect_printed(&rt, rt_json_encode(&rt, rt_v_of_f(&rt, 1.0 / 0.0)), "null");
	expect_printed(&rt, rt_json_encode(&rt, rt_v_of_f(&rt, -0.0)), "0");
	rt_done(&rt);
	cr_assert_eq(rt.heap_used, 0);
}
