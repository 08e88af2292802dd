/* SPDX-License-Identifier: Apache-2.0 */
/* sema_spawn: tasks, and what a spawn block may touch: spec/fls.md#spawn-static-restrictions. When
 * tasks are awaited is followed in sema_task. */
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

static void capture(struct spawn_scope *scope, struct local *local)
{
	vec_each (&scope->captures, seen)
		if (*seen == local)
			return;
	vec_push(&scope->captures, local);
}

/* A variable of an outer function becomes a capture of every spawn in between. */
void sema_use_local(struct sema *s, struct local *local, struct range range)
{
	if (local->function == s->function)
		return;
	if (local->ty->kind == TY_BOX)
		report_error(s->report, range, "FUSE_SPAWN_BOX", "a spawn block cannot use boxes");
	for (struct spawn_scope *scope = s->spawn; scope && scope->function != local->function;
	     scope = scope->outer)
		capture(scope, local);
}

struct ty *sema_spawn(struct sema *s, struct ast_expr *expr)
{
	struct spawn_scope scope = {.outer = s->spawn, .function = ++s->function_count};
	struct ty *type = NULL, **inferred = s->inferred, *result = s->result;
	uint32_t function = s->function, loops = s->loops;
	s->spawn_count++;
	sema_not_in_transaction(s, expr->range, "FUSE_TRANSACTION_SPAWN", "spawn");
	s->spawn = &scope;
	s->inferred = &type;
	s->result = BASIC(s, TY_ANY);
	s->function = scope.function;
	s->loops = 0;
	if (expr->block)
		sema_body(s, expr->block);
	s->loops = loops;
	s->function = function;
	s->result = result;
	s->inferred = inferred;
	s->spawn = scope.outer;
	expr->capture_len = (uint32_t)scope.captures.len;
	expr->captures = ARENA_ARRAY(s->arena, struct local *, scope.captures.len + 1);
	for (size_t i = 0; i < scope.captures.len; i++)
		expr->captures[i] = scope.captures.items[i];
	vec_done(&scope.captures);
	return ty_of(&s->types, TY_TASK, type ? type : BASIC(s, TY_UNIT), NULL);
}

struct ty *sema_await(struct sema *s, struct ast_expr *expr)
{
	sema_not_in_transaction(s, expr->range, "FUSE_TRANSACTION_AWAIT", "await");
	struct ty *task = ty_unboxed(sema_expr(s, expr->left));
	if (ty_is_open(task))
		return BASIC(s, task->kind);
	if (task->kind == TY_TASK)
		return task->args[0];
	report_error(s->report, expr->range, "FUSE_TYPE_AWAIT", "await expects a task, found %s",
		     SEMA_NAME(s, task));
	return BASIC(s, TY_UNKNOWN);
}
