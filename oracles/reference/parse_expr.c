/* SPDX-License-Identifier: Apache-2.0 */
/* parse_expr: operators by precedence, postfix chains, calls. Primaries are in parse_primary.c. */
#include "oracles/reference/parse_internal.h"

struct ast_expr *ast_expr_new(struct parser *p, enum ast_expr_kind kind, struct range range)
{
	struct ast_expr *expr = ARENA_NEW(p->arena, struct ast_expr);
	expr->kind = kind;
	expr->range = range;
	return expr;
}

static uint32_t tallest(const struct ast_expr *expr)
{
	uint32_t height = expr->block ? expr->block->height : 0;
#define AT_LEAST(node)                                                                             \
	if ((node) && (node)->height > height)                                                     \
	height = (node)->height
	AT_LEAST(expr->left);
	AT_LEAST(expr->right);
	for (uint32_t i = 0; i < expr->item_len; i++)
		AT_LEAST(expr->items[i]);
	for (uint32_t i = 0; i < expr->arg_len; i++)
		AT_LEAST(expr->args[i].value);
#undef AT_LEAST
	return height;
}

bool ast_expr_close(struct parser *p, struct ast_expr *expr)
{
	expr->height = tallest(expr) + 1;
	if (expr->height > p->tallest)
		p->tallest = expr->height;
	if (expr->height <= PARSE_HEIGHT_MAX)
		return true;
	parser_error(p, "FUSE_PARSE_DEPTH", "an expression of more than %d levels, split it",
		     PARSE_HEIGHT_MAX);
	return false;
}

static bool is_word(const struct parser *p, uint32_t ahead)
{
	enum token_kind kind = parser_kind_at(p, ahead);
	return kind == TOKEN_IDENT || (kind >= TOKEN_APP && kind <= TOKEN_NULL);
}

/* Arg := [ Ident "=" ] Expr, where the name may be a keyword. */
static bool parse_arg(struct parser *p, struct ast_arg *arg)
{
	*arg = (struct ast_arg){0};
	if (is_word(p, 0) && parser_kind_at(p, 1) == TOKEN_ASSIGN) {
		const struct token *token = parser_take(p);
		arg->name = (struct ast_name){parser_text(p, token), parser_range(p, token)};
		(void)parser_take(p);
	}
	arg->value = parse_expr(p);
	return !p->failed;
}

/* Call := "(" [ ArgList ] ")"; ArgList := Arg { "," Arg }, with line breaks, a last comma, and
 * named arguments that may do without commas. */
static struct ast_expr *parse_call(struct parser *p, struct ast_expr *callee)
{
	VEC(struct ast_arg) args = {0};
	uint32_t comma_at = 0;
	(void)parser_take(p);
	parser_skip_newlines(p);
	while (!p->failed && parser_kind(p) != TOKEN_RPAREN) {
		struct ast_arg arg;
		if (!parse_arg(p, &arg))
			break;
		arg.comma = comma_at;
		vec_push(&args, arg);
		parser_skip_newlines(p);
		comma_at = parser_kind(p) == TOKEN_COMMA ? parser_here(p) : 0;
		bool comma = parser_accept(p, TOKEN_COMMA);
		parser_skip_newlines(p);
		if (!comma && !(is_word(p, 0) && parser_kind_at(p, 1) == TOKEN_ASSIGN))
			break;
	}
	if (!p->failed)
		(void)parser_expect(p, TOKEN_RPAREN, "after the arguments of a call");
	struct ast_expr *call = ast_expr_new(p, AST_CALL, parser_since(p, callee->range.start));
	call->left = callee;
	call->arg_len = (uint32_t)args.len;
	call->args = args.len ? PARSER_ARRAY(p, &args) : NULL;
	vec_done(&args);
	return call;
}

/* "." Ident | "?." Ident */
static struct ast_expr *parse_member(struct parser *p, struct ast_expr *base)
{
	enum ast_expr_kind kind =
		parser_take(p)->kind == TOKEN_DOT ? AST_MEMBER : AST_OPTIONAL_MEMBER;
	struct ast_name name = {0};
	/* the words of the request builder and of http are member names too */
	if (parser_kind(p) != TOKEN_IDENT && is_word(p, 0)) {
		const struct token *token = parser_take(p);
		name = (struct ast_name){parser_text(p, token), parser_range(p, token)};
	} else if (!parse_name(p, &name, "a name after '.'")) {
		return base;
	}
	struct ast_expr *expr = ast_expr_new(p, kind, parser_since(p, base->range.start));
	expr->left = base;
	expr->name = name;
	return expr;
}

