/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit_op: operations. Those on machine numbers are C operators or the macros of rt_emit.h; every
 * other one is a call of the runtime function that ops.def names.
 */
#include <stdio.h>

#include "oracles/reference/emit_internal.h"

struct infix {
	const char *text;
};

/* Operations that cannot fail and are one C operator. */
static const struct infix infixes[OP_COUNT] = {
	[OP_F_ADD] = {"+"}, [OP_F_SUB] = {"-"}, [OP_F_MUL] = {"*"}, [OP_F_DIV] = {"/"},
	[OP_B_AND] = {"&"}, [OP_B_OR] = {"|"},  [OP_I_EQ] = {"=="}, [OP_I_NE] = {"!="},
	[OP_I_LT] = {"<"},  [OP_I_LE] = {"<="}, [OP_I_GT] = {">"},  [OP_I_GE] = {">="},
	[OP_F_EQ] = {"=="}, [OP_F_NE] = {"!="}, [OP_F_LT] = {"<"},  [OP_F_LE] = {"<="},
	[OP_F_GT] = {">"},  [OP_F_GE] = {">="}, [OP_B_EQ] = {"=="}, [OP_B_NE] = {"!="},
};

static const struct infix prefixes[OP_COUNT] = {
	[OP_F_NEG] = {"-"},
	[OP_B_NOT] = {"!"},
	[OP_F_OF_I] = {"(double)"},
};

/* Operations on Int that may fail: macros with a result variable and a label. */
static const struct infix macros[OP_COUNT] = {
	[OP_I_ADD] = {"RT_I_ADD"}, [OP_I_SUB] = {"RT_I_SUB"}, [OP_I_MUL] = {"RT_I_MUL"},
	[OP_I_DIV] = {"RT_I_DIV"}, [OP_I_MOD] = {"RT_I_MOD"}, [OP_I_NEG] = {"RT_I_NEG"},
};

static enum rep rep_of(char letter)
{
	return letter == 'i'   ? REP_INT
	       : letter == 'f' ? REP_FLOAT
	       : letter == 'b' ? REP_BOOL
			       : REP_VALUE;
}

static bool planted(const struct emit *em, enum fault fault)
{
	return fault_is(em->options->where, fault);
}

static struct operand fresh(struct emit *em)
{
	struct operand x;
	(void)snprintf(x.text, sizeof(x.text), "x%u", ++em->fresh);
	return x;
}

static const char *operator_of(const struct emit *em, enum op op)
{
	if (op == OP_F_LT && planted(em, FAULT_FLOAT_LESS_SWAPPED))
		return ">";
	return infixes[op].text;
}

static void emit_macro(struct emit *em, const struct expr *e, const struct operand *args,
		       const struct operand *x, uint32_t live)
{
	const char *a = args[0].text;
	const char *b = args[1].text;
	enum op op = e->u.op;
	if (op == OP_I_SUB && planted(em, FAULT_INT_SUB_SWAPPED)) {
		a = args[1].text;
		b = args[0].text;
	}
	if (op == OP_I_MUL && planted(em, FAULT_INT_OVERFLOW_WRAPS)) {
		buf_addf(em->out, "%s = (int64_t)((uint64_t)%s * (uint64_t)%s);\n", x->text, a, b);
		return;
	}
	if (e->arg_len == 1)
		buf_addf(em->out, "%s(%s, %s, u%u);\n", macros[op].text, x->text, a, live);
	else
		buf_addf(em->out, "%s(%s, %s, %s, u%u);\n", macros[op].text, x->text, a, b, live);
	if (op == OP_I_ADD && e->args[1]->kind == EXPR_INT && planted(em, FAULT_INT_ADD_OFF_BY_ONE))
		buf_addf(em->out, "%s++;\n", x->text);
	if (op == OP_I_DIV && planted(em, FAULT_INT_DIV_ROUNDS_DOWN))
		buf_addf(em->out, "if (%s * %s != %s && (%s < 0) != (%s < 0)) %s--;\n", x->text, b,
			 a, a, b, x->text);
}

/* Operations whose operands and result are machine numbers. */
static bool emit_number_op(struct emit *em, const struct expr *e, uint32_t live,
			   struct operand *result)
{
	enum op op = e->u.op;
	if (!infixes[op].text && !prefixes[op].text && !macros[op].text)
		return false;
	struct operand args[2] = {{""}, {""}};
	for (uint32_t i = 0; i < e->arg_len; i++)
		args[i] = emit_scalar(em, e->args[i], live);
	*result = fresh(em);
	const char *type = emit_type(rep_of(op_table[op].result));
	if (macros[op].text) {
		buf_addf(em->out, "%s %s;\n", type, result->text);
		emit_macro(em, e, args, result, live);
	} else if (prefixes[op].text) {
		buf_addf(em->out, "%s %s = %s%s;\n", type, result->text, prefixes[op].text,
			 args[0].text);
	} else {
		buf_addf(em->out, "%s %s = %s %s %s;\n", type, result->text, args[0].text,
			 operator_of(em, op), args[1].text);
	}
	return true;
}

