/* SPDX-License-Identifier: Apache-2.0 */
/* parse_service: the heads of callables, services with their routes, and HTML blocks. */
#include "oracles/reference/parse_internal.h"

/* TypeParams := "<" Ident { "," Ident } ">" */
static bool parse_type_params(struct parser *p, struct ast_decl *decl)
{
	VEC(struct ast_name) names = {0};
	if (!parser_accept(p, TOKEN_LT))
		return true;
	do {
		struct ast_name name;
		if (!parse_name(p, &name, "a type parameter"))
			break;
		vec_push(&names, name);
	} while (parser_accept(p, TOKEN_COMMA));
	decl->type_param_len = (uint32_t)names.len;
	decl->type_params = names.len ? PARSER_ARRAY(p, &names) : NULL;
	vec_done(&names);
	return !p->failed && parser_expect(p, TOKEN_GT, "after type parameters");
}

/* Param := Ident ":" TypeRef [ "=" Expr ]; ParamList := Param { "," Param }, a last comma is fine
 */
static bool parse_params(struct parser *p, struct ast_decl *decl)
{
	VEC(struct ast_param) params = {0};
	while (!p->failed && parser_kind(p) != TOKEN_RPAREN) {
		struct ast_param param = {0};
		if (!parse_name(p, &param.name, "a parameter's name") ||
		    !parser_expect(p, TOKEN_COLON, "after a parameter's name"))
			break;
		param.type = parse_type(p);
		if (!p->failed && parser_accept(p, TOKEN_ASSIGN))
			param.value = parse_expr(p);
		vec_push(&params, param);
		if (!parser_accept(p, TOKEN_COMMA))
			break;
	}
	decl->param_len = (uint32_t)params.len;
	decl->params = params.len ? PARSER_ARRAY(p, &params) : NULL;
	vec_done(&params);
	return !p->failed && parser_expect(p, TOKEN_RPAREN, "after the parameters");
}

/* WhereClause := "where" Constraint { "," Constraint }; Constraint := Ident ":" Ident */
static bool parse_where(struct parser *p, struct ast_decl *decl)
{
	VEC(struct ast_constraint) list = {0};
	if (parser_kind(p) != TOKEN_IDENT || !slice_is(parser_text(p, &p->tokens[p->at]), "where"))
		return true;
	(void)parser_take(p);
	do {
		struct ast_constraint constraint;
		if (!parse_name(p, &constraint.param, "a type parameter") ||
		    !parser_expect(p, TOKEN_COLON, "after a type parameter") ||
		    !parse_type_name(p, &constraint.interface))
			break;
		vec_push(&list, constraint);
	} while (parser_accept(p, TOKEN_COMMA));
	decl->constraint_len = (uint32_t)list.len;
	decl->constraints = list.len ? PARSER_ARRAY(p, &list) : NULL;
	vec_done(&list);
	return !p->failed;
}

/* TypeParams? "(" [ ParamList [ "," ] ] ")" [ "->" TypeRef ] WhereClause? */
bool parse_callable(struct parser *p, struct ast_decl *decl)
{
	if (!parse_type_params(p, decl))
		return false;
	if (parser_accept(p, TOKEN_LPAREN)) {
		if (!parse_params(p, decl))
			return false;
	} else if (decl->kind != AST_DECL_COMPONENT) {
		return parser_expect(p, TOKEN_LPAREN, "before the parameters");
	}
	if (decl->kind != AST_DECL_COMPONENT && parser_accept(p, TOKEN_ARROW)) {
		decl->result = parse_type(p);
		if (p->failed)
			return false;
	}
	return parse_where(p, decl);
}

/* RouteDecl := HttpVerb StringLit [ "body" TypeRef ] "->" TypeRef ":" NEWLINE Block */
static bool parse_route(struct parser *p, struct ast_route *route)
{
	*route = (struct ast_route){.range = parser_range(p, &p->tokens[p->at])};
	switch (parser_kind(p)) {
	case TOKEN_GET:
	case TOKEN_POST:
	case TOKEN_PUT:
	case TOKEN_PATCH:
	case TOKEN_DELETE:
		route->verb = (int)parser_kind(p) - (int)TOKEN_GET + ROUTE_GET;
		(void)parser_take(p);
		break;
	default:
		parser_error(p, "FUSE_PARSE_EXPECTED",
			     "expected get, post, put, patch or delete, found %s",
			     token_name(parser_kind(p)));
		return false;
	}
	if (!parse_plain_string(p, &route->path, &route->path_range, "a route's path"))
		return false;
	parse_route_path(p, route);
	if (parser_accept(p, TOKEN_BODY))
		route->body_type = parse_type(p);
	if (p->failed || !parser_expect(p, TOKEN_ARROW, "before a route's result"))
		return false;
	route->result = parse_type(p);
	if (p->failed || !parse_block_start(p, "after a route's head"))
		return false;
	route->block = parse_block(p);
	return !p->failed;
}