/* "[" Expr "]" | "?[" Expr "]" */
static struct ast_expr *parse_index(struct parser *p, struct ast_expr *base)
{
	enum ast_expr_kind kind =
		parser_take(p)->kind == TOKEN_LBRACKET ? AST_INDEX : AST_OPTIONAL_INDEX;
	struct ast_expr *index = parse_expr(p);
	if (!p->failed)
		(void)parser_expect(p, TOKEN_RBRACKET, "after an index");
	struct ast_expr *expr = ast_expr_new(p, kind, parser_since(p, base->range.start));
	expr->left = base;
	expr->right = index;
	return expr;
}

static bool starts_expr(enum token_kind kind)
{
	switch (kind) {
	case TOKEN_IDENT:
	case TOKEN_INT:
	case TOKEN_FLOAT:
	case TOKEN_STRING:
	case TOKEN_BROKEN:
	case TOKEN_TRUE:
	case TOKEN_FALSE:
	case TOKEN_NULL:
	case TOKEN_LPAREN:
	case TOKEN_LBRACKET:
	case TOKEN_LBRACE:
	case TOKEN_MINUS:
	case TOKEN_BANG:
	case TOKEN_SPAWN:
	case TOKEN_AWAIT:
	case TOKEN_BOX:
	case TOKEN_BODY:
		return true;
	default:
		return false;
	}
}

/* BangChain := "?!" [ Expr ] */
static struct ast_expr *parse_bang(struct parser *p, struct ast_expr *value)
{
	(void)parser_take(p);
	struct ast_expr *error = starts_expr(parser_kind(p)) ? parse_expr(p) : NULL;
	struct ast_expr *expr = ast_expr_new(p, AST_BANG, parser_since(p, value->range.start));
	expr->left = value;
	expr->right = error;
	return expr;
}

/* The only call-site type arguments of the grammar: name "<" TypeRef ... ">" "(". A comparison
 * looks the same at its start, so the closing "> (" is looked for first. */
static bool at_type_args(const struct parser *p)
{
	uint32_t i = 1, depth = 1;
	if (parser_kind(p) != TOKEN_LT)
		return false;
	for (; depth > 0 && i < 64; i++) {
		switch (parser_kind_at(p, i)) {
		case TOKEN_LT:
			depth++;
			break;
		case TOKEN_GT:
			depth--;
			break;
		case TOKEN_IDENT:
		case TOKEN_DOT:
		case TOKEN_COMMA:
		case TOKEN_QUESTION:
		case TOKEN_BANG:
			break;
		default:
			return false;
		}
	}
	return depth == 0 && parser_kind_at(p, i) == TOKEN_LPAREN;
}

static struct ast_expr *parse_type_arg_call(struct parser *p, struct ast_expr *callee)
{
	ptr_vec list = {0};
	(void)parser_take(p);
	do {
		vec_push(&list, parse_type(p));
	} while (!p->failed && parser_accept(p, TOKEN_COMMA));
	if (!p->failed)
		(void)parser_expect(p, TOKEN_GT, "after type arguments");
	uint32_t len = 0;
	struct ast_type **types = (struct ast_type **)parser_freeze(p, &list, &len);
	if (p->failed)
		return callee;
	struct ast_expr *call = parse_call(p, callee);
	call->type_args = types;
	call->type_arg_len = len;
	return call;
}

/* PostfixExpr := PrimaryExpr { Call | Member | OptionalMember | Index | OptionalIndex | BangChain }
 */
static struct ast_expr *parse_postfix(struct parser *p)
{
	struct ast_expr *expr = parse_primary(p);
	while (!p->failed) {
		enum token_kind kind = parser_kind(p);
		if (kind == TOKEN_LPAREN)
			expr = parse_call(p, expr);
		else if (kind == TOKEN_DOT || kind == TOKEN_QUESTION_DOT)
			expr = parse_member(p, expr);
		else if (kind == TOKEN_LBRACKET || kind == TOKEN_QUESTION_BRACKET)
			expr = parse_index(p, expr);
		else if (kind == TOKEN_BANG_CHAIN)
			expr = parse_bang(p, expr);
		else if (at_type_args(p))
			expr = parse_type_arg_call(p, expr);
		else
			break;
		if (!ast_expr_close(p, expr))
			break;
	}
	return expr;
}

