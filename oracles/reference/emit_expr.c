/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit_expr: expressions. A value ends up owned in t<live>, a machine number in a variable or a
 * constant. Operands are evaluated in order because each is made into statements before the next
 * one is looked at.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "oracles/reference/emit_internal.h"

enum { ARRAY_MAX = 16 }; /* longer literals are built element by element */

const char *emit_type(enum rep rep)
{
	static const char *const names[] = {[REP_VALUE] = "struct value",
					    [REP_INT] = "int64_t",
					    [REP_FLOAT] = "double",
					    [REP_BOOL] = "int"};
	return names[rep];
}

void emit_need(struct emit *em, uint32_t live)
{
	if (live + 1 > em->max_live)
		em->max_live = live + 1;
}

void emit_quoted(struct buf *out, struct slice bytes)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.ptr[i];
		if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '?')
			buf_addf(out, "\\%03o", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

static struct operand operand_of(const char *prefix, uint32_t number)
{
	struct operand x;
	(void)snprintf(x.text, sizeof(x.text), "%s%u", prefix, number);
	return x;
}

static void check(struct emit *em, uint32_t live)
{
	buf_addf(em->out, "RT_CHECK(u%u);\n", live);
}

static void emit_string(struct emit *em, const struct expr *e, uint32_t live)
{
	uint32_t n = em->literals++;
	buf_addf(em->data, "static struct rt_string k%u = {{RT_IMMORTAL, RT_STRING}, %zu, 0, ", n,
		 e->u.s.len);
	emit_quoted(em->data, e->u.s);
	buf_adds(em->data, "};\n");
	buf_addf(em->out, "RT_SET_STRING(t%u, k%u);\n", live, n);
}

void emit_array(struct emit *em, struct expr **args, uint32_t len, uint32_t live)
{
	for (uint32_t i = 0; i < len; i++)
		emit_value(em, args[i], live + i);
	buf_addf(em->out, "struct value a[%u] = {", len ? len : 1);
	for (uint32_t i = 0; i < len; i++)
		buf_addf(em->out, "t%u, ", live + i);
	buf_adds(em->out, len ? "};\n" : "{0}};\n");
}

/* t<live> = FUNCTION(rt, HEAD, len, a), where a holds the arguments. */
static void emit_array_call(struct emit *em, const struct expr *e, uint32_t live,
			    const char *function, const char *head)
{
	buf_adds(em->out, "{\n");
	emit_array(em, e->args, e->arg_len, live);
	buf_addf(em->out, "t%u = %s(rt, %s%u, a);\n}\n", live, function, head, e->arg_len);
	check(em, live);
}

static void emit_long_literal(struct emit *em, const struct expr *e, uint32_t live)
{
	bool is_map = e->kind == EXPR_MAP;
	uint32_t each = is_map ? 2 : 1;
	buf_addf(em->out, "t%u = %s(rt, 0, 0);\n", live, is_map ? "rt_map" : "rt_list");
	check(em, live);
	for (uint32_t i = 0; i + each <= e->arg_len; i += each) {
		emit_value(em, e->args[i], live + 1);
		if (is_map) {
			emit_value(em, e->args[i + 1], live + 2);
			buf_addf(em->out, "rt_map_add(rt, &t%u, t%u, t%u);\n", live, live + 1,
				 live + 2);
		} else {
			buf_addf(em->out, "rt_list_add(rt, &t%u, t%u);\n", live, live + 1);
		}
		check(em, live + 1);
	}
}

static void emit_struct(struct emit *em, const struct expr *e, uint32_t live)
{
	buf_adds(em->out, "{\n");
	emit_array(em, e->args, e->arg_len, live);
	buf_addf(em->out, "static const uint32_t fields[%u] = {", e->arg_len ? e->arg_len : 1);
	for (uint32_t i = 0; i < e->arg_len; i++)
		buf_addf(em->out, "%u, ", e->u.record.fields[i]);
	buf_addf(em->out, e->arg_len ? "};\n" : "0};\n");
	buf_addf(em->out, "t%u = rt_struct(rt, %u, %u, fields, a);\n}\n", live, e->u.record.type,
		 e->arg_len);
	check(em, live);
}

/* The text "f7(rt, ...)" after code for its arguments. */
static void emit_call(struct emit *em, const struct expr *e, uint32_t live, const char *result)
{
	const struct function *f = &em->program->functions[e->u.index];
	struct buf call = BUF_INIT(0);
	uint32_t at = live;
	for (uint32_t i = 0; i < e->arg_len; i++) {
		if (f->slots[i].rep == REP_VALUE) {
			emit_value(em, e->args[i], at);
			buf_addf(&call, ", t%u", at++);
		} else {
			buf_addf(&call, ", %s", emit_scalar(em, e->args[i], at).text);
		}
	}
	buf_addf(em->out, "%s = f%u(rt%s);\n", result, e->u.index, buf_str(&call));
	buf_done(&call);
	check(em, live);
}

static void emit_field(struct emit *em, const struct expr *e, uint32_t live)
{
	emit_value(em, e->args[0], live);
	if (e->u.field.index >= 0) {
		buf_addf(em->out, "t%u = rt_field(rt, t%u, %d);\n", live, live, e->u.field.index);
	} else {
		buf_addf(em->out, "t%u = rt_field_named(rt, t%u, ", live, live);
		emit_quoted(em->out, e->u.field.name);
		buf_addf(em->out, ", %zu);\n", e->u.field.name.len);
	}
	check(em, live);
}

static void emit_assign(struct emit *em, uint32_t slot, const struct expr *e, uint32_t live)
{
	if (em->function->slots[slot].rep != REP_VALUE) {
		struct operand x = emit_scalar(em, e, live);
		buf_addf(em->out, "s%u = %s;\n", slot, x.text);
		return;
	}
	emit_value(em, e, live);
	buf_addf(em->out, "RT_STORE(s%u, t%u);\n", slot, live);
}

static void emit_value_cond(struct emit *em, const struct expr *e, uint32_t live)
{
	struct operand condition = emit_scalar(em, e->args[0], live);
	buf_addf(em->out, "if (%s) {\n", condition.text);
	emit_value(em, e->args[1], live);
	buf_adds(em->out, "} else {\n");
	emit_value(em, e->args[2], live);
	buf_adds(em->out, "}\n");
}

static void emit_value_many(struct emit *em, const struct expr *e, uint32_t live)
{
	char head[48];
	switch (e->kind) {
	case EXPR_LIST:
	case EXPR_MAP:
		if (e->arg_len > ARRAY_MAX)
			emit_long_literal(em, e, live);
		else
			emit_array_call(em, e, live, e->kind == EXPR_MAP ? "rt_map" : "rt_list",
					"");
		break;
	case EXPR_VARIANT:
		(void)snprintf(head, sizeof(head), "%u, %u, ", e->u.record.type,
			       e->u.record.fields[0]);
		emit_array_call(em, e, live, "rt_variant", head);
		break;
	case EXPR_SPAWN:
		em->invoked[e->u.index] = true;
		(void)snprintf(head, sizeof(head), "%u, ", e->u.index);
		emit_array_call(em, e, live, "rt_spawn", head);
		break;
	case EXPR_STRUCT:
		emit_struct(em, e, live);
		break;
	default:
		emit_array_call(em, e, live, "rt_call_value", "");
		break;
	}
}

static void emit_value_leaf(struct emit *em, const struct expr *e, uint32_t live)
{
	switch (e->kind) {
	case EXPR_STRING:
		emit_string(em, e, live);
		break;
	case EXPR_NULL:
		buf_addf(em->out, "t%u.tag = RT_NULL;\n", live);
		break;
	case EXPR_UNIT:
		buf_addf(em->out, "t%u.tag = RT_UNIT;\n", live);
		break;
	case EXPR_SLOT:
		if (e == em->moved)
			buf_addf(em->out, "t%u = s%u;\ns%u.tag = RT_NULL;\n", live, e->u.slot,
				 e->u.slot);
		else
			buf_addf(em->out, "RT_CLONE(t%u, s%u);\n", live, e->u.slot);
		break;
	case EXPR_CONST:
		buf_addf(em->out, "RT_CLONE(t%u, rt->consts[%u]);\n", live, e->u.index);
		break;
	default: /* EXPR_FUNCTION */
		em->invoked[e->u.index] = true;
		buf_addf(em->out, "t%u = rt_function(%u);\n", live, e->u.index);
		break;
	}
}

void emit_value(struct emit *em, const struct expr *e, uint32_t live)
{
	emit_need(em, live);
	switch (e->kind) {
	case EXPR_STRING:
	case EXPR_NULL:
	case EXPR_UNIT:
	case EXPR_SLOT:
	case EXPR_CONST:
	case EXPR_FUNCTION:
		emit_value_leaf(em, e, live);
		break;
	case EXPR_OP:
		emit_operation(em, e, live, NULL);
		break;
	case EXPR_CALL:
		emit_call(em, e, live, operand_of("t", live).text);
		break;
	case EXPR_FIELD:
		emit_field(em, e, live);
		break;
	case EXPR_PAYLOAD:
		emit_value(em, e->args[0], live);
		buf_addf(em->out, "t%u = rt_payload(rt, t%u, %u);\n", live, live, e->u.index);
		check(em, live);
		break;
	case EXPR_RAISE:
		emit_value(em, e->args[0], live);
		buf_addf(em->out, "rt_raise(rt, t%u);\ngoto u%u;\n", live, live);
		break;
	case EXPR_COND:
		emit_value_cond(em, e, live);
		break;
	case EXPR_LET:
		emit_assign(em, e->u.slot, e->args[0], live);
		emit_value(em, e->args[1], live);
		break;
	case EXPR_LIST:
	case EXPR_MAP:
	case EXPR_STRUCT:
	case EXPR_VARIANT:
	case EXPR_CALL_VALUE:
	case EXPR_SPAWN:
		emit_value_many(em, e, live);
		break;
	case EXPR_INT: /* machine numbers: lowering puts a conversion around them */
	case EXPR_FLOAT:
	case EXPR_BOOL:
	case EXPR_IS_TYPE:
	case EXPR_IS_VARIANT:
		assert(false);
		break;
	}
}

/* --- machine numbers -------------------------------------------------------------------------- */

static struct operand scalar_constant(const struct expr *e)
{
	struct operand x;
	struct buf text = BUF_INIT(0);
	if (e->kind == EXPR_BOOL)
		buf_adds(&text, e->u.b ? "1" : "0");
	else if (e->kind == EXPR_FLOAT)
		emit_float(&text, e->u.f);
	else if (e->u.i == INT64_MIN)
		buf_adds(&text, "RT_MIN_INT");
	else
		buf_addf(&text, "%" PRId64 "L", e->u.i);
	(void)snprintf(x.text, sizeof(x.text), buf_str(&text)[0] == '-' ? "(%s)" : "%s",
		       buf_str(&text));
	buf_done(&text);
	return x;
}

static struct operand scalar_slot(struct emit *em, const struct expr *e)
{
	struct operand slot = operand_of("s", e->u.slot);
	if (!em->let_slots[e->u.slot])
		return slot;
	/* An operand to the right may change the slot before this one is used. */
	struct operand x = operand_of("x", ++em->fresh);
	buf_addf(em->out, "%s %s = %s;\n", emit_type(e->rep), x.text, slot.text);
	return x;
}

static struct operand scalar_cond(struct emit *em, const struct expr *e, uint32_t live)
{
	struct operand condition = emit_scalar(em, e->args[0], live);
	struct operand x = operand_of("x", ++em->fresh);
	buf_addf(em->out, "%s %s;\nif (%s) {\n", emit_type(e->rep), x.text, condition.text);
	struct operand branch = emit_scalar(em, e->args[1], live);
	buf_addf(em->out, "%s = %s;\n} else {\n", x.text, branch.text);
	branch = emit_scalar(em, e->args[2], live);
	buf_addf(em->out, "%s = %s;\n}\n", x.text, branch.text);
	return x;
}

static struct operand scalar_test(struct emit *em, const struct expr *e, uint32_t live)
{
	emit_value(em, e->args[0], live);
	struct operand x = operand_of("x", ++em->fresh);
	if (e->kind == EXPR_IS_TYPE) {
		buf_addf(em->out, "int %s = rt_is_type(rt, t%u, %u);\n", x.text, live, e->u.index);
		return x;
	}
	buf_addf(em->out, "int %s = rt_is_variant(rt, t%u, %u, %u);\n", x.text, live,
		 e->u.record.type, e->u.record.fields[0]);
	if (e->u.record.fields[0] == 0 && fault_is(em->options->where, FAULT_MATCH_FALLS_THROUGH))
		buf_addf(em->out, "%s = 0;\n", x.text);
	return x;
}

struct operand emit_scalar(struct emit *em, const struct expr *e, uint32_t live)
{
	struct operand x = {"0"};
	switch (e->kind) {
	case EXPR_INT:
	case EXPR_FLOAT:
	case EXPR_BOOL:
		return scalar_constant(e);
	case EXPR_SLOT:
		return scalar_slot(em, e);
	case EXPR_OP:
		emit_operation(em, e, live, &x);
		return x;
	case EXPR_CALL: {
		char result[OPERAND_SIZE];
		x = operand_of("x", ++em->fresh);
		(void)snprintf(result, sizeof(result), "%s %s", emit_type(e->rep), x.text);
		emit_call(em, e, live, result);
		return x;
	}
	case EXPR_COND:
		return scalar_cond(em, e, live);
	case EXPR_LET:
		emit_assign(em, e->u.slot, e->args[0], live);
		return emit_scalar(em, e->args[1], live);
	case EXPR_IS_TYPE:
	case EXPR_IS_VARIANT:
		return scalar_test(em, e, live);
	default: /* a raise where a number was expected: it never yields one */
		emit_value(em, e, live);
		return x;
	}
}
