/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_internal: what the parser's files share. A function per production, the production as its
 * comment. A production that cannot go on reports once, and the statement or declaration around it
 * skips to its next line (parser.failed until then, which silences what would follow from it).
 */
#pragma once

#include "base/vec.h"
#include "oracles/reference/parse.h"
#include "oracles/reference/token.h"

/* How deep anything that walks the tree may have to recurse: nesting as written, the height of one
 * expression (a chain "a + b + c" is as deep as it is long), branches and cases one behind another.
 */
enum { PARSE_DEPTH_MAX = 200, PARSE_HEIGHT_MAX = 400, PARSE_BRANCH_MAX = 1000 };

struct parser {
	const struct source *source;
	struct arena *arena;
	struct report *report;
	const struct token *tokens;
	uint32_t at;
	uint32_t depth;    /* nesting around the current token */
	uint32_t branches; /* else-ifs and cases before the current one, all levels */
	uint32_t tallest;  /* height of the tallest expression of the current block */
	bool failed;       /* the current statement is broken */
	uint32_t last;     /* end of the token taken last */
};

typedef VEC(void *) ptr_vec;

/* tokens */
enum token_kind parser_kind(const struct parser *p);
enum token_kind parser_kind_at(const struct parser *p, uint32_t ahead);
const struct token *parser_take(struct parser *p);
bool parser_accept(struct parser *p, enum token_kind kind);
bool parser_expect(struct parser *p, enum token_kind kind, const char *where);
struct slice parser_text(const struct parser *p, const struct token *token);
struct range parser_range(const struct parser *p, const struct token *token);
struct range parser_since(const struct parser *p, uint32_t start); /* up to the last token taken */
uint32_t parser_here(const struct parser *p);
void parser_error(struct parser *p, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void parser_skip_newlines(struct parser *p);
/* Behind the current line and the block below it, if there is one. */
void parser_recover(struct parser *p);
/* False, with an error, when too deep; else pair it with parser_leave. */
bool parser_enter(struct parser *p);
void parser_leave(struct parser *p);
/* The pointers collected, as an array in the arena; empties the vec. */
void **parser_freeze(struct parser *p, ptr_vec *list, uint32_t *len);
#define PARSER_ARRAY(p, list)                                                                      \
	arena_dup((p)->arena, (list)->items, (list)->len * sizeof(*(list)->items))

/* productions */
bool parse_name(struct parser *p, struct ast_name *out, const char *what);
bool parse_type_name(struct parser *p, struct ast_name *out);
struct ast_type *parse_type(struct parser *p);
struct ast_pattern *parse_pattern(struct parser *p);
struct ast_expr *parse_expr(struct parser *p);
struct ast_expr *parse_primary(struct parser *p);
struct ast_expr *parse_value(struct parser *p); /* Expr where an HTML block may follow */
struct ast_expr *parse_literal(struct parser *p);
struct ast_expr *parse_string(struct parser *p, const struct token *token);
/* Once its children are set: false, with an error, when it became too tall. */
bool ast_expr_close(struct parser *p, struct ast_expr *expr);
struct ast_expr *ast_expr_new(struct parser *p, enum ast_expr_kind kind, struct range range);
/* A string literal without interpolation, decoded; for declarations. */
bool parse_plain_string(struct parser *p, struct slice *out, struct range *range, const char *what);
struct ast_stmt *parse_stmt(struct parser *p);
struct ast_block *parse_block(struct parser *p);            /* NEWLINE INDENT { Stmt } DEDENT */
bool parse_block_start(struct parser *p, const char *what); /* ":" NEWLINE INDENT */
struct ast_expr *parse_html_suffix(struct parser *p, struct ast_expr *call);
struct ast_decl *parse_decl(struct parser *p);
/* "(" [ ParamList [ "," ] ] ")" and TypeParams, WhereClause: shared by fn, impl and component. */
bool parse_callable(struct parser *p, struct ast_decl *decl);
/* The parameters in a route's path, which is a string without interpolation. */
void parse_route_path(struct parser *p, struct ast_route *route);
struct ast_decl *parse_service(struct parser *p, struct ast_decl *decl);
