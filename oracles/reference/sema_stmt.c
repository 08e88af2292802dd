/* SPDX-License-Identifier: Apache-2.0 */
/* sema_stmt: statements and blocks. `tail` marks the statement whose value is the function's. */
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

static void check_block(struct sema *s, struct ast_block *block, bool tail);

static void check_let(struct sema *s, struct ast_stmt *stmt)
{
	struct ty *ty = sema_expr(s, stmt->expr);
	if (stmt->type) {
		struct ty *declared = sema_resolve(s, stmt->type);
		sema_fits(s, stmt->expr, declared, "FUSE_TYPE_MISMATCH");
		ty = ty->kind == TY_BOX ? ty_of(&s->types, TY_BOX, declared, NULL) : declared;
	}
	if (ty->kind == TY_NULL)
		ty = BASIC(s, TY_ANY);
	stmt->ty = ty;
	stmt->local = sema_declare(s, stmt->name, ty, stmt->kind == AST_VAR);
	stmt->local->is_task = ty->kind == TY_TASK;
}

/* The type of a target's base, marking what its steps name; NULL when it is no place. */
static struct ty *check_place(struct sema *s, struct ast_expr *target)
{
	if (target->kind == AST_IDENT) {
		struct local *local = sema_local(s, target->name.text);
		target->role = ROLE_LOCAL;
		target->local = local;
		if (!local) {
			report_error(s->report, target->range, "FUSE_NAME_UNKNOWN",
				     "unknown name '%.*s'%s", SLICE_ARG(target->name.text),
				     sema_hint(s, target->name.text));
			return NULL;
		}
		sema_use_local(s, local, target->range);
		if (local->function != s->function)
			report_error(s->report, target->range, "FUSE_SPAWN_MUTATION",
				     "a spawn block cannot change '%.*s' outside of it",
				     SLICE_ARG(local->name));
		return target->ty = local->ty;
	}
	if (target->kind != AST_MEMBER && target->kind != AST_OPTIONAL_MEMBER &&
	    target->kind != AST_INDEX && target->kind != AST_OPTIONAL_INDEX) {
		report_error(s->report, target->range, "FUSE_ASSIGN_TARGET",
			     "invalid assignment target");
		return NULL;
	}
	struct ty *base = check_place(s, target->left);
	if (!base)
		return NULL;
	if (target->kind == AST_MEMBER || target->kind == AST_OPTIONAL_MEMBER)
		target->ty = sema_field_of(s, target, base);
	else
		target->ty = sema_index_of(s, target, base);
	return target->ty;
}

static void check_assign(struct sema *s, struct ast_stmt *stmt)
{
	(void)sema_expr(s, stmt->expr);
	struct ty *place = check_place(s, stmt->target);
	if (!place)
		return;
	if (stmt->target->kind == AST_IDENT) {
		struct local *local = stmt->target->local;
		if (!local->is_var && place->kind != TY_BOX && place->kind != TY_UNKNOWN) {
			report_error(s->report, stmt->target->range, "FUSE_ASSIGN_IMMUTABLE",
				     "cannot assign to immutable '%.*s'", SLICE_ARG(local->name));
			return;
		}
	}
	/* a map takes only its values, though reading it may yield null */
	if (place->kind == TY_MAYBE)
		place = place->args[0];
	sema_fits(s, stmt->expr, place, "FUSE_TYPE_MISMATCH");
}

static void infer(struct sema *s, struct ty *ty, struct range range)
{
	struct ty *joined = *s->inferred ? ty_join(&s->types, *s->inferred, ty) : ty_unboxed(ty);
	if (!joined)
		report_error(s->report, range, "FUSE_TYPE_SPAWN",
			     "a spawn block yields %s here and %s before", SEMA_NAME(s, ty),
			     SEMA_NAME(s, *s->inferred));
	*s->inferred = joined ? joined : BASIC(s, TY_UNKNOWN);
}

static void check_result(struct sema *s, struct ast_expr *expr)
{
	if (s->inferred) {
		infer(s, expr->ty, expr->range);
		return;
	}
	sema_fits(s, expr, s->result, "FUSE_TYPE_RETURN");
}

static void check_return(struct sema *s, struct ast_stmt *stmt)
{
	sema_not_in_transaction(s, stmt->range, "FUSE_TRANSACTION_RETURN", "return");
	if (stmt->expr) {
		(void)sema_expr(s, stmt->expr);
		check_result(s, stmt->expr);
	} else if (!ty_assignable(s->result, BASIC(s, TY_UNIT))) {
		report_error(s->report, stmt->range, "FUSE_TYPE_RETURN",
			     "type mismatch: expected %s, found Unit", SEMA_NAME(s, s->result));
	}
}

