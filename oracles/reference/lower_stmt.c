/* SPDX-License-Identifier: Apache-2.0 */
/* lower_stmt: statements, and the implicit return of a body's last value. */
#include "oracles/reference/lower_internal.h"

static bool lower_stmt(struct lower *l, struct ast_stmt *stmt, bool tail);

void lower_return(struct lower *l, struct ast_expr *expr, struct span span)
{
	struct expr *value = expr ? lower_expr(l, expr) : NULL;
	if (l->wraps && (!expr || ty_unboxed(expr->ty)->kind != TY_RESULT)) {
		if (!value)
			value = lower_node(l, EXPR_UNIT, REP_VALUE, span, 0);
		value = lower_op(l, OP_OK, span, value, NULL);
	}
	if (l->result != REP_VALUE && (!value || value->rep == REP_VALUE))
		lower_loosen(l, &l->loose_result[l->index]);
	if (value)
		value = lower_to(l, value, l->result);
	lower_emit(l, STMT_RETURN, span)->expr = value;
}

static void lower_let(struct lower *l, struct ast_stmt *stmt, struct span span)
{
	struct local *local = stmt->local;
	enum rep rep = local->loose || l->all_loose ? REP_VALUE : lower_rep(local->ty);
	struct expr *value = local->ty->kind == TY_BOX ? lower_keep_box(l, stmt->expr)
						       : lower_expr(l, stmt->expr);
	if (value->rep != rep)
		rep = REP_VALUE;
	local->slot = lower_new_slot(l, rep, local->name);
	struct stmt *set = lower_emit(l, STMT_SET, span);
	set->slot = local->slot;
	set->expr = lower_to(l, value, rep);
}

static uint32_t path_length(const struct ast_expr *target)
{
	uint32_t len = 0;
	for (; target->kind != AST_IDENT; target = target->left)
		len++;
	return len;
}

static void lower_step(struct lower *l, struct path_step *step, struct ast_expr *target)
{
	step->optional = target->kind == AST_OPTIONAL_MEMBER || target->kind == AST_OPTIONAL_INDEX;
	step->field = -1;
	if (target->kind == AST_INDEX || target->kind == AST_OPTIONAL_INDEX) {
		step->index = lower_value(l, target->right);
		step->name = SLICE_EMPTY;
		return;
	}
	step->field = lower_field_index(target);
	step->name = arena_slice(l->arena, target->name.text);
}

static void lower_assign(struct lower *l, struct ast_stmt *stmt, struct span span)
{
	uint32_t len = path_length(stmt->target);
	struct ast_expr *base = stmt->target;
	struct expr *value = lower_expr(l, stmt->expr);
	struct path_step *path = len ? ARENA_ARRAY(l->arena, struct path_step, len) : NULL;
	for (uint32_t i = len; i > 0; i--) {
		lower_step(l, &path[i - 1], base);
		base = base->left;
	}
	struct local *local = base->local;
	enum stmt_kind kind = local->ty->kind == TY_BOX ? STMT_SET_BOX
			      : len > 0                 ? STMT_SET_PATH
							: STMT_SET;
	enum rep rep = kind == STMT_SET ? l->slots.items[local->slot].rep : REP_VALUE;
	if (rep != REP_VALUE && value->rep == REP_VALUE)
		lower_loosen(l, &local->loose);
	struct stmt *set = lower_emit(l, kind, span);
	set->slot = local->slot;
	set->expr = lower_to(l, value, rep);
	set->path = path;
	set->path_len = len;
}

static bool lower_if(struct lower *l, struct ast_stmt *stmt, struct span span, bool tail)
{
	struct expr *condition = lower_to(l, lower_expr(l, stmt->expr), REP_BOOL);
	struct stmt *out = lower_emit(l, STMT_IF, span);
	bool returns = tail, other = false;
	out->expr = condition;
	stmt_vec outer = lower_begin(l);
	if (tail)
		returns = lower_tail_block(l, stmt->block);
	else
		lower_block(l, stmt->block);
	out->body = lower_end(l, outer, &out->body_len);
	outer = lower_begin(l);
	if (stmt->other && tail)
		other = lower_tail_block(l, stmt->other);
	else if (stmt->other)
		lower_block(l, stmt->other);
	out->other = lower_end(l, outer, &out->other_len);
	return tail && returns && other;
}

