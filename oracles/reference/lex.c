/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lex: spec/fls.md#tokens. Integers are decimal digits, floats digits '.' digits; "1..3" is a
 * range, not a float. Strings are only delimited here; an interpolation may hold strings again, so
 * finding the closing quote is a small recursion with its own depth limit.
 */
#include <ctype.h>

#include "oracles/reference/lex.h"

enum { STRING_NEST_MAX = 32 };

static const struct {
	const char *text;
	enum token_kind kind;
} word_table[] =
	{
#define TOKEN(name, text) {text, TOKEN_##name},
		TOKEN_WORDS(TOKEN)
#undef TOKEN
},
  mark_table[] = {
#define TOKEN(name, text) {text, TOKEN_##name},
	  TOKEN_MARKS(TOKEN)
#undef TOKEN
};

#define TABLE_LEN(table) (sizeof(table) / sizeof((table)[0]))

static const char *const token_names[TOKEN_COUNT] = {[TOKEN_END] = "the end",
						     [TOKEN_NEWLINE] = "the end of the line",
						     [TOKEN_INDENT] = "an indented block",
						     [TOKEN_DEDENT] = "the end of the block",
						     [TOKEN_IDENT] = "a name",
						     [TOKEN_INT] = "an integer",
						     [TOKEN_FLOAT] = "a float",
						     [TOKEN_STRING] = "a string",
						     [TOKEN_BROKEN] = "broken text",
#define TOKEN(name, text) [TOKEN_##name] = "'" text "'",
						     TOKEN_WORDS(TOKEN) TOKEN_MARKS(TOKEN)
#undef TOKEN
};

const char *token_name(enum token_kind kind)
{
	return token_names[kind];
}

struct lexer {
	const struct source *source;
	const char *text;
	uint32_t at;
	uint32_t end;
	uint32_t doc_start, doc_end;
	struct tokens *out;
	struct report *report;
};

static uint32_t interpolation_end(const char *text, uint32_t at, uint32_t end, int depth);

/* Offset behind the closing quote of the string that opens at `at`, or 0 when it never closes. */
static uint32_t string_end(const char *text, uint32_t at, uint32_t end, int depth)
{
	bool triple = end - at >= 3 && memcmp(text + at, "\"\"\"", 3) == 0;
	uint32_t i = at + (triple ? 3 : 1);
	if (depth > STRING_NEST_MAX)
		return 0;
	if (!triple) {
		const char *line_end = memchr(text + at, '\n', end - at);
		if (line_end)
			end = (uint32_t)(line_end - text);
	}
	while (i < end) {
		char c = text[i];
		if (c == '\\') {
			i += 2; /* whatever it escapes */
		} else if (c == '"') {
			if (!triple)
				return i + 1;
			if (end - i >= 3 && memcmp(text + i, "\"\"\"", 3) == 0)
				return i + 3;
			i++;
		} else if (c == '$' && i + 1 < end && text[i + 1] == '{') {
			i = interpolation_end(text, i + 2, end, depth + 1);
		} else {
			i++;
		}
	}
	return 0;
}

static uint32_t interpolation_end(const char *text, uint32_t at, uint32_t end, int depth)
{
	uint32_t braces = 1;
	while (at < end) {
		char c = text[at];
		if (c == '"') {
			uint32_t after = string_end(text, at, end, depth + 1);
			if (after == 0)
				return end;
			at = after;
			continue;
		}
		at++;
		if (c == '{')
			braces++;
		else if (c == '}' && --braces == 0)
			return at;
	}
	return end;
}

uint32_t lex_interpolation_end(const struct source *source, uint32_t start, uint32_t end)
{
	return interpolation_end(source->text.ptr, start, end, 0);
}

static struct range lexer_range(const struct lexer *lx, uint32_t start, uint32_t end)
{
	return (struct range){.module = lx->source->module, .start = start, .end = end};
}

static void push(struct lexer *lx, enum token_kind kind, uint32_t start)
{
	struct token token = {
		.kind = kind,
		.start = start,
		.end = lx->at,
		.doc_start = lx->doc_start,
		.doc_end = lx->doc_end,
	};
	lx->doc_start = lx->doc_end = 0;
	vec_push(&lx->out->list, token);
}

