/* SPDX-License-Identifier: Apache-2.0 */
/* layout: the indentation stack, exactly as the specification's reference algorithm. */
#include "oracles/reference/layout.h"

struct layout {
	const struct source *source;
	struct report *report;
	struct tokens *out;
	VEC(uint32_t) indents;
	uint32_t brackets;
};

static void put(struct layout *lay, enum token_kind kind, uint32_t at)
{
	struct token token = {.kind = kind, .start = at, .end = at};
	vec_push(&lay->out->list, token);
}

static bool opens(enum token_kind kind)
{
	return kind == TOKEN_LPAREN || kind == TOKEN_LBRACKET || kind == TOKEN_LBRACE ||
	       kind == TOKEN_QUESTION_BRACKET;
}

static bool closes(enum token_kind kind)
{
	return kind == TOKEN_RPAREN || kind == TOKEN_RBRACKET || kind == TOKEN_RBRACE;
}

static bool is_postfix(enum token_kind kind)
{
	return kind == TOKEN_LPAREN || kind == TOKEN_LBRACKET || kind == TOKEN_DOT ||
	       kind == TOKEN_QUESTION_DOT || kind == TOKEN_QUESTION_BRACKET ||
	       kind == TOKEN_BANG_CHAIN || kind == TOKEN_QUESTION;
}

static bool ends_expression(enum token_kind kind)
{
	return kind == TOKEN_IDENT || kind == TOKEN_INT || kind == TOKEN_FLOAT ||
	       kind == TOKEN_STRING || kind == TOKEN_TRUE || kind == TOKEN_FALSE ||
	       kind == TOKEN_NULL || kind == TOKEN_BROKEN || closes(kind);
}

/* Spaces before the token on its line; a tab among them is an error. */
static uint32_t indentation(struct layout *lay, const struct token *token)
{
	const char *text = lay->source->text.ptr;
	uint32_t line = token->start;
	while (line > lay->source->begin && text[line - 1] != '\n')
		line--;
	for (uint32_t i = line; i < token->start; i++) {
		if (text[i] == '\t') {
			struct range range = {lay->source->module, i, i + 1};
			report_error(lay->report, range, "FUSE_LAYOUT_TAB",
				     "tabs are not allowed for indentation");
			break;
		}
	}
	return token->start - line;
}

static bool starts_line(const struct layout *lay, const struct token *previous,
			const struct token *token)
{
	const char *text = lay->source->text.ptr;
	for (uint32_t i = previous ? previous->end : 0; i < token->start; i++)
		if (text[i] == '\n')
			return true;
	return !previous;
}

static void begin_line(struct layout *lay, const struct token *token, uint32_t column)
{
	if (column > *vec_last(&lay->indents)) {
		put(lay, TOKEN_INDENT, token->start);
		vec_push(&lay->indents, column);
		return;
	}
	while (column < *vec_last(&lay->indents)) {
		(void)vec_pop(&lay->indents);
		put(lay, TOKEN_DEDENT, token->start);
	}
	if (column != *vec_last(&lay->indents)) {
		struct range range = {lay->source->module, token->start, token->end};
		report_error(lay->report, range, "FUSE_LAYOUT_DEDENT", "inconsistent indentation");
	}
}

static void take(struct layout *lay, const struct token *token)
{
	if (opens(token->kind))
		lay->brackets++;
	else if (closes(token->kind) && lay->brackets > 0)
		lay->brackets--;
	vec_push(&lay->out->list, *token);
}

void layout(struct tokens *out, const struct tokens *in, const struct source *source,
	    struct report *report)
{
	struct layout lay = {.source = source, .report = report, .out = out};
	const struct token *previous = NULL;
	vec_push(&lay.indents, 0);
	vec_each (&in->list, token) {
		if (token->kind == TOKEN_END)
			break;
		if (lay.brackets == 0 && starts_line(&lay, previous, token)) {
			uint32_t column = indentation(&lay, token);
			bool joined = previous && is_postfix(token->kind) &&
				      ends_expression(previous->kind) &&
				      column >= *vec_last(&lay.indents);
			if (!joined) {
				if (previous)
					put(&lay, TOKEN_NEWLINE, previous->end);
				begin_line(&lay, token, column);
			}
		}
		take(&lay, token);
		previous = token;
	}
	if (previous)
		put(&lay, TOKEN_NEWLINE, previous->end);
	while (lay.indents.len > 1) {
		(void)vec_pop(&lay.indents);
		put(&lay, TOKEN_DEDENT, (uint32_t)source->text.len);
	}
	put(&lay, TOKEN_END, (uint32_t)source->text.len);
	vec_done(&lay.indents);
}
