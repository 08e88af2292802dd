/* SPDX-License-Identifier: Apache-2.0 */
/* parse: token access, errors and recovery for the productions, and the module itself. */
#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "oracles/reference/layout.h"
#include "oracles/reference/lex.h"
#include "oracles/reference/parse_internal.h"

enum token_kind parser_kind(const struct parser *p)
{
	return p->tokens[p->at].kind;
}

enum token_kind parser_kind_at(const struct parser *p, uint32_t ahead)
{
	for (uint32_t i = 0; i < ahead; i++)
		if (p->tokens[p->at + i].kind == TOKEN_END)
			return TOKEN_END;
	return p->tokens[p->at + ahead].kind;
}

const struct token *parser_take(struct parser *p)
{
	const struct token *token = &p->tokens[p->at];
	if (token->kind != TOKEN_END)
		p->at++;
	p->last = token->end;
	return token;
}

bool parser_accept(struct parser *p, enum token_kind kind)
{
	if (parser_kind(p) != kind)
		return false;
	(void)parser_take(p);
	return true;
}

bool parser_expect(struct parser *p, enum token_kind kind, const char *where)
{
	if (parser_accept(p, kind))
		return true;
	parser_error(p, "FUSE_PARSE_EXPECTED", "expected %s %s, found %s", token_name(kind), where,
		     token_name(parser_kind(p)));
	return false;
}

struct slice parser_text(const struct parser *p, const struct token *token)
{
	return slice_make(p->source->text.ptr + token->start, token->end - token->start);
}

struct range parser_range(const struct parser *p, const struct token *token)
{
	return (struct range){p->source->module, token->start, token->end};
}

struct range parser_since(const struct parser *p, uint32_t start)
{
	return (struct range){p->source->module, start, p->last > start ? p->last : start};
}

uint32_t parser_here(const struct parser *p)
{
	return p->tokens[p->at].start;
}

void parser_error(struct parser *p, const char *code, const char *fmt, ...)
{
	char message[256];
	va_list args;
	if (p->failed)
		return;
	p->failed = true;
	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	report_error(p->report, parser_range(p, &p->tokens[p->at]), code, "%s", message);
}

void parser_skip_newlines(struct parser *p)
{
	while (parser_accept(p, TOKEN_NEWLINE))
		;
}

static void skip_line_and_block(struct parser *p)
{
	while (parser_kind(p) != TOKEN_NEWLINE && parser_kind(p) != TOKEN_END &&
	       parser_kind(p) != TOKEN_DEDENT && parser_kind(p) != TOKEN_INDENT)
		(void)parser_take(p);
	(void)parser_accept(p, TOKEN_NEWLINE);
	uint32_t depth = 0;
	while (parser_kind(p) == TOKEN_INDENT || depth > 0) {
		enum token_kind kind = parser_kind(p);
		if (kind == TOKEN_END)
			return;
		if (kind == TOKEN_INDENT)
			depth++;
		else if (kind == TOKEN_DEDENT)
			depth--;
		(void)parser_take(p);
	}
}

/* An 'else' goes with the statement that is given up. */
void parser_recover(struct parser *p)
{
	p->failed = false;
	do
		skip_line_and_block(p);
	while (parser_kind(p) == TOKEN_ELSE);
}

bool parser_enter(struct parser *p)
{
	if (p->depth >= PARSE_DEPTH_MAX) {
		parser_error(p, "FUSE_PARSE_DEPTH", "nested more than %d levels deep",
			     PARSE_DEPTH_MAX);
		return false;
	}
	p->depth++;
	return true;
}

void parser_leave(struct parser *p)
{
	p->depth--;
}

void **parser_freeze(struct parser *p, ptr_vec *list, uint32_t *len)
{
	void **out =
		list->len ? arena_dup(p->arena, list->items, list->len * sizeof(void *)) : NULL;
	*len = (uint32_t)list->len;
	vec_done(list);
	return out;
}

/* Program := { RequiresDecl } { TopDecl } */
static struct ast_module *parse_program(struct parser *p)
{
	struct ast_module *module = ARENA_NEW(p->arena, struct ast_module);
	ptr_vec decls = {0};
	bool declared = false; /* something that is no capability */
	for (;;) {
		parser_skip_newlines(p);
		if (parser_kind(p) == TOKEN_END)
			break;
		uint32_t before = p->at;
		bool requires = parser_kind(p) == TOKEN_REQUIRES;
		if (requires && declared)
			parser_error(p, "FUSE_PARSE_EXPECTED",
				     "'requires' must stand before every other declaration");
		declared = declared || !requires;
		struct ast_decl *decl = p->failed ? NULL : parse_decl(p);
		if (decl)
			vec_push(&decls, decl);
		if (p->failed || !decl)
			parser_recover(p);
		while (parser_kind(p) == TOKEN_DEDENT)
			(void)parser_take(p);
		if (p->at == before)
			(void)parser_take(p);
	}
	module->decls = (struct ast_decl **)parser_freeze(p, &decls, &module->decl_len);
	return module;
}

/* A source file is UTF-8 text: spec/fls.md#tokens. One complaint says it for the whole file. */
static void check_encoding(const struct source *source, struct report *report)
{
	uint32_t at = 0, len = (uint32_t)source->text.len;
	if (source->begin > 0)
		report_error(report, (struct range){source->module, 0, source->begin},
			     "FUSE_LEX_CHARACTER",
			     "a byte order mark belongs to no token, save the file without it");
	while (at < len) {
		size_t step = utf8_length(source->text.ptr + at, len - at);
		if (step == 0) {
			report_error(report, (struct range){source->module, at, at + 1},
				     "FUSE_LEX_UTF8",
				     "a byte that is no UTF-8, save the file as UTF-8");
			return;
		}
		at += (uint32_t)step;
	}
}

struct ast_module *parse_module(const struct source *source, struct arena *arena,
				struct report *report)
{
	struct tokens plain = {0}, laid = {0};
	check_encoding(source, report);
	lex(&plain, source, source->begin, (uint32_t)source->text.len, report);
	layout(&laid, &plain, source, report);
	struct parser parser = {
		.source = source,
		.arena = arena,
		.report = report,
		.tokens = laid.list.items,
	};
	struct ast_module *module = parse_program(&parser);
	vec_done(&plain.list);
	vec_done(&laid.list);
	return module;
}