/* ServiceDecl := "service" Ident "at" StringLit ":" NEWLINE INDENT { RouteDecl } DEDENT */
struct ast_decl *parse_service(struct parser *p, struct ast_decl *decl)
{
	VEC(struct ast_route) routes = {0};
	decl->kind = AST_DECL_SERVICE;
	if (!parse_name(p, &decl->name, "a service's name"))
		return decl;
	decl->range = decl->name.range;
	if (!parser_expect(p, TOKEN_AT, "after a service's name") ||
	    !parse_plain_string(p, &decl->text, &decl->text_range, "a service's base path") ||
	    !parse_block_start(p, "after a service's base path") ||
	    !parser_expect(p, TOKEN_INDENT, "with the routes of a service"))
		return decl;
	for (;;) {
		struct ast_route route;
		parser_skip_newlines(p);
		if (parser_kind(p) == TOKEN_DEDENT || parser_kind(p) == TOKEN_END)
			break;
		uint32_t before = p->at;
		if (parse_route(p, &route))
			vec_push(&routes, route);
		else
			parser_recover(p);
		if (p->at == before)
			(void)parser_take(p);
	}
	(void)parser_accept(p, TOKEN_DEDENT);
	decl->route_len = (uint32_t)routes.len;
	decl->routes = routes.len ? PARSER_ARRAY(p, &routes) : NULL;
	vec_done(&routes);
	return decl;
}

static struct ast_expr *parse_html_children(struct parser *p);

/* "if" Expr ":" NEWLINE children { "else" "if" ... } [ "else" ":" NEWLINE children ] */
static struct ast_expr *parse_html_if(struct parser *p)
{
	struct ast_expr *expr = ast_expr_new(p, AST_HTML_IF, parser_range(p, parser_take(p)));
	expr->left = parse_expr(p);
	if (p->failed || !parse_block_start(p, "after a condition"))
		return expr;
	expr->right = parse_html_children(p);
	if (!p->failed && parser_accept(p, TOKEN_ELSE)) {
		expr->items = ARENA_ARRAY(p->arena, struct ast_expr *, 1);
		expr->item_len = 1;
		if (!parser_enter(p))
			return expr;
		if (parser_kind(p) == TOKEN_IF)
			expr->items[0] = parse_html_if(p);
		else if (parse_block_start(p, "after 'else'"))
			expr->items[0] = parse_html_children(p);
		if (!expr->items[0])
			expr->item_len = 0;
		parser_leave(p);
	}
	(void)ast_expr_close(p, expr);
	return expr;
}

/* "for" Pattern "in" Expr ":" NEWLINE children */
static struct ast_expr *parse_html_for(struct parser *p)
{
	struct ast_expr *expr = ast_expr_new(p, AST_HTML_FOR, parser_range(p, parser_take(p)));
	expr->stmt = ARENA_NEW(p->arena, struct ast_stmt);
	expr->stmt->kind = AST_FOR;
	expr->stmt->pattern = parse_pattern(p);
	if (p->failed || !parser_expect(p, TOKEN_IN, "after a loop's pattern"))
		return expr;
	expr->left = parse_expr(p);
	expr->stmt->expr = expr->left;
	if (!p->failed && parse_block_start(p, "after the value to loop over"))
		expr->right = parse_html_children(p);
	(void)ast_expr_close(p, expr);
	return expr;
}

/* INDENT HtmlChildStmt* DEDENT; HtmlChildStmt := Expr NEWLINE | IfStmt | ForStmt */
static struct ast_expr *parse_html_children(struct parser *p)
{
	struct ast_expr *list = ast_expr_new(p, AST_LIST, parser_range(p, &p->tokens[p->at]));
	ptr_vec items = {0};
	if (!parser_expect(p, TOKEN_INDENT, "with the children of an element") || !parser_enter(p))
		return list;
	while (!p->failed) {
		parser_skip_newlines(p);
		if (parser_kind(p) == TOKEN_DEDENT || parser_kind(p) == TOKEN_END)
			break;
		if (parser_kind(p) == TOKEN_IF)
			vec_push(&items, parse_html_if(p));
		else if (parser_kind(p) == TOKEN_FOR)
			vec_push(&items, parse_html_for(p));
		else
			vec_push(&items, parse_value(p));
		if (!p->failed && parser_kind(p) != TOKEN_NEWLINE &&
		    p->tokens[p->at - 1].kind != TOKEN_DEDENT)
			(void)parser_expect(p, TOKEN_NEWLINE, "after a child");
	}
	(void)parser_accept(p, TOKEN_DEDENT);
	parser_leave(p);
	list->items = (struct ast_expr **)parser_freeze(p, &items, &list->item_len);
	(void)ast_expr_close(p, list);
	return list;
}

/* HtmlBlockSuffix := ":" ( NEWLINE INDENT HtmlChildStmt* DEDENT | Expr ) */
struct ast_expr *parse_html_suffix(struct parser *p, struct ast_expr *call)
{
	struct ast_expr *children;
	(void)parser_take(p);
	if (!parser_enter(p))
		return call;
	if (parser_accept(p, TOKEN_NEWLINE)) {
		children = parse_html_children(p);
	} else {
		children = ast_expr_new(p, AST_LIST, parser_range(p, &p->tokens[p->at]));
		children->items = ARENA_ARRAY(p->arena, struct ast_expr *, 1);
		children->items[0] = parse_value(p);
		children->item_len = 1;
		(void)ast_expr_close(p, children);
	}
	parser_leave(p);
	struct ast_arg *args = ARENA_ARRAY(p->arena, struct ast_arg, call->arg_len + 1);
	if (call->arg_len > 0)
		memcpy(args, call->args, sizeof(*args) * call->arg_len);
	args[call->arg_len] = (struct ast_arg){.value = children, .is_block_sugar = true};
	call->args = args;
	call->arg_len++;
	(void)ast_expr_close(p, call);
	return call;
}
