/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_arith: operators. On machine numbers, as the interpreter calls them (emitted code has the same
 * in line), and on values whose type is only known now. Clause: #expression-operator-behavior.
 */
#include <string.h>

#include "oracles/reference/rt.h"

/* --- machine numbers -------------------------------------------------------------------------- */

int64_t rt_i_add(struct rt *rt, int64_t a, int64_t b)
{
	int64_t r;
	if (__builtin_add_overflow(a, b, &r)) {
		rt_trap_overflow(rt);
		return 0;
	}
	return r;
}

int64_t rt_i_sub(struct rt *rt, int64_t a, int64_t b)
{
	int64_t r;
	if (__builtin_sub_overflow(a, b, &r)) {
		rt_trap_overflow(rt);
		return 0;
	}
	return r;
}

int64_t rt_i_mul(struct rt *rt, int64_t a, int64_t b)
{
	int64_t r;
	if (__builtin_mul_overflow(a, b, &r)) {
		rt_trap_overflow(rt);
		return 0;
	}
	return r;
}

int rt_mul_overflows(int64_t a, int64_t b, int64_t *r)
{
	return __builtin_mul_overflow(a, b, r);
}

int64_t rt_i_div(struct rt *rt, int64_t a, int64_t b)
{
	if (b == 0) {
		rt_trap_zero(rt);
		return 0;
	}
	if (b == -1)
		return rt_i_neg(rt, a);
	return a / b;
}

int64_t rt_i_mod(struct rt *rt, int64_t a, int64_t b)
{
	if (b == 0) {
		rt_trap_zero(rt);
		return 0;
	}
	if (b == -1) {
		(void)rt_i_neg(rt, a); /* MIN % -1 overflows like MIN / -1 */
		return 0;
	}
	return a % b;
}

int64_t rt_i_neg(struct rt *rt, int64_t a)
{
	return rt_i_sub(rt, 0, a);
}

double rt_f_add(struct rt *rt, double a, double b)
{
	return a + b;
}

double rt_f_sub(struct rt *rt, double a, double b)
{
	return a - b;
}

double rt_f_mul(struct rt *rt, double a, double b)
{
	return a * b;
}

double rt_f_div(struct rt *rt, double a, double b)
{
	return a / b;
}

double rt_f_neg(struct rt *rt, double a)
{
	return -a;
}

double rt_f_of_i(struct rt *rt, int64_t i)
{
	return (double)i;
}

int rt_b_not(struct rt *rt, int a)
{
	return !a;
}

int rt_b_and(struct rt *rt, int a, int b)
{
	return a && b;
}

int rt_b_or(struct rt *rt, int a, int b)
{
	return a || b;
}

#define COMPARE(name, type, operator)                                                              \
	int name(struct rt *rt, type a, type b)                                                    \
	{                                                                                          \
		return a operator b;                                                               \
	}

COMPARE(rt_i_eq, int64_t, ==)
COMPARE(rt_i_ne, int64_t, !=)
COMPARE(rt_i_lt, int64_t, <)
COMPARE(rt_i_le, int64_t, <=)
COMPARE(rt_i_gt, int64_t, >)
COMPARE(rt_i_ge, int64_t, >=)
COMPARE(rt_f_eq, double, ==)
COMPARE(rt_f_ne, double, !=)
COMPARE(rt_f_lt, double, <)
COMPARE(rt_f_le, double, <=)
COMPARE(rt_f_gt, double, >)
COMPARE(rt_f_ge, double, >=)
COMPARE(rt_b_eq, int, ==)
COMPARE(rt_b_ne, int, !=)

/* --- from values to machine numbers ----------------------------------------------------------- */

static void trap_expected(struct rt *rt, const char *type, struct value got)
{
	struct rt_name name = rt_type_of(&got);
	rt_trapf(rt, "expected %s, got %.*s", type, (int)name.len, name.ptr);
	rt_drop(rt, got);
}

int64_t rt_i_of_v(struct rt *rt, struct value v)
{
	if (v.tag == RT_INT)
		return v.u.i;
	if (v.tag == RT_BOX)
		return rt_i_of_v(rt, rt_unbox(rt, v));
	trap_expected(rt, "Int", v);
	return 0;
}

