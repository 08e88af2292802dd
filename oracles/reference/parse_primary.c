/* SPDX-License-Identifier: Apache-2.0 */
/* parse_primary: literals, strings with their escapes and interpolations, names, groups, lists,
 * maps. */
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "oracles/reference/lex.h"
#include "oracles/reference/parse_internal.h"

static struct ast_expr *parse_int(struct parser *p)
{
	const struct token *token = parser_take(p);
	struct slice digits = parser_text(p, token);
	struct ast_expr *expr = ast_expr_new(p, AST_INT, parser_range(p, token));
	int64_t value = 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digits.ptr[i] - '0', &value)) {
			report_error(p->report, expr->range, "FUSE_LEX_INT_RANGE",
				     "integer literal out of range, the largest is "
				     "9223372036854775807");
			break;
		}
	}
	expr->value.i = value;
	return expr;
}

static struct ast_expr *parse_float(struct parser *p)
{
	const struct token *token = parser_take(p);
	struct slice digits = parser_text(p, token);
	struct ast_expr *expr = ast_expr_new(p, AST_FLOAT, parser_range(p, token));
	CLEANUP(free_p) char *text = strndup(digits.ptr, digits.len);
	expr->value.f = strtod(text, NULL);
	if (!isfinite(expr->value.f))
		report_error(p->report, expr->range, "FUSE_LEX_FLOAT_RANGE",
			     "float literal out of range");
	return expr;
}

static void add_escape(struct buf *text, char c)
{
	switch (c) {
	case 'n':
		buf_addc(text, '\n');
		break;
	case 't':
		buf_addc(text, '\t');
		break;
	case 'r':
		buf_addc(text, '\r');
		break;
	default: /* \\ and \" are themselves; an unknown escape loses its backslash */
		buf_addc(text, c);
	}
}

static struct ast_expr *text_part(struct parser *p, struct buf *text, struct range range)
{
	struct ast_expr *part = ast_expr_new(p, AST_STRING, range);
	part->value.s = arena_slice(p->arena, buf_slice(text));
	buf_clear(text);
	return part;
}

/* "${" Expr "}" inside a string: its content is lexed and parsed where it stands. */
static struct ast_expr *parse_interpolation(struct parser *p, uint32_t start, uint32_t end)
{
	struct tokens tokens = {0};
	struct range range = {p->source->module, start, end};
	lex(&tokens, p->source, start, end, p->report);
	struct parser inner = *p;
	inner.tokens = tokens.list.items;
	inner.at = 0;
	struct ast_expr *expr;
	if (parser_kind(&inner) == TOKEN_END) {
		report_error(p->report, range, "FUSE_PARSE_INTERPOLATION",
			     "empty interpolation expression");
		expr = ast_expr_new(p, AST_BROKEN, range);
	} else {
		expr = parse_expr(&inner);
		if (!inner.failed && parser_kind(&inner) != TOKEN_END)
			parser_error(&inner, "FUSE_PARSE_INTERPOLATION",
				     "unexpected %s in an interpolation",
				     token_name(parser_kind(&inner)));
	}
	vec_done(&tokens.list);
	return expr;
}

/* InterpString: a string without interpolations becomes a plain literal. */
struct ast_expr *parse_string(struct parser *p, const struct token *token)
{
	const char *source = p->source->text.ptr;
	struct range range = parser_range(p, token);
	bool triple =
		token->end - token->start >= 6 && memcmp(source + token->start, "\"\"\"", 3) == 0;
	uint32_t quotes = triple ? 3 : 1, end = token->end - quotes;
	struct buf text = {0};
	ptr_vec parts = {0};
	for (uint32_t i = token->start + quotes; i < end;) {
		if (source[i] == '\\' && i + 1 < end) {
			add_escape(&text, source[i + 1]);
			i += 2;
		} else if (source[i] == '$' && i + 1 < end && source[i + 1] == '{') {
			uint32_t after = lex_interpolation_end(p->source, i + 2, end);
			if (text.len > 0)
				vec_push(&parts, text_part(p, &text, range));
			if (source[after - 1] == '}' && after > i + 2)
				vec_push(&parts, parse_interpolation(p, i + 2, after - 1));
			else
				report_error(p->report, (struct range){range.module, i, after},
					     "FUSE_PARSE_INTERPOLATION",
					     "an interpolation is not closed");
			i = after;
		} else {
			buf_addc(&text, source[i++]);
		}
	}
	struct ast_expr *expr;
	if (parts.len == 0) {
		expr = text_part(p, &text, range);
	} else {
		if (text.len > 0)
			vec_push(&parts, text_part(p, &text, range));
		expr = ast_expr_new(p, AST_INTERP, range);
	}
	expr->items = (struct ast_expr **)parser_freeze(p, &parts, &expr->item_len);
	(void)ast_expr_close(p, expr);
	buf_done(&text);
	return expr;
}

