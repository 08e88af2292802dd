/* SPDX-License-Identifier: Apache-2.0 */
/* lower_call: operators, calls with their defaults, constructions. */
#include <string.h>

#include "oracles/reference/lower_internal.h"

/* The op of an operator for two machine integers, two doubles, and any values. */
static const struct {
	enum op on_int, on_float, on_value;
} op_forms[] = {
	[AST_OP_ADD] = {OP_I_ADD, OP_F_ADD, OP_V_ADD},
	[AST_OP_SUB] = {OP_I_SUB, OP_F_SUB, OP_V_SUB},
	[AST_OP_MUL] = {OP_I_MUL, OP_F_MUL, OP_V_MUL},
	[AST_OP_DIV] = {OP_I_DIV, OP_F_DIV, OP_V_DIV},
	[AST_OP_MOD] = {OP_I_MOD, OP_V_MOD, OP_V_MOD},
	[AST_OP_EQ] = {OP_I_EQ, OP_F_EQ, OP_V_EQ},
	[AST_OP_NE] = {OP_I_NE, OP_F_NE, OP_V_NE},
	[AST_OP_LT] = {OP_I_LT, OP_F_LT, OP_V_LT},
	[AST_OP_LE] = {OP_I_LE, OP_F_LE, OP_V_LE},
	[AST_OP_GT] = {OP_I_GT, OP_F_GT, OP_V_GT},
	[AST_OP_GE] = {OP_I_GE, OP_F_GE, OP_V_GE},
};

static bool is_number(enum rep rep)
{
	return rep == REP_INT || rep == REP_FLOAT;
}

static bool is_text(const struct ty *ty)
{
	return ty->kind == TY_STRING || ty->kind == TY_ID || ty->kind == TY_EMAIL;
}

static struct expr *lower_concat(struct lower *l, struct expr *left, struct expr *right,
				 struct span span)
{
	struct expr *out = lower_node(l, EXPR_OP, REP_VALUE, span, 2);
	out->u.op = OP_CONCAT;
	out->args[0] = lower_to(l, left, REP_VALUE);
	out->args[1] = lower_to(l, right, REP_VALUE);
	return out;
}

struct expr *lower_binary(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct expr *left = lower_expr(l, expr->left);
	struct expr *right = lower_expr(l, expr->right);
	switch (expr->op) {
	case AST_OP_AND:
		return lower_op(l, OP_B_AND, span, left, right);
	case AST_OP_OR:
		return lower_op(l, OP_B_OR, span, left, right);
	case AST_OP_RANGE:
		return lower_op(l, OP_RANGE, span, left, right);
	case AST_OP_ADD:
		if (is_text(ty_unboxed(expr->left->ty)) || is_text(ty_unboxed(expr->right->ty)))
			return lower_concat(l, left, right, span);
		break;
	case AST_OP_EQ:
	case AST_OP_NE:
		if (left->rep == REP_BOOL && right->rep == REP_BOOL)
			return lower_op(l, expr->op == AST_OP_EQ ? OP_B_EQ : OP_B_NE, span, left,
					right);
		break;
	default:
		break;
	}
	if (left->rep == REP_INT && right->rep == REP_INT)
		return lower_op(l, op_forms[expr->op].on_int, span, left, right);
	if (is_number(left->rep) && is_number(right->rep))
		return lower_op(l, op_forms[expr->op].on_float, span, left, right);
	struct expr *out = lower_op(l, op_forms[expr->op].on_value, span, left, right);
	return out->rep == REP_VALUE ? lower_settle(l, out, expr->ty) : out;
}

struct expr *lower_function_value(struct lower *l, struct symbol *symbol, struct span span)
{
	struct expr *out = lower_node(l, EXPR_FUNCTION, REP_VALUE, span, 0);
	out->u.index = symbol->index;
	lower_function_loosen(l, symbol);
	return out;
}

struct expr *lower_variant(struct lower *l, struct ast_expr *expr, struct span span)
{
	uint32_t count = expr->kind == AST_CALL ? expr->arg_len : 0;
	struct expr *out = lower_node(l, EXPR_VARIANT, REP_VALUE, span, count);
	out->u.record.type = expr->symbol->index;
	out->u.record.fields = ARENA_ARRAY(l->arena, uint32_t, 1);
	out->u.record.fields[0] = expr->variant;
	for (uint32_t i = 0; i < count; i++)
		out->args[i] = lower_value(l, expr->args[i].value);
	return out;
}

static struct expr *lower_argument(struct lower *l, struct local *param, struct ast_expr *expr)
{
	struct expr *value = lower_expr(l, expr);
	enum rep rep = lower_param_rep(l, param);
	if (rep != REP_VALUE && value->rep == REP_VALUE)
		lower_loosen(l, &param->loose);
	return lower_to(l, value, rep);
}

/* The default of parameter i as a call on the parameters before it. */
static struct expr *lower_default(struct lower *l, struct symbol *function, uint32_t i,
				  const uint32_t *slots, struct span span)
{
	struct local *param = function->params[i];
	uint32_t index = function->default_functions[i];
	struct expr *call =
		lower_node(l, EXPR_CALL, lower_result_rep(l, index, param->ty), span, i);
	call->u.index = index;
	for (uint32_t k = 0; k < i; k++)
		call->args[k] = lower_slot(l, slots[k], span);
	enum rep rep = lower_param_rep(l, param);
	if (rep != REP_VALUE && call->rep == REP_VALUE)
		lower_loosen(l, &param->loose);
	return lower_to(l, call, rep);
}

