/* SPDX-License-Identifier: Apache-2.0 */
/* sema_operator: which operands the binary operators take. A value that may be null is judged by
 * what it is otherwise; null itself is then an error when it runs. */
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

static const char *const operator_names[] = {
	[AST_OP_ADD] = "+", [AST_OP_SUB] = "-",    [AST_OP_MUL] = "*", [AST_OP_DIV] = "/",
	[AST_OP_MOD] = "%", [AST_OP_EQ] = "==",    [AST_OP_NE] = "!=", [AST_OP_LT] = "<",
	[AST_OP_LE] = "<=", [AST_OP_GT] = ">",     [AST_OP_GE] = ">=", [AST_OP_AND] = "and",
	[AST_OP_OR] = "or", [AST_OP_RANGE] = "..", [AST_OP_NEG] = "-", [AST_OP_NOT] = "!",
};

static bool is_number(const struct ty *ty)
{
	return ty->kind == TY_INT || ty->kind == TY_FLOAT;
}

static bool is_text(const struct ty *ty)
{
	return ty->kind == TY_STRING || ty->kind == TY_ID || ty->kind == TY_EMAIL;
}

static struct ty *refuse(struct sema *s, struct ast_expr *expr)
{
	report_error(s->report, expr->range, "FUSE_TYPE_OPERATOR",
		     "operator '%s' does not take %s and %s", operator_names[expr->op],
		     SEMA_NAME(s, expr->left->ty), SEMA_NAME(s, expr->right->ty));
	return BASIC(s, TY_UNKNOWN);
}

static struct ty *number_of(struct sema *s, const struct ty *left, const struct ty *right)
{
	if (left->kind == TY_FLOAT || right->kind == TY_FLOAT)
		return BASIC(s, TY_FLOAT);
	if (left->kind == TY_INT && right->kind == TY_INT)
		return BASIC(s, TY_INT);
	return BASIC(s, TY_ANY);
}

static struct ty *check_arithmetic(struct sema *s, struct ast_expr *expr, struct ty *left,
				   struct ty *right)
{
	bool open = ty_is_open(left) || ty_is_open(right);
	if (expr->op == AST_OP_ADD) {
		if (is_text(left) || is_text(right))
			return BASIC(s, TY_STRING);
		if (left->kind == TY_LIST && right->kind == TY_LIST) {
			struct ty *joined = ty_join(&s->types, left, right);
			return joined ? joined : refuse(s, expr);
		}
		if (open)
			return BASIC(s, TY_ANY);
	}
	if (expr->op == AST_OP_MOD && (left->kind == TY_FLOAT || right->kind == TY_FLOAT))
		return refuse(s, expr);
	bool fits =
		(is_number(left) || ty_is_open(left)) && (is_number(right) || ty_is_open(right));
	return fits ? number_of(s, left, right) : refuse(s, expr);
}

static bool is_comparable(const struct ty *ty)
{
	return is_number(ty) || is_text(ty) || ty->kind == TY_BOOL || ty->kind == TY_BYTES;
}

static struct ty *check_equality(struct sema *s, struct ast_expr *expr, struct ty *left,
				 struct ty *right)
{
	if (left->kind == TY_NULL || right->kind == TY_NULL) {
		report_error(s->report, expr->range, "FUSE_TYPE_OPERATOR",
			     "operator '%s' does not take null, use match or a default",
			     operator_names[expr->op]);
		return BASIC(s, TY_BOOL);
	}
	bool open = ty_is_open(left) || ty_is_open(right);
	bool same = left == right || (is_text(left) && is_text(right));
	if (!open && (!same || !is_comparable(left)))
		(void)refuse(s, expr);
	return BASIC(s, TY_BOOL);
}

static struct ty *check_range(struct sema *s, struct ast_expr *expr, struct ty *left,
			      struct ty *right)
{
	bool fits =
		(is_number(left) || ty_is_open(left)) && (is_number(right) || ty_is_open(right));
	if (!fits)
		return refuse(s, expr);
	return ty_of(&s->types, TY_LIST, number_of(s, left, right), NULL);
}

struct ty *sema_binary(struct sema *s, struct ast_expr *expr)
{
	struct ty *left = ty_plain(sema_expr(s, expr->left));
	struct ty *right = ty_plain(sema_expr(s, expr->right));
	switch (expr->op) {
	case AST_OP_EQ:
	case AST_OP_NE:
		return check_equality(s, expr, left, right);
	case AST_OP_LT:
	case AST_OP_LE:
	case AST_OP_GT:
	case AST_OP_GE:
		if ((!is_number(left) && !ty_is_open(left)) ||
		    (!is_number(right) && !ty_is_open(right)))
			(void)refuse(s, expr);
		return BASIC(s, TY_BOOL);
	case AST_OP_AND:
	case AST_OP_OR:
		if ((left->kind != TY_BOOL && !ty_is_open(left)) ||
		    (right->kind != TY_BOOL && !ty_is_open(right)))
			(void)refuse(s, expr);
		return BASIC(s, TY_BOOL);
	case AST_OP_RANGE:
		return check_range(s, expr, left, right);
	default:
		return check_arithmetic(s, expr, left, right);
	}
}