/* Conversions between machine numbers and values, in line. */
static bool emit_conversion(struct emit *em, const struct expr *e, uint32_t live,
			    struct operand *result)
{
	static const struct {
		enum op op;
		const char *macro;
	} wraps[] = {
		{OP_V_OF_I, "RT_SET_INT"}, {OP_V_OF_F, "RT_SET_FLOAT"}, {OP_V_OF_B, "RT_SET_BOOL"}};
	for (size_t i = 0; i < sizeof(wraps) / sizeof(wraps[0]); i++) {
		if (e->u.op != wraps[i].op)
			continue;
		struct operand x = emit_scalar(em, e->args[0], live);
		emit_need(em, live);
		buf_addf(em->out, "%s(t%u, %s);\n", wraps[i].macro, live, x.text);
		return true;
	}
	if (e->u.op != OP_I_OF_V)
		return false;
	emit_value(em, e->args[0], live);
	*result = fresh(em);
	buf_addf(em->out,
		 "int64_t %s = t%u.u.i;\nif (t%u.tag != RT_INT) { %s = rt_i_of_v(rt, t%u); "
		 "RT_CHECK(u%u); }\n",
		 result->text, live, live, result->text, live, live);
	return true;
}

static void emit_variadic(struct emit *em, const struct expr *e, uint32_t live)
{
	emit_need(em, live);
	buf_adds(em->out, "{\n");
	emit_array(em, e->args, e->arg_len, live);
	if (e->u.op == OP_CONCAT && e->arg_len > 1 && planted(em, FAULT_STRING_CONCAT_SWAPPED))
		buf_adds(em->out, "{ struct value first = a[0]; a[0] = a[1]; a[1] = first; }\n");
	buf_addf(em->out, "t%u = %s(rt, %u, a);\n}\n", live, op_table[e->u.op].function,
		 e->arg_len);
}

/* Arguments of a runtime call; *values says how many t variables they took. */
static void emit_arguments(struct emit *em, const struct expr *e, uint32_t live,
			   struct operand *args, uint32_t *values)
{
	const char *letters = op_table[e->u.op].operands;
	for (uint32_t i = 0; i < e->arg_len; i++) {
		if (letters[i] != 'v') {
			args[i] = emit_scalar(em, e->args[i], live + *values);
			continue;
		}
		emit_value(em, e->args[i], live + *values);
		(void)snprintf(args[i].text, sizeof(args[i].text), "t%u", live + *values);
		++*values;
	}
}

static void emit_after(struct emit *em, enum op op, uint32_t live)
{
	if (op == OP_INDEX && planted(em, FAULT_LIST_INDEX_UNCHECKED))
		buf_adds(em->out, "if (rt->trap) { rt_drop(rt, rt->error); rt->error = rt_null(); "
				  "rt->trap = 0; }\n");
	if (op_table[op].traps)
		buf_addf(em->out, "RT_CHECK(u%u);\n", live);
	if (op == OP_PRINT && planted(em, FAULT_PRINT_NEWLINE_LOST))
		buf_adds(em->out, "if (rt->out_len) rt->out_len--;\n");
}

void emit_operation(struct emit *em, const struct expr *e, uint32_t live, struct operand *result)
{
	if (emit_number_op(em, e, live, result) || emit_conversion(em, e, live, result))
		return;
	enum op op = e->u.op;
	const struct op_info *info = &op_table[op];
	if (info->operands[0] == '*') {
		emit_variadic(em, e, live);
		emit_after(em, op, live);
		return;
	}
	struct operand args[2] = {{""}, {""}};
	uint32_t values = 0;
	emit_arguments(em, e, live, args, &values);
	if (op == OP_ASSERT && planted(em, FAULT_ERROR_MESSAGE_TRUNCATED))
		buf_addf(em->out, "if (!%s && %s.tag == RT_STRING) %s.u.string->len /= 2;\n",
			 args[0].text, args[1].text, args[1].text);
	enum rep rep = rep_of(info->result);
	if (rep == REP_VALUE) {
		emit_need(em, live);
		buf_addf(em->out, "t%u = ", live);
	} else {
		*result = fresh(em);
		buf_addf(em->out, "%s %s = ", emit_type(rep), result->text);
	}
	buf_addf(em->out, "%s(rt, %s", info->function, args[0].text);
	buf_addf(em->out, e->arg_len > 1 ? ", %s);\n" : "%s);\n", args[1].text);
	emit_after(em, op, live);
}