/* f(a) with defaults: every parameter becomes a temporary, for later defaults see it. */
static struct expr *lower_call_defaults(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct symbol *function = expr->symbol;
	uint32_t len = function->param_len;
	uint32_t *slots = ARENA_ARRAY(l->arena, uint32_t, len);
	struct expr **values = ARENA_ARRAY(l->arena, struct expr *, len);
	struct expr *out = lower_node(
		l, EXPR_CALL, lower_result_rep(l, function->index, function->result), span, len);
	out->u.index = function->index;
	for (uint32_t i = 0; i < len; i++) {
		struct local *param = function->params[i];
		values[i] = i < expr->arg_len ? lower_argument(l, param, expr->args[i].value)
					      : lower_default(l, function, i, slots, span);
		slots[i] = lower_new_slot(l, values[i]->rep, SLICE_EMPTY);
		out->args[i] = lower_slot(l, slots[i], span);
	}
	for (uint32_t i = len; i > 0; i--) {
		struct expr *let = lower_node(l, EXPR_LET, out->rep, span, 2);
		let->u.slot = slots[i - 1];
		let->args[0] = values[i - 1];
		let->args[1] = out;
		out = let;
	}
	return out;
}

static struct expr *lower_call_function(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct symbol *function = expr->symbol;
	if (expr->arg_len < function->param_len)
		return lower_call_defaults(l, expr, span);
	struct expr *out =
		lower_node(l, EXPR_CALL, lower_result_rep(l, function->index, function->result),
			   span, function->param_len);
	out->u.index = function->index;
	for (uint32_t i = 0; i < expr->arg_len; i++)
		out->args[i] = lower_argument(l, function->params[i], expr->args[i].value);
	return out;
}

/* Given fields in the order written, then the defaults of the others. */
static struct expr *lower_struct(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct symbol *symbol = expr->symbol;
	struct expr *out = lower_node(l, EXPR_STRUCT, REP_VALUE, span, symbol->field_len);
	uint32_t *fields = ARENA_ARRAY(l->arena, uint32_t, symbol->field_len + 1);
	bool *given = ARENA_ARRAY(l->arena, bool, symbol->field_len + 1);
	uint32_t count = 0;
	for (uint32_t i = 0; i < expr->arg_len; i++) {
		given[expr->arg_index[i]] = true;
		fields[count] = expr->arg_index[i];
		out->args[count++] = lower_value(l, expr->args[i].value);
	}
	for (uint32_t i = 0; i < symbol->field_len; i++) {
		if (given[i])
			continue;
		struct expr *value;
		if (symbol->fields[i].value) {
			value = lower_node(l, EXPR_CALL, REP_VALUE, span, 0);
			value->u.index = symbol->fields[i].function;
		} else {
			value = lower_node(l, EXPR_NULL, REP_VALUE, span, 0);
		}
		fields[count] = i;
		out->args[count++] = value;
	}
	out->u.record.type = symbol->index;
	out->u.record.fields = fields;
	return out;
}

/* A builtin that is one operation on its arguments; what may be left out is "". */
static struct expr *lower_operation(struct lower *l, struct ast_expr *expr, struct span span)
{
	const struct builtin_operation *operation = (const struct builtin_operation *)expr->builtin;
	const struct op_info *info = &op_table[operation->op];
	bool many = info->operands[0] == '*';
	uint32_t len = many ? expr->arg_len : (uint32_t)strlen(info->operands);
	struct expr *out = lower_node(l, EXPR_OP, lower_rep_of_letter(info->result), span, len);
	out->u.op = operation->op;
	for (uint32_t i = 0; i < len; i++) {
		struct expr *value = i < expr->arg_len ? lower_expr(l, expr->args[i].value)
						       : lower_text(l, SLICE_EMPTY, span);
		char letter = many ? 'v' : info->operands[i];
		out->args[i] = lower_to(l, value, lower_rep_of_letter(letter));
	}
	return out->rep == REP_VALUE ? lower_settle(l, out, expr->ty) : out;
}

static struct expr *lower_builtin(struct lower *l, struct ast_expr *expr, struct span span)
{
	if (expr->builtin->id == BUILTIN_OP)
		return lower_operation(l, expr, span);
	struct expr *first = expr->arg_len > 0 ? lower_expr(l, expr->args[0].value)
					       : lower_text(l, SLICE_EMPTY, span);
	if (expr->builtin->id == BUILTIN_PRINT)
		return lower_op(l, OP_PRINT, span, first, NULL);
	struct expr *text = expr->arg_len > 1 ? lower_expr(l, expr->args[1].value)
					      : lower_node(l, EXPR_NULL, REP_VALUE, span, 0);
	return lower_op(l, OP_ASSERT, span, first, text);
}

static struct expr *lower_call_value(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct expr *out = lower_node(l, EXPR_CALL_VALUE, REP_VALUE, span, expr->arg_len + 1);
	out->args[0] = lower_value(l, expr->left);
	for (uint32_t i = 0; i < expr->arg_len; i++)
		out->args[i + 1] = lower_value(l, expr->args[i].value);
	return lower_settle(l, out, expr->ty);
}

struct expr *lower_call(struct lower *l, struct ast_expr *expr, struct span span)
{
	switch (expr->role) {
	case ROLE_FUNCTION:
		return lower_call_function(l, expr, span);
	case ROLE_VARIANT:
		return lower_variant(l, expr, span);
	case ROLE_STRUCT:
		return lower_struct(l, expr, span);
	case ROLE_BUILTIN:
		return lower_builtin(l, expr, span);
	default:
		return lower_call_value(l, expr, span);
	}
}
