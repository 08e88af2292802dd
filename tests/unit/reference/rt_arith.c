/* SPDX-License-Identifier: Apache-2.0 */
/* Operators: results at the edges, and a clean fault where there is no result. */
#include "rt_fixture.h"

#define MIN INT64_MIN
#define MAX INT64_MAX

Test(rt_arith, integers_fail_at_the_edges_instead_of_wrapping)
{
	static const struct {
		int64_t (*op)(struct rt *, int64_t, int64_t);
		int64_t a, b, result;
		const char *trap;
	} table[] = {
		{rt_i_add, MAX, 0, MAX, NULL},
		{rt_i_add, MAX, 1, 0, "integer overflow"},
		{rt_i_add, MIN, -1, 0, "integer overflow"},
		{rt_i_sub, MIN, 1, 0, "integer overflow"},
		{rt_i_sub, -1, MIN, MAX, NULL},
		{rt_i_mul, MAX, 2, 0, "integer overflow"},
		{rt_i_mul, MIN, -1, 0, "integer overflow"},
		{rt_i_mul, 3037000499, 3037000499, 9223372030926249001, NULL},
		{rt_i_div, -7, 2, -3, NULL},
		{rt_i_div, 7, 0, 0, "division by zero"},
		{rt_i_div, MIN, -1, 0, "integer overflow"},
		{rt_i_mod, -7, 2, -1, NULL},
		{rt_i_mod, 7, -2, 1, NULL},
		{rt_i_mod, 7, 0, 0, "division by zero"},
		{rt_i_mod, MIN, -1, 0, "integer overflow"},
	};
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cr_expect_eq(table[i].op(&rt, table[i].a, table[i].b), table[i].result, "row %zu",
			     i);
		if (table[i].trap)
			expect_trap(&rt, table[i].trap);
		cr_expect_eq(rt.trap, RT_TRAP_NONE);
	}
	cr_expect_eq(rt_i_neg(&rt, MIN), 0);
	expect_trap(&rt, "integer overflow");
	rt_done(&rt);
}

typedef struct value (*binary)(struct rt *, struct value, struct value);

Test(rt_arith, operators_on_values_name_what_they_do_not_support)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	const struct {
		binary op;
		struct value a, b;
		const char *trap;
	} table[] = {
		{rt_v_add, num(1), rt_null(), "unsupported + operands"},
		{rt_v_sub, str(&rt, "a"), num(1), "unsupported arithmetic operands"},
		{rt_v_mod, rt_v_of_f(&rt, 1), num(1), "mod not supported for float"},
		{rt_v_div, num(1), num(0), "division by zero"},
		{rt_range, num(2), num(1), "range start must be <= end"},
		{rt_range, str(&rt, "a"), num(1), "range expects numeric bounds"},
		{rt_range, num(1), rt_v_of_f(&rt, 1.0 / 0.0), "invalid range bounds"},
		{rt_index, rt_null(), num(1), "null access"},
		{rt_index, str(&rt, "abc"), num(1), "index access not supported on this value"},
		{rt_index, rt_list(&rt, 0, NULL), num(0), "index out of bounds"},
		{rt_index, rt_list(&rt, 0, NULL), str(&rt, "a"), "list index must be Int"},
		{rt_index, rt_map(&rt, 0, NULL), num(0), "map keys must be strings"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		rt_drop(&rt, table[i].op(&rt, table[i].a, table[i].b));
		expect_trap(&rt, table[i].trap);
	}
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_arith, values_mix_numbers_and_join_text)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	expect_printed(&rt, rt_v_add(&rt, num(1), rt_v_of_f(&rt, 0.5)), "1.5");
	expect_printed(&rt, rt_v_div(&rt, num(7), num(2)), "3");
	expect_printed(&rt, rt_v_div(&rt, num(7), rt_v_of_f(&rt, 2)), "3.5");
	expect_printed(&rt, rt_v_add(&rt, str(&rt, "n="), rt_v_of_f(&rt, 2)), "n=2");
	expect_printed(&rt, rt_v_add(&rt, rt_v_of_b(&rt, 0), str(&rt, "!")), "false!");
	expect_printed(&rt, rt_range(&rt, num(-1), num(2)), "[-1, 0, 1, 2]");
	expect_printed(&rt, rt_range(&rt, rt_v_of_f(&rt, 1.5), num(4)), "[1.5, 2.5, 3.5]");
	expect_printed(&rt, rt_index(&rt, rt_map(&rt, 0, NULL), str(&rt, "none")), "null");
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_arith, comparison_wants_one_type)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	cr_expect_eq(rt_v_eq(&rt, str(&rt, "a"), str(&rt, "a")), 1);
	cr_expect_eq(rt_v_ne(&rt, num(1), num(2)), 1);
	cr_expect_eq(rt_v_lt(&rt, rt_v_of_f(&rt, 1), rt_v_of_f(&rt, 2)), 1);
	cr_expect_eq(rt_v_eq(&rt, num(1), rt_null()), 0);
	expect_trap(&rt, "unsupported comparison operands");
	cr_expect_eq(rt_v_ne(&rt, num(1), rt_null()), 0);
	expect_trap(&rt, "unsupported comparison operands");
	cr_expect_eq(rt_v_lt(&rt, str(&rt, "a"), str(&rt, "b")), 0);
	expect_trap(&rt, "unsupported string comparison");
	cr_expect_eq(rt_match_eq(&rt, num(1), str(&rt, "1")), 0);
	cr_expect_eq(rt_match_eq(&rt, rt_null(), rt_null()), 1);
	cr_expect_eq(rt_b_of_v(&rt, num(1)), 0);
	expect_trap(&rt, "condition must be a Bool");
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}

Test(rt_arith, asserts_carry_their_message)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	(void)rt_assert(&rt, 0, rt_null());
	expect_trap(&rt, "assert failed: assertion failed");
	(void)rt_assert(&rt, 0, str(&rt, "x was 3"));
	expect_trap(&rt, "assert failed: x was 3");
	(void)rt_assert(&rt, 1, str(&rt, "unused"));
	cr_expect_eq(rt.trap, RT_TRAP_NONE);
	cr_expect_eq(rt.heap_used, 0);
	rt_done(&rt);
}
