/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema_task: that every task is awaited on every way out of the scope that binds it, and before its
 * binding is assigned again: spec/fls.md#spawn-static-restrictions. Follows the ways through a body
 * whose names are known; conditions are not evaluated, save a loop on the literal true.
 *
 * What is known at a place is is_awaited of the tasks in scope there. Where two ways meet, both
 * must have awaited. A way that has ended says nothing about what follows, so all its tasks count
 * as awaited: nothing needs to know which code is never reached.
 */
#include <string.h>

#include "oracles/reference/sema_internal.h"

/* is_awaited of the first tasks in scope, at another place. */
struct known {
	bool *awaited;
	uint32_t len;
};

struct loop {
	struct known breaks;
	struct known rounds; /* ends of a round, by continue */
};

struct flow {
	struct sema *s;
	VEC(struct local *) tasks;
	uint32_t body; /* tasks from here on belong to the innermost function or spawn */
	struct known returns;
	struct loop *loop; /* the innermost of that body, or NULL */
};

static void walk_expr(struct flow *f, struct ast_expr *expr);
static void walk_block(struct flow *f, struct ast_block *block);

static struct known known(struct flow *f, bool awaited)
{
	struct known out = {.len = (uint32_t)f->tasks.len};
	out.awaited = ARENA_ARRAY(f->s->arena, bool, out.len + 1);
	for (uint32_t i = 0; i < out.len; i++)
		out.awaited[i] = awaited || f->tasks.items[i]->is_awaited;
	return out;
}

static struct known here(struct flow *f)
{
	return known(f, false);
}

static struct known nowhere(struct flow *f)
{
	return known(f, true);
}

static void go_on_from(struct flow *f, struct known from)
{
	for (uint32_t i = 0; i < from.len; i++)
		f->tasks.items[i]->is_awaited = from.awaited[i];
}

static void meet(struct flow *f, struct known other)
{
	for (uint32_t i = 0; i < other.len; i++)
		f->tasks.items[i]->is_awaited &= other.awaited[i];
}

/* The way that ends here arrives where `at` stands. */
static void arrive(struct flow *f, struct known at)
{
	for (uint32_t i = 0; i < at.len; i++)
		at.awaited[i] &= f->tasks.items[i]->is_awaited;
}

static void complain(struct flow *f, struct local *task, struct range range, const char *what)
{
	report_error(f->s->report, range, "FUSE_TASK_NOT_AWAITED", "task '%.*s' is not awaited %s",
		     SLICE_ARG(task->name), what);
	task->is_reported = true;
}

/* The way ends: a jump leaves the scopes of the tasks from `mark` on. */
static void leave(struct flow *f, uint32_t mark, struct range range, const char *jump)
{
	for (size_t i = mark; i < f->tasks.len; i++) {
		struct local *task = f->tasks.items[i];
		if (!task->is_awaited && !task->is_reported)
			complain(f, task, range,
				 arena_printf(f->s->arena, "before %s leaves its scope", jump));
	}
	go_on_from(f, nowhere(f));
}

static void walk_return(struct flow *f, struct range range, const char *jump)
{
	arrive(f, f->returns);
	leave(f, f->body, range, jump);
}

/* Something that is only evaluated now and then. */
static void walk_maybe(struct flow *f, struct ast_expr *expr)
{
	struct known without = here(f);
	walk_expr(f, expr);
	meet(f, without);
}

/* A task runs its block to the end, and is awaited itself, so what it awaits is awaited. */
static void walk_spawn(struct flow *f, struct ast_block *block)
{
	struct flow outer = *f;
	f->body = (uint32_t)f->tasks.len;
	f->returns = nowhere(f);
	f->loop = NULL;
	walk_block(f, block);
	meet(f, f->returns);
	f->body = outer.body;
	f->returns = outer.returns;
	f->loop = outer.loop;
}

/* left: condition, right: children; items: more of the kind, and last what else holds */
static void walk_html_if(struct flow *f, struct ast_expr *expr)
{
	struct known ends = nowhere(f);
	walk_expr(f, expr->left);
	struct known otherwise = here(f);
	walk_expr(f, expr->right);
	arrive(f, ends);
	go_on_from(f, otherwise);
	for (uint32_t i = 0; i < expr->item_len; i++)
		walk_expr(f, expr->items[i]);
	meet(f, ends);
}

static void walk_operands(struct flow *f, struct ast_expr *expr)
{
	bool is_maybe =
		expr->kind == AST_COALESCE || expr->kind == AST_OPTIONAL_INDEX ||
		expr->kind == AST_HTML_FOR ||
		(expr->kind == AST_BINARY && (expr->op == AST_OP_AND || expr->op == AST_OP_OR));
	walk_expr(f, expr->left);
	if (is_maybe)
		walk_maybe(f, expr->right);
	else
		walk_expr(f, expr->right);
	for (uint32_t i = 0; i < expr->item_len; i++)
		walk_expr(f, expr->items[i]);
	for (uint32_t i = 0; i < expr->arg_len; i++)
		walk_expr(f, expr->args[i].value);
}

static void walk_expr(struct flow *f, struct ast_expr *expr)
{
	if (!expr)
		return;
	if (expr->kind == AST_SPAWN) {
		walk_spawn(f, expr->block);
	} else if (expr->kind == AST_HTML_IF) {
		walk_html_if(f, expr);
	} else if (expr->kind == AST_BANG) {
		walk_expr(f, expr->left);
		struct known success = here(f);
		walk_expr(f, expr->right);
		walk_return(f, expr->range, "'?!'");
		go_on_from(f, success);
	} else {
		walk_operands(f, expr);
	}
	if (expr->kind == AST_AWAIT && expr->left->kind == AST_IDENT &&
	    expr->left->role == ROLE_LOCAL)
		expr->left->local->is_awaited = true;
}

