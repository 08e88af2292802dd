/* SPDX-License-Identifier: Apache-2.0 */
/* parse_stmt: blocks and statements. A broken statement is skipped; the block goes on behind it. */
#include "oracles/reference/parse_internal.h"

/* ":" NEWLINE, in front of an indented block. */
bool parse_block_start(struct parser *p, const char *what)
{
	return parser_expect(p, TOKEN_COLON, what) &&
	       parser_expect(p, TOKEN_NEWLINE, "before a block");
}

/* Block := INDENT { Stmt } DEDENT */
struct ast_block *parse_block(struct parser *p)
{
	struct ast_block *block = ARENA_NEW(p->arena, struct ast_block);
	ptr_vec stmts = {0};
	uint32_t start = parser_here(p), outer = p->tallest;
	if (!parser_expect(p, TOKEN_INDENT, "here") || !parser_enter(p))
		return block;
	p->tallest = 0;
	for (;;) {
		parser_skip_newlines(p);
		if (parser_kind(p) == TOKEN_DEDENT || parser_kind(p) == TOKEN_END)
			break;
		uint32_t before = p->at;
		struct ast_stmt *stmt = parse_stmt(p);
		if (p->failed)
			parser_recover(p);
		else
			vec_push(&stmts, stmt);
		if (p->at == before)
			(void)parser_take(p);
	}
	(void)parser_accept(p, TOKEN_DEDENT);
	parser_leave(p);
	block->range = parser_since(p, start);
	block->height = p->tallest + 1;
	p->tallest = outer > block->height ? outer : block->height;
	block->stmts = (struct ast_stmt **)parser_freeze(p, &stmts, &block->len);
	return block;
}

/* NEWLINE at a statement's end; a block at its end has brought its own. */
static void parse_line_end(struct parser *p)
{
	if (p->failed || parser_kind(p) == TOKEN_END)
		return;
	if (p->at > 0 && p->tokens[p->at - 1].kind == TOKEN_DEDENT)
		return;
	if (!parser_accept(p, TOKEN_NEWLINE))
		parser_error(p, "FUSE_PARSE_EXPECTED", "expected the end of the line, found %s",
			     token_name(parser_kind(p)));
}

/* IfBody := NEWLINE Block | InlineStmt */
static struct ast_block *parse_if_body(struct parser *p)
{
	if (!parser_expect(p, TOKEN_COLON, "after a condition"))
		return ARENA_NEW(p->arena, struct ast_block);
	if (parser_accept(p, TOKEN_NEWLINE))
		return parse_block(p);
	struct ast_block *block = ARENA_NEW(p->arena, struct ast_block);
	block->range = parser_range(p, &p->tokens[p->at]);
	if (!parser_enter(p))
		return block;
	block->stmts = ARENA_ARRAY(p->arena, struct ast_stmt *, 1);
	block->stmts[0] = parse_stmt(p);
	block->len = 1;
	parser_leave(p);
	return block;
}

/* IfStmt := "if" Expr ":" IfBody { "else" "if" Expr ":" IfBody } [ "else" ":" IfBody ] */
static void parse_if(struct parser *p, struct ast_stmt *stmt)
{
	uint32_t branches = p->branches;
	for (; !p->failed; p->branches++) {
		stmt->kind = AST_IF;
		(void)parser_take(p);
		stmt->expr = parse_expr(p);
		stmt->range = parser_since(p, stmt->range.start);
		if (p->failed)
			break;
		stmt->block = parse_if_body(p);
		if (p->failed || !parser_accept(p, TOKEN_ELSE))
			break;
		if (parser_kind(p) != TOKEN_IF) {
			stmt->other = parse_if_body(p);
			break;
		}
		if (p->branches > PARSE_BRANCH_MAX) {
			parser_error(p, "FUSE_PARSE_DEPTH", "more than %d branches, use match",
				     PARSE_BRANCH_MAX);
			break;
		}
		struct ast_stmt *next = ARENA_NEW(p->arena, struct ast_stmt);
		next->range = parser_range(p, &p->tokens[p->at]);
		stmt->other = ARENA_NEW(p->arena, struct ast_block);
		stmt->other->stmts = ARENA_ARRAY(p->arena, struct ast_stmt *, 1);
		stmt->other->stmts[0] = next;
		stmt->other->len = 1;
		stmt->other->range = next->range;
		stmt = next;
	}
	p->branches = branches;
}

/* MatchCase := Pattern ( "->" Expr NEWLINE | ":" NEWLINE Block ) */
static void parse_case(struct parser *p, struct ast_case *out)
{
	*out = (struct ast_case){.range = parser_range(p, &p->tokens[p->at])};
	out->pattern = parse_pattern(p);
	if (p->failed)
		return;
	if (parser_accept(p, TOKEN_ARROW)) {
		out->arrow = parse_value(p);
		parse_line_end(p);
	} else if (parse_block_start(p, "or '->' after a pattern")) {
		out->block = parse_block(p);
	}
	out->range = out->pattern->range;
}