double rt_f_of_v(struct rt *rt, struct value v)
{
	if (v.tag == RT_FLOAT)
		return v.u.f;
	if (v.tag == RT_INT)
		return (double)v.u.i;
	if (v.tag == RT_BOX)
		return rt_f_of_v(rt, rt_unbox(rt, v));
	trap_expected(rt, "Float", v);
	return 0;
}

int rt_b_of_v(struct rt *rt, struct value v)
{
	if (v.tag == RT_BOOL)
		return (int)v.u.i;
	if (v.tag == RT_BOX)
		return rt_b_of_v(rt, rt_unbox(rt, v));
	rt_drop(rt, v);
	rt_trap(rt, "condition must be a Bool");
	return 0;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool is_number(struct value v)
{
	return v.tag == RT_INT || v.tag == RT_FLOAT;
}

static double number(struct value v)
{
	return v.tag == RT_INT ? (double)v.u.i : v.u.f;
}

static struct value unsupported(struct rt *rt, struct value a, struct value b, const char *message)
{
	rt_drop(rt, a);
	rt_drop(rt, b);
	rt_trap(rt, message);
	return rt_null();
}

static void unbox_both(struct rt *rt, struct value *a, struct value *b)
{
	*a = rt_unbox(rt, *a);
	*b = rt_unbox(rt, *b);
}

struct value rt_v_add(struct rt *rt, struct value a, struct value b)
{
	unbox_both(rt, &a, &b);
	if (a.tag == RT_INT && b.tag == RT_INT)
		return rt_v_of_i(rt, rt_i_add(rt, a.u.i, b.u.i));
	if (is_number(a) && is_number(b))
		return rt_v_of_f(rt, number(a) + number(b));
	if (a.tag == RT_LIST && b.tag == RT_LIST)
		return rt_list_join(rt, a, b);
	if (a.tag != RT_STRING && b.tag != RT_STRING)
		return unsupported(rt, a, b, "unsupported + operands");
	a = rt_to_string(rt, a);
	b = rt_to_string(rt, b);
	if (rt->trap) {
		rt_drop(rt, a);
		rt_drop(rt, b);
		return rt_null();
	}
	return rt_string_append(rt, a, b);
}

#define ARITHMETIC(name, on_int, operator)                                                         \
	struct value name(struct rt *rt, struct value a, struct value b)                           \
	{                                                                                          \
		unbox_both(rt, &a, &b);                                                            \
		if (a.tag == RT_INT && b.tag == RT_INT)                                            \
			return rt_v_of_i(rt, on_int(rt, a.u.i, b.u.i));                            \
		if (is_number(a) && is_number(b))                                                  \
			return rt_v_of_f(rt, number(a) operator number(b));                        \
		return unsupported(rt, a, b, "unsupported arithmetic operands");                   \
	}

ARITHMETIC(rt_v_sub, rt_i_sub, -)
ARITHMETIC(rt_v_mul, rt_i_mul, *)
ARITHMETIC(rt_v_div, rt_i_div, /)

struct value rt_v_mod(struct rt *rt, struct value a, struct value b)
{
	unbox_both(rt, &a, &b);
	if (a.tag == RT_INT && b.tag == RT_INT)
		return rt_v_of_i(rt, rt_i_mod(rt, a.u.i, b.u.i));
	if (is_number(a) && is_number(b))
		return unsupported(rt, a, b, "mod not supported for float");
	return unsupported(rt, a, b, "unsupported arithmetic operands");
}

struct value rt_v_neg(struct rt *rt, struct value a)
{
	a = rt_unbox(rt, a);
	if (a.tag == RT_INT)
		return rt_v_of_i(rt, rt_i_neg(rt, a.u.i));
	if (a.tag == RT_FLOAT)
		return rt_v_of_f(rt, -a.u.f);
	return unsupported(rt, a, rt_null(), "unary '-' expects number");
}

static bool bytes_equal(const struct rt_string *a, const struct rt_string *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

/* Equality of two values of one comparable type; false in *comparable otherwise. */
static bool equal(struct value a, struct value b, bool *comparable)
{
	*comparable = true;
	if (a.tag == b.tag) {
		switch (a.tag) {
		case RT_INT:
		case RT_BOOL:
			return a.u.i == b.u.i;
		case RT_FLOAT:
			return a.u.f == b.u.f;
		case RT_STRING:
		case RT_BYTES:
			return bytes_equal(a.u.string, b.u.string);
		default:
			break;
		}
	}
	*comparable = false;
	return false;
}

int rt_v_eq(struct rt *rt, struct value a, struct value b)
{
	unbox_both(rt, &a, &b);
	bool comparable;
	bool result = equal(a, b, &comparable);
	if (!comparable)
		rt_trap(rt, "unsupported comparison operands");
	rt_drop(rt, a);
	rt_drop(rt, b);
	return result;
}

int rt_v_ne(struct rt *rt, struct value a, struct value b)
{
	int result = rt_v_eq(rt, a, b);
	return rt->trap ? 0 : !result;
}

int rt_match_eq(struct rt *rt, struct value a, struct value b)
{
	unbox_both(rt, &a, &b);
	bool comparable;
	bool result = equal(a, b, &comparable) || (a.tag == RT_NULL && b.tag == RT_NULL);
	rt_drop(rt, a);
	rt_drop(rt, b);
	return result;
}

/* False and a trap unless both are Int or both are Float. */
static bool ordered(struct rt *rt, struct value *a, struct value *b)
{
	unbox_both(rt, a, b);
	if (a->tag == b->tag && is_number(*a))
		return true;
	const char *message = "unsupported comparison operands";
	if (a->tag == b->tag && a->tag == RT_STRING)
		message = "unsupported string comparison";
	else if (a->tag == b->tag && a->tag == RT_BYTES)
		message = "unsupported bytes comparison";
	else if (a->tag == b->tag && a->tag == RT_BOOL)
		message = "unsupported bool comparison";
	(void)unsupported(rt, *a, *b, message);
	return false;
}

#define ORDER(name, operator)                                                                      \
	int name(struct rt *rt, struct value a, struct value b)                                    \
	{                                                                                          \
		if (!ordered(rt, &a, &b))                                                          \
			return 0;                                                                  \
		return a.tag == RT_INT ? a.u.i operator b.u.i : a.u.f operator b.u.f;              \
	}

ORDER(rt_v_lt, <)
ORDER(rt_v_le, <=)
ORDER(rt_v_gt, >)
ORDER(rt_v_ge, >=)

int rt_is_null(struct rt *rt, struct value v)
{
	rt_drop(rt, v);
	return v.tag == RT_NULL;
}

int rt_is_ok(struct rt *rt, struct value v)
{
	rt_drop(rt, v);
	return v.tag == RT_OK;
}

int rt_is_err(struct rt *rt, struct value v)
{
	rt_drop(rt, v);
	return v.tag == RT_ERR;
}

/* --- results, boxes, assertions --------------------------------------------------------------- */

struct value rt_ok(struct rt *rt, struct value v)
{
	return rt_cell_make(rt, RT_OK, v);
}

struct value rt_err(struct rt *rt, struct value v)
{
	return rt_cell_make(rt, RT_ERR, v);
}

struct value rt_box(struct rt *rt, struct value v)
{
	return rt_cell_make(rt, RT_BOX, v);
}

struct value rt_unwrap(struct rt *rt, struct value v)
{
	if (v.tag != RT_OK && v.tag != RT_ERR)
		return v;
	struct value content = rt_clone(v.u.cell->content);
	rt_drop(rt, v);
	return content;
}

struct value rt_unbox(struct rt *rt, struct value v)
{
	while (v.tag == RT_BOX) {
		struct value content = rt_clone(v.u.cell->content);
		rt_drop(rt, v);
		v = content;
	}
	return v;
}

struct value rt_assert(struct rt *rt, int condition, struct value message)
{
	if (condition) {
		rt_drop(rt, message);
		return rt_unit();
	}
	struct rt_text text = {0};
	rt_text_add(rt, &text, "assert failed: ", 15);
	if (message.tag == RT_NULL)
		rt_text_add(rt, &text, "assertion failed", 16);
	else
		rt_text_value(rt, &text, &message);
	rt_drop(rt, message);
	struct value whole = rt->trap ? rt_null() : rt_string_make(rt, text.bytes, text.len);
	rt_text_done(rt, &text);
	if (!rt->trap)
		rt_trap_string(rt, whole);
	return rt_null();
}

struct value rt_fail(struct rt *rt, struct value message)
{
	rt_trap_string(rt, rt_to_string(rt, message));
	return rt_null();
}
