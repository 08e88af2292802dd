/* SPDX-License-Identifier: Apache-2.0 */
/* parse_type: names and type references. */
#include "oracles/reference/parse_internal.h"

/* Ident */
bool parse_name(struct parser *p, struct ast_name *out, const char *what)
{
	if (parser_kind(p) != TOKEN_IDENT) {
		parser_error(p, "FUSE_PARSE_EXPECTED", "expected %s, found %s", what,
			     token_name(parser_kind(p)));
		return false;
	}
	const struct token *token = parser_take(p);
	*out = (struct ast_name){parser_text(p, token), parser_range(p, token)};
	return true;
}

/* TypeName := Ident { "." Ident } */
bool parse_type_name(struct parser *p, struct ast_name *out)
{
	if (!parse_name(p, out, "a type's name"))
		return false;
	if (parser_kind(p) != TOKEN_DOT)
		return true;
	/* blanks around the dots do not belong to the name */
	struct buf text = {0};
	buf_add_slice(&text, out->text);
	while (parser_accept(p, TOKEN_DOT)) {
		struct ast_name part;
		if (!parse_name(p, &part, "a name after '.'"))
			break;
		buf_addc(&text, '.');
		buf_add_slice(&text, part.text);
		out->range.end = part.range.end;
	}
	out->text = arena_slice(p->arena, buf_slice(&text));
	buf_done(&text);
	return !p->failed;
}

/* "<" TypeRef { "," TypeRef } ">" */
static void parse_type_args(struct parser *p, struct ast_type *type)
{
	ptr_vec args = {0};
	do {
		vec_push(&args, parse_type(p));
	} while (!p->failed && parser_accept(p, TOKEN_COMMA));
	if (!p->failed)
		(void)parser_expect(p, TOKEN_GT, "after type arguments");
	type->args = (struct ast_type **)parser_freeze(p, &args, &type->arg_len);
}

/* "(" [ Expr { "," Expr } ] ")" */
static void parse_refinements(struct parser *p, struct ast_type *type)
{
	ptr_vec list = {0};
	type->refined = true;
	while (!p->failed && parser_kind(p) != TOKEN_RPAREN) {
		vec_push(&list, parse_expr(p));
		if (!parser_accept(p, TOKEN_COMMA))
			break;
	}
	if (!p->failed)
		(void)parser_expect(p, TOKEN_RPAREN, "after refinements");
	type->refinements = (struct ast_expr **)parser_freeze(p, &list, &type->refinement_len);
}

/* TypeAtom := TypeName | TypeName "<" TypeRef { "," TypeRef } ">" | TypeName "(" [ Expr ... ] ")"
 */
static struct ast_type *parse_type_atom(struct parser *p)
{
	struct ast_type *type = ARENA_NEW(p->arena, struct ast_type);
	uint32_t start = parser_here(p);
	if (!parse_type_name(p, &type->name)) {
		type->range = parser_since(p, start);
		return type;
	}
	if (parser_accept(p, TOKEN_LT))
		parse_type_args(p, type);
	else if (parser_accept(p, TOKEN_LPAREN))
		parse_refinements(p, type);
	type->range = parser_since(p, start);
	return type;
}

static struct ast_type *wrap(struct parser *p, enum ast_type_kind kind, struct ast_type *inner,
			     struct ast_type *error)
{
	struct ast_type *type = ARENA_NEW(p->arena, struct ast_type);
	type->kind = kind;
	type->arg_len = error ? 2 : 1;
	type->args = ARENA_ARRAY(p->arena, struct ast_type *, 2);
	type->args[0] = inner;
	type->args[1] = error;
	type->range = parser_since(p, inner->range.start);
	return type;
}

/* TypeRef := TypeAtom { "?" | "!" [ TypeRef ] } */
struct ast_type *parse_type(struct parser *p)
{
	uint32_t levels = 0;
	if (!parser_enter(p))
		return ARENA_NEW(p->arena, struct ast_type);
	struct ast_type *type = parse_type_atom(p);
	while (!p->failed) {
		/* "?!" and "??" are tokens of their own, so T?!E and T?? are no types */
		if (parser_kind(p) != TOKEN_QUESTION && parser_kind(p) != TOKEN_BANG)
			break;
		if (++levels > PARSE_DEPTH_MAX) {
			parser_error(p, "FUSE_PARSE_DEPTH", "nested more than %d levels deep",
				     PARSE_DEPTH_MAX);
			break;
		}
		const struct token *mark = parser_take(p);
		if (mark->kind == TOKEN_QUESTION) {
			type = wrap(p, AST_TYPE_OPTIONAL, type, NULL);
			continue;
		}
		struct ast_type *error = parser_kind(p) == TOKEN_IDENT ? parse_type(p) : NULL;
		if (!error)
			report_error(p->report, parser_since(p, type->range.start),
				     "FUSE_TYPE_RESULT_DOMAIN",
				     "a result type needs an error type after '!'");
		type = wrap(p, AST_TYPE_RESULT, type, error);
	}
	parser_leave(p);
	return type;
}
