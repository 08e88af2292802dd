/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ast_clone: copies statement by statement, expression by expression; types and names are shared,
 * for nobody writes into them. The parser bounds how deep a tree is.
 */
#include "base/arena.h"
#include "oracles/reference/ast_clone.h"

/* One walk does both: with an arena it copies, without one it only looks for `name`. */
struct walk {
	struct arena *arena;
	const char *name;
	bool found;
};

static struct ast_stmt *walk_stmt(struct walk *w, const struct ast_stmt *stmt);
static struct ast_block *walk_block(struct walk *w, const struct ast_block *block);

static void *copy(struct walk *w, const void *node, size_t size)
{
	return w->arena ? arena_dup(w->arena, node, size) : NULL;
}

static struct ast_expr *walk_expr(struct walk *w, const struct ast_expr *expr);

static struct ast_expr **walk_items(struct walk *w, struct ast_expr **items, uint32_t len)
{
	struct ast_expr **out =
		w->arena && len ? ARENA_ARRAY(w->arena, struct ast_expr *, len) : NULL;
	for (uint32_t i = 0; i < len; i++) {
		struct ast_expr *item = walk_expr(w, items[i]);
		if (out)
			out[i] = item;
	}
	return out;
}

static struct ast_arg *walk_args(struct walk *w, const struct ast_arg *args, uint32_t len)
{
	struct ast_arg *out = len ? copy(w, args, len * sizeof(*args)) : NULL;
	for (uint32_t i = 0; i < len; i++) {
		struct ast_expr *value = walk_expr(w, args[i].value);
		if (out)
			out[i].value = value;
	}
	return out;
}

static struct ast_expr *walk_expr(struct walk *w, const struct ast_expr *expr)
{
	if (!expr)
		return NULL;
	if (w->name && expr->kind == AST_IDENT && slice_is(expr->name.text, w->name))
		w->found = true;
	struct ast_expr parts = {
		.kind = expr->kind,
		.range = expr->range,
		.height = expr->height,
		.op = expr->op,
		.value = expr->value,
		.name = expr->name,
		.left = walk_expr(w, expr->left),
		.right = walk_expr(w, expr->right),
		.items = walk_items(w, expr->items, expr->item_len),
		.item_len = expr->item_len,
		.args = walk_args(w, expr->args, expr->arg_len),
		.arg_len = expr->arg_len,
		.type_args = expr->type_args,
		.type_arg_len = expr->type_arg_len,
		.block = walk_block(w, expr->block),
		.stmt = walk_stmt(w, expr->stmt),
	};
	return copy(w, &parts, sizeof(parts));
}

static struct ast_pattern *walk_pattern(struct walk *w, const struct ast_pattern *pattern)
{
	if (!pattern)
		return NULL;
	struct ast_pattern parts = {
		.kind = pattern->kind,
		.range = pattern->range,
		.name = pattern->name,
		.literal = walk_expr(w, pattern->literal),
		.fields = pattern->fields,
		.arg_len = pattern->arg_len,
	};
	if (w->arena && pattern->arg_len > 0)
		parts.args = ARENA_ARRAY(w->arena, struct ast_pattern *, pattern->arg_len);
	for (uint32_t i = 0; i < pattern->arg_len; i++) {
		struct ast_pattern *arg = walk_pattern(w, pattern->args[i]);
		if (parts.args)
			parts.args[i] = arg;
	}
	return copy(w, &parts, sizeof(parts));
}

static struct ast_case *walk_cases(struct walk *w, const struct ast_case *cases, uint32_t len)
{
	struct ast_case *out = len ? copy(w, cases, len * sizeof(*cases)) : NULL;
	for (uint32_t i = 0; i < len; i++) {
		struct ast_case one = {
			.pattern = walk_pattern(w, cases[i].pattern),
			.arrow = walk_expr(w, cases[i].arrow),
			.block = walk_block(w, cases[i].block),
			.range = cases[i].range,
		};
		if (out)
			out[i] = one;
	}
	return out;
}

static struct ast_stmt *walk_stmt(struct walk *w, const struct ast_stmt *stmt)
{
	if (!stmt)
		return NULL;
	struct ast_stmt parts = {
		.kind = stmt->kind,
		.range = stmt->range,
		.name = stmt->name,
		.type = stmt->type,
		.target = walk_expr(w, stmt->target),
		.expr = walk_expr(w, stmt->expr),
		.block = walk_block(w, stmt->block),
		.other = walk_block(w, stmt->other),
		.pattern = walk_pattern(w, stmt->pattern),
		.cases = walk_cases(w, stmt->cases, stmt->case_len),
		.case_len = stmt->case_len,
	};
	return copy(w, &parts, sizeof(parts));
}

static struct ast_block *walk_block(struct walk *w, const struct ast_block *block)
{
	if (!block)
		return NULL;
	struct ast_block parts = *block;
	parts.stmts = w->arena && block->len ? ARENA_ARRAY(w->arena, struct ast_stmt *, block->len)
					     : NULL;
	for (uint32_t i = 0; i < block->len; i++) {
		struct ast_stmt *stmt = walk_stmt(w, block->stmts[i]);
		if (parts.stmts)
			parts.stmts[i] = stmt;
	}
	return copy(w, &parts, sizeof(parts));
}

struct ast_block *ast_clone_block(struct arena *arena, const struct ast_block *block)
{
	struct walk w = {.arena = arena};
	return walk_block(&w, block);
}

struct ast_expr *ast_clone_expr(struct arena *arena, const struct ast_expr *expr)
{
	struct walk w = {.arena = arena};
	return walk_expr(&w, expr);
}

bool ast_mentions(const struct ast_block *block, const char *name)
{
	struct walk w = {.name = name};
	(void)walk_block(&w, block);
	return w.found;
}