static void check_match(struct sema *s, struct ast_stmt *stmt, bool tail)
{
	struct ty *ty = sema_expr(s, stmt->expr);
	for (uint32_t i = 0; i < stmt->case_len; i++) {
		struct ast_case *one = &stmt->cases[i];
		uint32_t mark = sema_open_scope(s);
		sema_pattern(s, one->pattern, ty);
		if (one->arrow) {
			sema_not_in_transaction(s, one->arrow->range, "FUSE_TRANSACTION_RETURN",
						"'->', which returns,");
			(void)sema_expr(s, one->arrow);
			check_result(s, one->arrow);
		} else {
			check_block(s, one->block, tail);
		}
		sema_close_scope(s, mark);
	}
}

struct ty *sema_iterate(struct sema *s, struct ast_expr *expr)
{
	struct ty *ty = ty_plain(sema_expr(s, expr));
	if (ty->kind == TY_LIST)
		return ty->args[0];
	if (ty->kind == TY_MAP)
		return ty->args[1];
	if (ty_is_open(ty))
		return BASIC(s, TY_ANY);
	report_error(s->report, expr->range, "FUSE_TYPE_LOOP", "cannot iterate over type %s",
		     SEMA_NAME(s, expr->ty));
	return BASIC(s, TY_UNKNOWN);
}

static void check_for(struct sema *s, struct ast_stmt *stmt)
{
	struct ty *item = sema_iterate(s, stmt->expr);
	stmt->ty = item;
	uint32_t mark = sema_open_scope(s);
	sema_pattern(s, stmt->pattern, item);
	s->loops++;
	check_block(s, stmt->block, false);
	s->loops--;
	sema_close_scope(s, mark);
}

static void check_value(struct sema *s, struct ast_stmt *stmt, bool tail)
{
	(void)sema_expr(s, stmt->expr);
	if (stmt->expr->ty->kind == TY_TASK && !(tail && s->result->kind == TY_TASK))
		report_error(s->report, stmt->expr->range, "FUSE_TASK_DETACHED",
			     "a task must be bound and awaited");
	if (tail && s->result->kind != TY_UNIT)
		check_result(s, stmt->expr);
}

static void check_stmt(struct sema *s, struct ast_stmt *stmt, bool tail)
{
	switch (stmt->kind) {
	case AST_LET:
	case AST_VAR:
		check_let(s, stmt);
		break;
	case AST_ASSIGN:
		check_assign(s, stmt);
		break;
	case AST_RETURN:
		check_return(s, stmt);
		break;
	case AST_IF:
		sema_condition(s, stmt->expr);
		check_block(s, stmt->block, tail);
		if (stmt->other)
			check_block(s, stmt->other, tail);
		break;
	case AST_MATCH:
		check_match(s, stmt, tail);
		break;
	case AST_FOR:
		check_for(s, stmt);
		break;
	case AST_WHILE:
		sema_condition(s, stmt->expr);
		s->loops++;
		check_block(s, stmt->block, false);
		s->loops--;
		break;
	case AST_TRANSACTION:
		sema_transaction(s, stmt);
		s->transactions++;
		check_block(s, stmt->block, tail);
		s->transactions--;
		break;
	case AST_BREAK:
	case AST_CONTINUE:
		sema_not_in_transaction(s, stmt->range, "FUSE_TRANSACTION_LOOP",
					stmt->kind == AST_BREAK ? "break" : "continue");
		if (s->loops == 0)
			report_error(s->report, stmt->range, "FUSE_LOOP_CONTROL",
				     "%s outside a loop",
				     stmt->kind == AST_BREAK ? "break" : "continue");
		break;
	case AST_EXPR:
		check_value(s, stmt, tail);
		break;
	}
}

static void check_block(struct sema *s, struct ast_block *block, bool tail)
{
	if (!block)
		return;
	uint32_t mark = sema_open_scope(s);
	for (uint32_t i = 0; i < block->len; i++) {
		check_stmt(s, block->stmts[i], tail && i + 1 == block->len);
		/* What stands behind a return is never the value of the body. */
		if (block->stmts[i]->kind == AST_RETURN)
			tail = false;
	}
	sema_close_scope(s, mark);
}

void sema_body(struct sema *s, struct ast_block *block)
{
	check_block(s, block, true);
	if (!s->spawn) /* what follows tasks goes into spawn blocks itself */
		sema_tasks(s, block);
}