static void walk_if(struct flow *f, struct ast_stmt *stmt)
{
	walk_expr(f, stmt->expr);
	struct known otherwise = here(f);
	walk_block(f, stmt->block);
	struct known end = here(f);
	go_on_from(f, otherwise);
	if (stmt->other)
		walk_block(f, stmt->other);
	meet(f, end);
}

static void walk_match(struct flow *f, struct ast_stmt *stmt)
{
	walk_expr(f, stmt->expr);
	struct known start = here(f), ends = nowhere(f);
	for (uint32_t i = 0; i < stmt->case_len; i++) {
		struct ast_case *one = &stmt->cases[i];
		go_on_from(f, start);
		if (one->arrow) {
			walk_expr(f, one->arrow);
			walk_return(f, one->range, "'->'");
		} else {
			walk_block(f, one->block);
		}
		arrive(f, ends);
	}
	go_on_from(f, sema_covers(stmt) ? ends : start); /* none may fit: what follows is next */
	meet(f, ends);
}

/* A round may begin where another has ended. Which tasks a round leaves assigned anew depends on
 * the loop alone, so that is kept, and what has been found is not looked for again. */
static void walk_loop(struct flow *f, struct ast_stmt *stmt)
{
	if (stmt->kind == AST_FOR)
		walk_expr(f, stmt->expr);
	struct loop *outer = f->loop, loop;
	struct known start = here(f), end;
	if (!stmt->reassigned)
		stmt->reassigned = memset(ARENA_ARRAY(f->s->arena, bool, start.len + 1), 0,
					  (start.len + 1) * sizeof(bool));
	f->loop = &loop;
	bool again = true;
	while (again) {
		for (uint32_t i = 0; i < start.len; i++)
			start.awaited[i] &= !stmt->reassigned[i];
		go_on_from(f, start);
		loop = (struct loop){.breaks = nowhere(f), .rounds = nowhere(f)};
		if (stmt->kind == AST_WHILE)
			walk_expr(f, stmt->expr);
		end = here(f);
		walk_block(f, stmt->block);
		meet(f, loop.rounds);
		again = false;
		for (uint32_t i = 0; i < start.len; i++) {
			if (start.awaited[i] && !f->tasks.items[i]->is_awaited)
				again = stmt->reassigned[i] = true;
		}
	}
	f->loop = outer;
	bool is_endless =
		stmt->kind == AST_WHILE && stmt->expr->kind == AST_BOOL && stmt->expr->value.b;
	go_on_from(f, is_endless ? nowhere(f) : end);
	meet(f, loop.breaks);
}

static void walk_jump(struct flow *f, struct ast_stmt *stmt)
{
	if (!f->loop) /* already reported */
		return;
	bool is_break = stmt->kind == AST_BREAK;
	struct known target = is_break ? f->loop->breaks : f->loop->rounds;
	arrive(f, target);
	leave(f, target.len, stmt->range, is_break ? "break" : "continue");
}

static void walk_assign(struct flow *f, struct ast_stmt *stmt)
{
	walk_expr(f, stmt->target);
	walk_expr(f, stmt->expr);
	struct local *task = stmt->target->kind == AST_IDENT ? stmt->target->local : NULL;
	if (!task || !task->is_task)
		return;
	if (!task->is_awaited && !task->is_reported) {
		report_error(f->s->report, stmt->range, "FUSE_TASK_REASSIGNED",
			     "task '%.*s' must be awaited before it is assigned again",
			     SLICE_ARG(task->name));
		task->is_reported = true;
	}
	task->is_awaited = false;
}

static void walk_stmt(struct flow *f, struct ast_stmt *stmt)
{
	switch (stmt->kind) {
	case AST_LET:
	case AST_VAR:
		walk_expr(f, stmt->expr);
		if (stmt->local->is_task) {
			stmt->local->is_awaited = false;
			vec_push(&f->tasks, stmt->local);
		}
		break;
	case AST_ASSIGN:
		walk_assign(f, stmt);
		break;
	case AST_RETURN:
		walk_expr(f, stmt->expr);
		walk_return(f, stmt->range, "return");
		break;
	case AST_IF:
		walk_if(f, stmt);
		break;
	case AST_MATCH:
		walk_match(f, stmt);
		break;
	case AST_FOR:
	case AST_WHILE:
		walk_loop(f, stmt);
		break;
	case AST_TRANSACTION:
		walk_block(f, stmt->block);
		break;
	case AST_BREAK:
	case AST_CONTINUE:
		walk_jump(f, stmt);
		break;
	case AST_EXPR:
		walk_expr(f, stmt->expr);
		break;
	}
}

static void walk_block(struct flow *f, struct ast_block *block)
{
	if (!block)
		return;
	size_t mark = f->tasks.len;
	for (uint32_t i = 0; i < block->len; i++)
		walk_stmt(f, block->stmts[i]);
	for (size_t i = mark; i < f->tasks.len; i++) {
		struct local *task = f->tasks.items[i];
		if (!task->is_awaited && !task->is_reported)
			complain(f, task, task->range, "before its scope ends");
	}
	f->tasks.len = mark;
}

void sema_tasks(struct sema *s, struct ast_block *block)
{
	struct flow f = {.s = s};
	walk_block(&f, block);
	vec_done(&f.tasks);
}