/* UnaryExpr := ("-" | "!") UnaryExpr | "await" UnaryExpr | "box" UnaryExpr | PostfixExpr */
static struct ast_expr *parse_unary(struct parser *p)
{
	uint32_t start = parser_here(p);
	enum token_kind kind = parser_kind(p);
	if (kind != TOKEN_MINUS && kind != TOKEN_BANG && kind != TOKEN_AWAIT && kind != TOKEN_BOX)
		return parse_postfix(p);
	if (!parser_enter(p))
		return ast_expr_new(p, AST_BROKEN, parser_since(p, start));
	(void)parser_take(p);
	struct ast_expr *operand = parse_unary(p);
	enum ast_expr_kind node = kind == TOKEN_AWAIT ? AST_AWAIT
				  : kind == TOKEN_BOX ? AST_BOX
						      : AST_UNARY;
	struct ast_expr *expr = ast_expr_new(p, node, parser_since(p, start));
	expr->op = kind == TOKEN_MINUS ? AST_OP_NEG : AST_OP_NOT;
	expr->left = operand;
	(void)ast_expr_close(p, expr);
	parser_leave(p);
	return expr;
}

/*
 * OrExpr := AndExpr { "or" AndExpr }           AndExpr := EqExpr { "and" EqExpr }
 * EqExpr := RelExpr { ("==" | "!=") RelExpr }  RelExpr := RangeExpr { ("<" | ...) RangeExpr }
 * RangeExpr := AddExpr { ".." AddExpr }        AddExpr := MulExpr { ("+" | "-") MulExpr }
 * MulExpr := UnaryExpr { ("*" | "/" | "%") UnaryExpr }
 */
static const struct {
	enum token_kind token;
	enum ast_op op;
	int level;
} operators[] = {
	{TOKEN_OR, AST_OP_OR, 1},       {TOKEN_AND, AST_OP_AND, 2},
	{TOKEN_EQ, AST_OP_EQ, 3},       {TOKEN_NE, AST_OP_NE, 3},
	{TOKEN_LT, AST_OP_LT, 4},       {TOKEN_LE, AST_OP_LE, 4},
	{TOKEN_GT, AST_OP_GT, 4},       {TOKEN_GE, AST_OP_GE, 4},
	{TOKEN_RANGE, AST_OP_RANGE, 5}, {TOKEN_PLUS, AST_OP_ADD, 6},
	{TOKEN_MINUS, AST_OP_SUB, 6},   {TOKEN_STAR, AST_OP_MUL, 7},
	{TOKEN_SLASH, AST_OP_DIV, 7},   {TOKEN_PERCENT, AST_OP_MOD, 7},
};

static int operator_level(enum token_kind kind, enum ast_op *op)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		if (operators[i].token == kind) {
			*op = operators[i].op;
			return operators[i].level;
		}
	}
	return 0;
}

/* All binary levels at once: an operator of at least `level`, its right side binding tighter. */
static struct ast_expr *parse_binary(struct parser *p, int level)
{
	struct ast_expr *left = parse_unary(p);
	while (!p->failed) {
		enum ast_op op = AST_OP_ADD;
		int found = operator_level(parser_kind(p), &op);
		if (found == 0 || found < level)
			break;
		(void)parser_take(p);
		struct ast_expr *right = parse_binary(p, found + 1);
		struct ast_expr *expr =
			ast_expr_new(p, AST_BINARY, parser_since(p, left->range.start));
		expr->op = op;
		expr->left = left;
		expr->right = right;
		left = expr;
		if (!ast_expr_close(p, expr))
			break;
	}
	return left;
}

/* Expr := CoalesceExpr; CoalesceExpr := OrExpr { "??" OrExpr } */
struct ast_expr *parse_expr(struct parser *p)
{
	if (!parser_enter(p))
		return ast_expr_new(p, AST_BROKEN, parser_range(p, &p->tokens[p->at]));
	struct ast_expr *left = parse_binary(p, 1);
	while (!p->failed && parser_kind(p) == TOKEN_COALESCE) {
		(void)parser_take(p);
		struct ast_expr *right = parse_binary(p, 1);
		struct ast_expr *expr =
			ast_expr_new(p, AST_COALESCE, parser_since(p, left->range.start));
		expr->left = left;
		expr->right = right;
		left = expr;
		if (!ast_expr_close(p, expr))
			break;
	}
	parser_leave(p);
	return left;
}

/* Expr [ HtmlBlockSuffix ] */
struct ast_expr *parse_value(struct parser *p)
{
	struct ast_expr *expr = parse_expr(p);
	if (!p->failed && expr->kind == AST_CALL && parser_kind(p) == TOKEN_COLON)
		return parse_html_suffix(p, expr);
	return expr;
}
