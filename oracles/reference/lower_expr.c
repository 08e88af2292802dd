/* SPDX-License-Identifier: Apache-2.0 */
/* lower_expr: expressions, each in the representation it comes in; who needs another one converts.
 */
#include "oracles/reference/lower_internal.h"

struct expr *lower_value(struct lower *l, struct ast_expr *expr)
{
	return lower_to(l, lower_expr(l, expr), REP_VALUE);
}

/* Only a variable and `box x` have boxes; everywhere else a box is its content. */
struct expr *lower_keep_box(struct lower *l, struct ast_expr *expr)
{
	struct span span = lower_span(l, expr->range);
	if (expr->kind == AST_BOX) {
		if (ty_unboxed(expr->left->ty) != expr->left->ty)
			return lower_keep_box(l, expr->left);
		return lower_op(l, OP_BOX, span, lower_expr(l, expr->left), NULL);
	}
	if (expr->role == ROLE_LOCAL)
		return lower_slot(l, expr->local->slot, span);
	return lower_expr(l, expr);
}

static struct expr *lower_literal(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct expr *out;
	switch (expr->kind) {
	case AST_INT:
		out = lower_node(l, EXPR_INT, REP_INT, span, 0);
		out->u.i = expr->value.i;
		return out;
	case AST_FLOAT:
		out = lower_node(l, EXPR_FLOAT, REP_FLOAT, span, 0);
		out->u.f = expr->value.f;
		return out;
	case AST_BOOL:
		out = lower_node(l, EXPR_BOOL, REP_BOOL, span, 0);
		out->u.b = expr->value.b;
		return out;
	case AST_STRING:
		return lower_text(l, expr->value.s, span);
	default:
		return lower_node(l, EXPR_NULL, REP_VALUE, span, 0);
	}
}

int32_t lower_field_index(const struct ast_expr *member)
{
	const struct ty *base = ty_plain(member->left->ty);
	bool certain =
		member->role == ROLE_FIELD && base->kind == TY_STRUCT && !base->symbol->is_error;
	return certain ? (int32_t)member->variant : -1;
}

static struct expr *lower_name(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct expr *out;
	switch (expr->role) {
	case ROLE_LOCAL:
		out = lower_slot(l, expr->local->slot, span);
		if (expr->local->ty->kind == TY_BOX)
			out = lower_op(l, OP_UNBOX, span, out, NULL);
		return out;
	case ROLE_FUNCTION:
		return lower_function_value(l, expr->symbol, span);
	case ROLE_VARIANT:
		return lower_variant(l, expr, span);
	case ROLE_CONST:
		out = lower_node(l, EXPR_CONST, REP_VALUE, span, 0);
		out->u.index = expr->symbol->index + expr->variant;
		return lower_settle(l, out, expr->ty);
	default:
		break;
	}
	/* a member of a value */
	out = lower_node(l, EXPR_FIELD, REP_VALUE, span, 1);
	out->args[0] = lower_value(l, expr->left);
	out->u.field.index = lower_field_index(expr);
	out->u.field.name = arena_slice(l->arena, expr->name.text);
	return lower_settle(l, out, expr->ty);
}

static struct expr *lower_unary(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct expr *operand = lower_expr(l, expr->left);
	if (expr->op == AST_OP_NOT)
		return lower_op(l, OP_B_NOT, span, operand, NULL);
	if (operand->rep == REP_INT)
		return lower_op(l, OP_I_NEG, span, operand, NULL);
	if (operand->rep == REP_FLOAT)
		return lower_op(l, OP_F_NEG, span, operand, NULL);
	return lower_settle(l, lower_op(l, OP_V_NEG, span, operand, NULL), expr->ty);
}

static struct expr *let(struct lower *l, uint32_t slot, struct expr *value, struct expr *body)
{
	struct expr *out = lower_node(l, EXPR_LET, body->rep, value->span, 2);
	out->u.slot = slot;
	out->args[0] = value;
	out->args[1] = body;
	return out;
}

static struct expr *cond(struct lower *l, struct expr *test, struct expr *then, struct expr *other)
{
	struct expr *out = lower_node(l, EXPR_COND, REP_VALUE, test->span, 3);
	out->args[0] = test;
	out->args[1] = lower_to(l, then, REP_VALUE);
	out->args[2] = lower_to(l, other, REP_VALUE);
	return out;
}

/* x ?? y: y only when x is null. */
static struct expr *lower_coalesce(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct expr *value = lower_expr(l, expr->left);
	if (value->rep != REP_VALUE)
		return value;
	uint32_t slot = lower_new_slot(l, REP_VALUE, SLICE_EMPTY);
	struct expr *test = lower_op(l, OP_IS_NULL, span, lower_slot(l, slot, span), NULL);
	struct expr *right = lower_value(l, expr->right);
	struct expr *body = cond(l, test, right, lower_slot(l, slot, span));
	return lower_settle(l, let(l, slot, value, body), expr->ty);
}