/* MatchStmt := "match" Expr ":" NEWLINE INDENT { MatchCase } DEDENT */
static void parse_match(struct parser *p, struct ast_stmt *stmt)
{
	VEC(struct ast_case) cases = {0};
	uint32_t branches = p->branches;
	stmt->kind = AST_MATCH;
	(void)parser_take(p);
	stmt->expr = parse_expr(p);
	stmt->range = parser_since(p, stmt->range.start);
	if (p->failed || !parse_block_start(p, "after the value to match") ||
	    !parser_expect(p, TOKEN_INDENT, "with the cases of a match") || !parser_enter(p))
		return;
	for (;;) {
		parser_skip_newlines(p);
		if (parser_kind(p) == TOKEN_DEDENT || parser_kind(p) == TOKEN_END)
			break;
		uint32_t before = p->at;
		struct ast_case one;
		parse_case(p, &one);
		if (p->failed)
			parser_recover(p);
		else
			vec_push(&cases, one);
		if (++p->branches > PARSE_BRANCH_MAX) {
			parser_error(p, "FUSE_PARSE_DEPTH", "more than %d cases", PARSE_BRANCH_MAX);
			while (parser_kind(p) != TOKEN_DEDENT && parser_kind(p) != TOKEN_END)
				parser_recover(p);
			break;
		}
		if (p->at == before)
			(void)parser_take(p);
	}
	(void)parser_accept(p, TOKEN_DEDENT);
	parser_leave(p);
	p->branches = branches;
	stmt->case_len = (uint32_t)cases.len;
	stmt->cases = cases.len ? PARSER_ARRAY(p, &cases) : NULL;
	vec_done(&cases);
}

/* ForStmt := "for" Pattern "in" Expr ":" NEWLINE Block */
static void parse_for(struct parser *p, struct ast_stmt *stmt)
{
	stmt->kind = AST_FOR;
	(void)parser_take(p);
	stmt->pattern = parse_pattern(p);
	if (p->failed || !parser_expect(p, TOKEN_IN, "after a loop's pattern"))
		return;
	stmt->expr = parse_expr(p);
	stmt->range = parser_since(p, stmt->range.start);
	if (!p->failed && parse_block_start(p, "after the value to loop over"))
		stmt->block = parse_block(p);
}

/* WhileStmt := "while" Expr ":" NEWLINE Block */
static void parse_while(struct parser *p, struct ast_stmt *stmt)
{
	stmt->kind = AST_WHILE;
	(void)parser_take(p);
	stmt->expr = parse_expr(p);
	stmt->range = parser_since(p, stmt->range.start);
	if (!p->failed && parse_block_start(p, "after a condition"))
		stmt->block = parse_block(p);
}

/* LetStmt := "let" Ident [ ":" TypeRef ] "=" Expr NEWLINE, and "var" alike */
static void parse_let(struct parser *p, struct ast_stmt *stmt)
{
	stmt->kind = parser_take(p)->kind == TOKEN_LET ? AST_LET : AST_VAR;
	if (!parse_name(p, &stmt->name, "a variable's name"))
		return;
	if (parser_accept(p, TOKEN_COLON))
		stmt->type = parse_type(p);
	if (p->failed || !parser_expect(p, TOKEN_ASSIGN, "after a variable's name"))
		return;
	stmt->expr = parse_value(p);
	stmt->range = parser_since(p, stmt->range.start);
	parse_line_end(p);
}

/* AssignStmt := LValue "=" Expr NEWLINE; ExprStmt := Expr NEWLINE | SpawnExpr */
static void parse_simple(struct parser *p, struct ast_stmt *stmt)
{
	stmt->kind = AST_EXPR;
	stmt->expr = parse_value(p);
	if (!p->failed && parser_accept(p, TOKEN_ASSIGN)) {
		stmt->kind = AST_ASSIGN;
		stmt->target = stmt->expr;
		stmt->expr = parse_value(p);
	}
	stmt->range = parser_since(p, stmt->range.start);
	parse_line_end(p);
}

/* ReturnStmt := "return" [ Expr ] NEWLINE */
static void parse_return(struct parser *p, struct ast_stmt *stmt)
{
	stmt->kind = AST_RETURN;
	(void)parser_take(p);
	if (parser_kind(p) != TOKEN_NEWLINE && parser_kind(p) != TOKEN_END)
		stmt->expr = parse_value(p);
	stmt->range = parser_since(p, stmt->range.start);
	parse_line_end(p);
}

/* Stmt */
struct ast_stmt *parse_stmt(struct parser *p)
{
	struct ast_stmt *stmt = ARENA_NEW(p->arena, struct ast_stmt);
	stmt->range = parser_range(p, &p->tokens[p->at]);
	switch (parser_kind(p)) {
	case TOKEN_LET:
	case TOKEN_VAR:
		parse_let(p, stmt);
		break;
	case TOKEN_RETURN:
		parse_return(p, stmt);
		break;
	case TOKEN_IF:
		parse_if(p, stmt);
		break;
	case TOKEN_MATCH:
		parse_match(p, stmt);
		break;
	case TOKEN_FOR:
		parse_for(p, stmt);
		break;
	case TOKEN_WHILE:
		parse_while(p, stmt);
		break;
	case TOKEN_TRANSACTION:
		stmt->kind = AST_TRANSACTION;
		(void)parser_take(p);
		if (parse_block_start(p, "after 'transaction'"))
			stmt->block = parse_block(p);
		break;
	case TOKEN_BREAK:
	case TOKEN_CONTINUE:
		stmt->kind = parser_take(p)->kind == TOKEN_BREAK ? AST_BREAK : AST_CONTINUE;
		parse_line_end(p);
		break;
	default:
		parse_simple(p, stmt);
	}
	return stmt;
}