/* One case: test, bindings, body; what follows it stands in the other branch. */
static bool lower_case(struct lower *l, struct ast_stmt *stmt, uint32_t i, const struct place *at,
		       bool tail)
{
	if (i == stmt->case_len)
		return sema_covers(stmt);
	struct ast_case *one = &stmt->cases[i];
	struct span span = lower_span(l, one->range);
	struct expr *test = lower_pattern(l, one->pattern, at);
	struct stmt *branch = lower_emit(l, test ? STMT_IF : STMT_BLOCK, span);
	bool returns = false, others = true;
	branch->expr = test;
	stmt_vec outer = lower_begin(l);
	lower_bindings(l, one->pattern, at);
	if (one->arrow) {
		lower_return(l, one->arrow, span);
		returns = true;
	} else if (tail) {
		returns = lower_tail_block(l, one->block);
	} else {
		lower_block(l, one->block);
	}
	branch->body = lower_end(l, outer, &branch->body_len);
	if (test) {
		outer = lower_begin(l);
		others = lower_case(l, stmt, i + 1, at, tail);
		branch->other = lower_end(l, outer, &branch->other_len);
	}
	return returns && others;
}

static bool lower_match(struct lower *l, struct ast_stmt *stmt, struct span span, bool tail)
{
	struct expr *value = lower_expr(l, stmt->expr);
	struct place at = {
		.kind = PLACE_SLOT,
		.index = lower_new_slot(l, value->rep, SLICE_EMPTY),
		.rep = value->rep,
		.span = span,
	};
	struct stmt *set = lower_emit(l, STMT_SET, span);
	set->slot = at.index;
	set->expr = value;
	return lower_case(l, stmt, 0, &at, tail);
}

static void lower_for(struct lower *l, struct ast_stmt *stmt, struct span span)
{
	struct expr *items = lower_value(l, stmt->expr);
	struct place at = {
		.kind = PLACE_SLOT,
		.index = lower_new_slot(l, REP_VALUE, SLICE_EMPTY),
		.rep = lower_rep(stmt->ty), /* a list's items are what its type says */
		.span = lower_span(l, stmt->pattern->range),
	};
	struct stmt *loop = lower_emit(l, STMT_FOR, span);
	loop->slot = at.index;
	loop->expr = items;
	stmt_vec outer = lower_begin(l);
	struct expr *test = lower_pattern(l, stmt->pattern, &at);
	if (test) {
		struct stmt *check = lower_emit(l, STMT_IF, at.span);
		check->expr = lower_op(l, OP_B_NOT, at.span, test, NULL);
		stmt_vec inner = lower_begin(l);
		struct expr *text =
			lower_text(l, slice_of("for pattern did not match value"), at.span);
		lower_emit(l, STMT_EXPR, at.span)->expr = lower_op(l, OP_FAIL, at.span, text, NULL);
		check->body = lower_end(l, inner, &check->body_len);
	}
	lower_bindings(l, stmt->pattern, &at);
	lower_block(l, stmt->block);
	loop->body = lower_end(l, outer, &loop->body_len);
}

static void lower_while(struct lower *l, struct ast_stmt *stmt, struct span span)
{
	struct expr *condition = lower_to(l, lower_expr(l, stmt->expr), REP_BOOL);
	struct stmt *loop = lower_emit(l, STMT_WHILE, span);
	loop->expr = condition;
	stmt_vec outer = lower_begin(l);
	lower_block(l, stmt->block);
	loop->body = lower_end(l, outer, &loop->body_len);
}

static bool lower_stmt(struct lower *l, struct ast_stmt *stmt, bool tail)
{
	struct span span = lower_span(l, stmt->range);
	switch (stmt->kind) {
	case AST_LET:
	case AST_VAR:
		lower_let(l, stmt, span);
		return false;
	case AST_ASSIGN:
		lower_assign(l, stmt, span);
		return false;
	case AST_RETURN:
		lower_return(l, stmt->expr, span);
		return true;
	case AST_IF:
		return lower_if(l, stmt, span, tail);
	case AST_MATCH:
		return lower_match(l, stmt, span, tail);
	case AST_FOR:
		lower_for(l, stmt, span);
		return false;
	case AST_WHILE:
		lower_while(l, stmt, span);
		return false;
	case AST_BREAK:
		(void)lower_emit(l, STMT_BREAK, span);
		return false;
	case AST_CONTINUE:
		(void)lower_emit(l, STMT_CONTINUE, span);
		return false;
	case AST_TRANSACTION:
		return false;
	case AST_EXPR:
		break;
	}
	if (tail) {
		lower_return(l, stmt->expr, span);
		return true;
	}
	struct expr *value = lower_expr(l, stmt->expr);
	lower_emit(l, STMT_EXPR, span)->expr = value;
	return false;
}

void lower_block(struct lower *l, struct ast_block *block)
{
	for (uint32_t i = 0; block && i < block->len; i++)
		(void)lower_stmt(l, block->stmts[i], false);
}

bool lower_tail_block(struct lower *l, struct ast_block *block)
{
	for (uint32_t i = 0; block && i < block->len; i++)
		if (lower_stmt(l, block->stmts[i], i + 1 == block->len))
			return i + 1 == block->len || block->stmts[i]->kind == AST_RETURN;
	return false;
}