bool parse_plain_string(struct parser *p, struct slice *out, struct range *range, const char *what)
{
	if (parser_kind(p) != TOKEN_STRING) {
		parser_error(p, "FUSE_PARSE_EXPECTED", "expected %s, found %s", what,
			     token_name(parser_kind(p)));
		return false;
	}
	const struct token *token = parser_take(p);
	struct ast_expr *text = parse_string(p, token);
	*range = text->range;
	if (text->kind != AST_STRING) {
		report_error(p->report, text->range, "FUSE_PARSE_EXPECTED",
			     "%s cannot hold an interpolation", what);
		*out = SLICE_EMPTY;
		return true;
	}
	*out = text->value.s;
	return true;
}

/* Literal: integer, float, string, true, false, null */
struct ast_expr *parse_literal(struct parser *p)
{
	const struct token *token = &p->tokens[p->at];
	struct ast_expr *expr;
	switch (token->kind) {
	case TOKEN_INT:
		return parse_int(p);
	case TOKEN_FLOAT:
		return parse_float(p);
	case TOKEN_STRING:
		return parse_string(p, parser_take(p));
	case TOKEN_NULL:
		(void)parser_take(p);
		return ast_expr_new(p, AST_NULL, parser_range(p, token));
	default:
		(void)parser_take(p);
		expr = ast_expr_new(p, AST_BOOL, parser_range(p, token));
		expr->value.b = token->kind == TOKEN_TRUE;
		return expr;
	}
}

/* ListLit := "[" [ Expr { "," Expr } ] "]" */
static struct ast_expr *parse_list(struct parser *p)
{
	uint32_t start = parser_here(p);
	ptr_vec items = {0};
	(void)parser_take(p);
	if (parser_kind(p) != TOKEN_RBRACKET) {
		do {
			vec_push(&items, parse_expr(p));
		} while (!p->failed && parser_accept(p, TOKEN_COMMA));
	}
	if (!p->failed)
		(void)parser_expect(p, TOKEN_RBRACKET, "after the items of a list");
	struct ast_expr *expr = ast_expr_new(p, AST_LIST, parser_since(p, start));
	expr->items = (struct ast_expr **)parser_freeze(p, &items, &expr->item_len);
	(void)ast_expr_close(p, expr);
	return expr;
}

/* MapLit := "{" [ Expr ":" Expr { "," Expr ":" Expr } ] "}" */
static struct ast_expr *parse_map(struct parser *p)
{
	uint32_t start = parser_here(p);
	ptr_vec items = {0};
	(void)parser_take(p);
	if (parser_kind(p) != TOKEN_RBRACE) {
		do {
			vec_push(&items, parse_expr(p));
			if (p->failed || !parser_expect(p, TOKEN_COLON, "after a map's key"))
				break;
			vec_push(&items, parse_expr(p));
		} while (!p->failed && parser_accept(p, TOKEN_COMMA));
	}
	if (!p->failed)
		(void)parser_expect(p, TOKEN_RBRACE, "after the entries of a map");
	struct ast_expr *expr = ast_expr_new(p, AST_MAP, parser_since(p, start));
	expr->items = (struct ast_expr **)parser_freeze(p, &items, &expr->item_len);
	(void)ast_expr_close(p, expr);
	return expr;
}

/* "(" Expr ")" */
static struct ast_expr *parse_group(struct parser *p)
{
	(void)parser_take(p);
	struct ast_expr *expr = parse_expr(p);
	if (!p->failed)
		(void)parser_expect(p, TOKEN_RPAREN, "after an expression");
	return expr;
}

/* SpawnExpr := "spawn" ":" NEWLINE Block */
static struct ast_expr *parse_spawn(struct parser *p)
{
	uint32_t start = parser_here(p);
	(void)parser_take(p);
	struct ast_expr *expr = ast_expr_new(p, AST_SPAWN, parser_since(p, start));
	if (parse_block_start(p, "after 'spawn'"))
		expr->block = parse_block(p);
	(void)ast_expr_close(p, expr);
	return expr;
}

/* PrimaryExpr := Literal | Ident | "(" Expr ")" | StructLit | ListLit | MapLit | InterpString |
 * SpawnExpr A StructLit is a call with named arguments until the checker knows the name. */
struct ast_expr *parse_primary(struct parser *p)
{
	const struct token *token = &p->tokens[p->at];
	struct ast_expr *expr;
	switch (token->kind) {
	case TOKEN_INT:
	case TOKEN_FLOAT:
	case TOKEN_STRING:
	case TOKEN_TRUE:
	case TOKEN_FALSE:
	case TOKEN_NULL:
		return parse_literal(p);
	case TOKEN_IDENT:
	case TOKEN_BODY: /* a route's body is a name inside its handler */
		(void)parser_take(p);
		expr = ast_expr_new(p, AST_IDENT, parser_range(p, token));
		expr->name = (struct ast_name){parser_text(p, token), expr->range};
		return expr;
	case TOKEN_LPAREN:
		return parse_group(p);
	case TOKEN_LBRACKET:
		return parse_list(p);
	case TOKEN_LBRACE:
		return parse_map(p);
	case TOKEN_SPAWN:
		return parse_spawn(p);
	case TOKEN_BROKEN:
		(void)parser_take(p);
		return ast_expr_new(p, AST_BROKEN, parser_range(p, token));
	default:
		parser_error(p, "FUSE_PARSE_EXPRESSION", "expected an expression, found %s",
			     token_name(token->kind));
		return ast_expr_new(p, AST_BROKEN, parser_range(p, token));
	}
}