static void lex_comment(struct lexer *lx)
{
	uint32_t start = lx->at;
	while (lx->at < lx->end && lx->text[lx->at] != '\n')
		lx->at++;
	if (lx->at - start >= 2 && lx->text[start + 1] == '#') {
		if (lx->doc_end == 0)
			lx->doc_start = start;
		lx->doc_end = lx->at;
	}
}

static void lex_word(struct lexer *lx)
{
	uint32_t start = lx->at;
	while (lx->at < lx->end &&
	       (isalnum((unsigned char)lx->text[lx->at]) || lx->text[lx->at] == '_'))
		lx->at++;
	struct slice word = slice_make(lx->text + start, lx->at - start);
	for (size_t i = 0; i < TABLE_LEN(word_table); i++) {
		if (slice_is(word, word_table[i].text)) {
			push(lx, word_table[i].kind, start);
			return;
		}
	}
	push(lx, TOKEN_IDENT, start);
}

static void skip_digits(struct lexer *lx)
{
	while (lx->at < lx->end && isdigit((unsigned char)lx->text[lx->at]))
		lx->at++;
}

static void lex_number(struct lexer *lx)
{
	uint32_t start = lx->at;
	enum token_kind kind = TOKEN_INT;
	skip_digits(lx);
	if (lx->at + 1 < lx->end && lx->text[lx->at] == '.' &&
	    isdigit((unsigned char)lx->text[lx->at + 1])) {
		kind = TOKEN_FLOAT;
		lx->at++;
		skip_digits(lx);
	}
	push(lx, kind, start);
}

static void lex_string(struct lexer *lx)
{
	uint32_t start = lx->at;
	uint32_t after = string_end(lx->text, start, lx->end, 0);
	if (after != 0) {
		lx->at = after;
		push(lx, TOKEN_STRING, start);
		return;
	}
	bool triple = lx->end - start >= 3 && memcmp(lx->text + start, "\"\"\"", 3) == 0;
	while (lx->at < lx->end && (triple || lx->text[lx->at] != '\n'))
		lx->at++;
	report_error(lx->report, lexer_range(lx, start, lx->at), "FUSE_LEX_STRING",
		     "unterminated string literal");
	push(lx, TOKEN_BROKEN, start);
}

static bool lex_mark(struct lexer *lx)
{
	for (size_t i = 0; i < TABLE_LEN(mark_table); i++) {
		size_t len = strlen(mark_table[i].text);
		if (lx->end - lx->at >= len &&
		    memcmp(lx->text + lx->at, mark_table[i].text, len) == 0) {
			uint32_t start = lx->at;
			lx->at += (uint32_t)len;
			push(lx, mark_table[i].kind, start);
			return true;
		}
	}
	return false;
}

static void lex_unknown(struct lexer *lx)
{
	uint32_t start = lx->at++;
	unsigned char c = (unsigned char)lx->text[start];
	/* a character of several bytes is one complaint */
	while (c >= 0x80 && lx->at < lx->end && ((unsigned char)lx->text[lx->at] & 0xc0) == 0x80)
		lx->at++;
	report_error(lx->report, lexer_range(lx, start, lx->at), "FUSE_LEX_CHARACTER",
		     "unexpected character");
}

void lex(struct tokens *out, const struct source *source, uint32_t start, uint32_t end,
	 struct report *report)
{
	struct lexer lx = {
		.source = source,
		.text = source->text.ptr,
		.at = start,
		.end = end,
		.out = out,
		.report = report,
	};
	while (lx.at < end) {
		char c = lx.text[lx.at];
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			lx.at++;
		else if (c == '#')
			lex_comment(&lx);
		else if (isalpha((unsigned char)c) || c == '_')
			lex_word(&lx);
		else if (isdigit((unsigned char)c))
			lex_number(&lx);
		else if (c == '"')
			lex_string(&lx);
		else if (!lex_mark(&lx))
			lex_unknown(&lx);
	}
	push(&lx, TOKEN_END, end);
}
