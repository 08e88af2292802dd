/* SPDX-License-Identifier: Apache-2.0 */
/* Printed forms: numbers against a table, every kind of value, the nesting limit. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rt_fixture.h"

Test(rt_print, floats_are_the_shortest_decimal_without_exponent)
{
	static const struct {
		double f;
		const char *text;
	} table[] = {
		{0.0, "0"},
		{-0.0, "-0"},
		{1.0, "1"},
		{-1.5, "-1.5"},
		{0.1, "0.1"},
		{0.1 + 0.2, "0.30000000000000004"},
		{1.0 / 3.0, "0.3333333333333333"},
		{2.0 / 3.0, "0.6666666666666666"},
		{100.0, "100"},
		{1e15, "1000000000000000"},
		{1e16, "10000000000000000"},
		{1e21, "1000000000000000000000"},
		{123456789.125, "123456789.125"},
		{9007199254740993.0, "9007199254740992"},
		{5e-324, NULL},
		{1e-7, "0.0000001"},
		{1.7976931348623157e308, NULL},
		{2.2250738585072014e-308, NULL},
		{0x1p-44, NULL},
		{9.5367431640625e-07, "0.00000095367431640625"},
		{4.35, "4.35"},
		{0.000123, "0.000123"},
		{72057594037927936.0, "72057594037927940"},
		{72057594037927945.0, "72057594037927950"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char text[RT_NUMBER_SIZE];
		uint32_t len = rt_format_float(text, table[i].f);
		cr_assert_lt(len, RT_NUMBER_SIZE);
		text[len] = '\0';
		cr_expect_eq(strtod(text, NULL), table[i].f, "'%s' reads back", text);
		cr_expect_null(strchr(text, 'e'));
		if (table[i].text)
			cr_expect_str_eq(text, table[i].text);
	}
}

Test(rt_print, floats_that_are_no_numbers_have_names)
{
	char text[RT_NUMBER_SIZE];
	cr_expect_eq(rt_format_float(text, INFINITY), 3);
	cr_expect_arr_eq(text, "inf", 3);
	cr_expect_eq(rt_format_float(text, -INFINITY), 4);
	cr_expect_arr_eq(text, "-inf", 4);
	cr_expect_eq(rt_format_float(text, -NAN), 3);
	cr_expect_arr_eq(text, "NaN", 3);
}

/* Any shorter decimal must read back as another double. */
Test(rt_print, no_shorter_decimal_reads_back)
{
	uint64_t seed = 88172645463325252u;
	for (int i = 0; i < 20000; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		double f;
		memcpy(&f, &seed, sizeof(f));
		if (!isfinite(f))
			continue;
		char text[RT_NUMBER_SIZE];
		text[rt_format_float(text, f)] = '\0';
		cr_assert_eq(strtod(text, NULL), f, "'%s' reads back", text);
		int digits = 0;
		for (const char *p = text + strspn(text, "-0."); *p; p++)
			digits += *p != '.';
		const char *dot = strchr(text, '.');
		for (const char *p = text + strlen(text) - 1; !dot && digits > 1 && *p == '0'; p--)
			digits--;
		char shorter[64];
		(void)snprintf(shorter, sizeof(shorter), "%.*e", digits > 1 ? digits - 2 : 0, f);
		if (digits > 1)
			cr_assert_neq(strtod(shorter, NULL), f, "'%s' is shorter than '%s'",
				      shorter, text);
	}
}

Test(rt_print, integers_at_both_ends)
{
	char text[RT_NUMBER_SIZE];
	text[rt_format_int(text, INT64_MIN)] = '\0';
	cr_expect_str_eq(text, "-9223372036854775808");
	text[rt_format_int(text, INT64_MAX)] = '\0';
	cr_expect_str_eq(text, "9223372036854775807");
}

Test(rt_print, every_kind_of_value_has_its_form)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	expect_printed(&rt, rt_null(), "null");
	expect_printed(&rt, rt_unit(), "()");
	expect_printed(&rt, rt_v_of_b(&rt, 1), "true");
	expect_printed(&rt, rt_function(0), "<fn 1::greet>");
	expect_printed(&rt, str(&rt, "raw \"text\"\n"), "raw \"text\"\n");
	expect_printed(&rt, rt_ok(&rt, num(1)), "Ok(1)");
	expect_printed(&rt, rt_err(&rt, str(&rt, "no")), "Err(no)");
	expect_printed(&rt, rt_box(&rt, num(7)), "7");

	struct value items[] = {num(1), str(&rt, "b"), rt_v_of_f(&rt, 2.0)};
	struct value list = rt_list(&rt, 3, items);
	struct value pairs[] = {str(&rt, "k"), list, str(&rt, "a"), rt_null()};
	expect_printed(&rt, rt_map(&rt, 4, pairs), "{k: [1, b, 2], a: null}");

	uint32_t fields[] = {0, 1};
	struct value user[] = {str(&rt, "Ann"), num(3)};
	expect_printed(&rt, rt_struct(&rt, TYPE_USER_, 2, fields, user), "<User>");
	struct value oops[] = {str(&rt, "gone")};
	expect_printed(&rt, rt_struct(&rt, TYPE_OOPS_, 1, fields, oops), "Oops(gone)");

	struct value rgb[] = {num(1), num(2)};
	expect_printed(&rt, rt_variant(&rt, TYPE_COLOR_, 0, 0, NULL), "Color.Red");
	expect_printed(&rt, rt_variant(&rt, TYPE_COLOR_, 1, 2, rgb), "Color.Rgb(1, 2)");

	struct value bytes = str(&rt, "any carnal pleas");
	bytes.tag = bytes.u.string->head.tag = RT_BYTES;
	expect_printed(&rt, bytes, "YW55IGNhcm5hbCBwbGVhcw==");
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_print, deep_nesting_is_a_guest_fault_and_frees_without_recursion)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value v = rt_null();
	for (int i = 0; i < 1000000; i++)
		v = rt_list(&rt, 1, &v);
	struct value text = rt_to_string(&rt, v);
	cr_expect_eq(text.tag, RT_NULL);
	expect_trap(&rt, "value nesting limit exceeded");
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}