/* x?.f and x?[i]: null when x is. */
static struct expr *lower_optional(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct expr *base = lower_value(l, expr->left);
	uint32_t slot = lower_new_slot(l, REP_VALUE, SLICE_EMPTY);
	struct expr *test = lower_op(l, OP_IS_NULL, span, lower_slot(l, slot, span), NULL);
	struct expr *access;
	if (expr->kind == AST_OPTIONAL_MEMBER) {
		access = lower_node(l, EXPR_FIELD, REP_VALUE, span, 1);
		access->args[0] = lower_slot(l, slot, span);
		access->u.field.index = lower_field_index(expr);
		access->u.field.name = arena_slice(l->arena, expr->name.text);
	} else {
		access = lower_op(l, OP_INDEX, span, lower_slot(l, slot, span),
				  lower_value(l, expr->right));
	}
	return let(l, slot, base,
		   cond(l, test, lower_node(l, EXPR_NULL, REP_VALUE, span, 0), access));
}

static struct expr *lower_items(struct lower *l, struct ast_expr *expr, enum expr_kind kind,
				struct span span)
{
	struct expr *out = lower_node(l, kind, REP_VALUE, span, expr->item_len);
	for (uint32_t i = 0; i < expr->item_len; i++)
		out->args[i] = lower_value(l, expr->items[i]);
	return out;
}

static struct expr *lower_interp(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct expr *out = lower_items(l, expr, EXPR_OP, span);
	out->u.op = OP_CONCAT;
	return out;
}

/* x ?! e: raise e where x is null or an Err, else x or what is in its Ok. */
static struct expr *lower_bang(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct ty *ty = ty_unboxed(expr->left->ty);
	struct expr *value = lower_value(l, expr->left);
	uint32_t slot = lower_new_slot(l, REP_VALUE, SLICE_EMPTY);
	struct expr *out = lower_op(l, OP_UNWRAP, span, lower_slot(l, slot, span), NULL);
	bool may_fail = ty->kind == TY_RESULT || ty_is_open(ty);
	bool may_miss = ty_may_be_null(ty);
	for (int null = 0; null < 2; null++) {
		if (null ? !may_miss : !may_fail)
			continue;
		struct expr *raise = lower_node(l, EXPR_RAISE, REP_VALUE, span, 1);
		if (expr->right)
			raise->args[0] = lower_value(l, expr->right);
		else
			raise->args[0] = null ? lower_slot(l, slot, span)
					      : lower_op(l, OP_UNWRAP, span,
							 lower_slot(l, slot, span), NULL);
		struct expr *test = lower_op(l, null ? OP_IS_NULL : OP_IS_ERR, span,
					     lower_slot(l, slot, span), NULL);
		out = cond(l, test, raise, out);
	}
	return lower_settle(l, let(l, slot, value, out), expr->ty);
}

struct expr *lower_expr(struct lower *l, struct ast_expr *expr)
{
	struct span span = lower_span(l, expr->range);
	switch (expr->kind) {
	case AST_INT:
	case AST_FLOAT:
	case AST_BOOL:
	case AST_STRING:
	case AST_NULL:
		return lower_literal(l, expr, span);
	case AST_IDENT:
	case AST_MEMBER:
		return lower_name(l, expr, span);
	case AST_UNARY:
		return lower_unary(l, expr, span);
	case AST_BINARY:
		return lower_binary(l, expr, span);
	case AST_COALESCE:
		return lower_coalesce(l, expr, span);
	case AST_CALL:
		return lower_call(l, expr, span);
	case AST_OPTIONAL_MEMBER:
	case AST_OPTIONAL_INDEX:
		return lower_optional(l, expr, span);
	case AST_INDEX: {
		struct expr *base = lower_value(l, expr->left);
		struct expr *index = lower_value(l, expr->right);
		return lower_settle(l, lower_op(l, OP_INDEX, span, base, index), expr->ty);
	}
	case AST_LIST:
		return lower_items(l, expr, EXPR_LIST, span);
	case AST_MAP:
		return lower_items(l, expr, EXPR_MAP, span);
	case AST_INTERP:
		return lower_interp(l, expr, span);
	case AST_BANG:
		return lower_bang(l, expr, span);
	case AST_BOX:
		return lower_expr(l, expr->left);
	case AST_AWAIT:
		return lower_settle(
			l, lower_op(l, OP_AWAIT, span, lower_value(l, expr->left), NULL), expr->ty);
	case AST_SPAWN:
		return lower_spawn(l, expr, span);
	case AST_HTML_IF:
	case AST_HTML_FOR:
	case AST_BROKEN:
		break; /* refused by the checker */
	}
	return lower_node(l, EXPR_UNIT, REP_VALUE, span, 0);
}
