/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan: one function a production of RFC 8259. Invariant: on success `at` stands behind what
 * was read; on failure it stands on the offending byte and `problem` is set. Duplicate keys are
 * left to json.c, which sees them decoded.
 */
#include "base/json_scan.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/utf8.h"

static int value(struct json_scan *scan, size_t key_at);

static int fail(struct json_scan *scan, const char *problem)
{
	scan->problem = problem;
	return -1;
}

static int peek(const struct json_scan *scan)
{
	return scan->at < scan->text.len ? (unsigned char)scan->text.ptr[scan->at] : -1;
}

static void blanks(struct json_scan *scan)
{
	for (int c = peek(scan); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(scan))
		scan->at++;
}

static bool accept(struct json_scan *scan, char c)
{
	if (peek(scan) != c)
		return false;
	scan->at++;
	return true;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static int hex_digit(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits behind "\u", or -1. */
static long hex4(const struct json_scan *scan, size_t at)
{
	long code = 0;
	if (scan->text.len - at < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		int digit = hex_digit((unsigned char)scan->text.ptr[at + i]);
		if (digit < 0)
			return -1;
		code = code << 4 | digit;
	}
	return code;
}

/* `at` stands on the backslash. */
static int unicode_escape(struct json_scan *scan)
{
	long code = hex4(scan, scan->at + 2);
	if (code < 0)
		return fail(scan, "bad \\u escape");
	if (code == 0)
		return fail(scan, "NUL in a string");
	if (code >= 0xdc00 && code <= 0xdfff)
		return fail(scan, "lone surrogate in a string");
	if (code >= 0xd800 && code <= 0xdbff) {
		struct slice rest =
			slice_make(scan->text.ptr + scan->at + 6, scan->text.len - scan->at - 6);
		long low = slice_starts(rest, "\\u") ? hex4(scan, scan->at + 8) : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return fail(scan, "lone surrogate in a string");
		scan->at += 6;
	}
	scan->at += 6;
	return 0;
}

static int escape(struct json_scan *scan)
{
	if (scan->at + 1 >= scan->text.len) {
		scan->at = scan->text.len;
		return fail(scan, "string without an end");
	}
	char c = scan->text.ptr[scan->at + 1];
	if (c == 'u')
		return unicode_escape(scan);
	if (!c || !strchr("\"\\/bfnrt", c))
		return fail(scan, "bad escape in a string");
	scan->at += 2;
	return 0;
}

static int string(struct json_scan *scan)
{
	scan->at++;
	for (;;) {
		int c = peek(scan);
		if (c < 0)
			return fail(scan, "string without an end");
		if (c == '"') {
			scan->at++;
			return 0;
		}
		if (c < 0x20)
			return fail(scan, c ? "control character in a string" : "NUL in a string");
		if (c == '\\') {
			if (escape(scan) < 0)
				return -1;
			continue;
		}
		size_t step = utf8_length(scan->text.ptr + scan->at, scan->text.len - scan->at);
		if (step == 0)
			return fail(scan, "invalid UTF-8 in a string");
		scan->at += step;
	}
}

static int digits(struct json_scan *scan)
{
	if (!is_digit(peek(scan)))
		return fail(scan, "bad number");
	while (is_digit(peek(scan)))
		scan->at++;
	return 0;
}

static int number(struct json_scan *scan)
{
	struct json_token token = {.at = scan->at};
	(void)accept(scan, '-');
	if (!accept(scan, '0') && digits(scan) < 0)
		return -1;
	if (is_digit(peek(scan)))
		return fail(scan, "number with a leading zero");
	if (accept(scan, '.') && digits(scan) < 0)
		return -1;
	if (peek(scan) == 'e' || peek(scan) == 'E') {
		scan->at++;
		if (!accept(scan, '+'))
			(void)accept(scan, '-');
		if (digits(scan) < 0)
			return -1;
	}
	token.len = scan->at - token.at;
	vec_push(&scan->numbers, token);
	return 0;
}

static int word(struct json_scan *scan, const char *text)
{
	struct slice rest = slice_make(scan->text.ptr + scan->at, scan->text.len - scan->at);
	if (!slice_starts(rest, text))
		return fail(scan, "expected a value");
	scan->at += strlen(text);
	return 0;
}

static int member(struct json_scan *scan)
{
	size_t key_at = scan->at;
	if (peek(scan) != '"')
		return fail(scan, "expected a quoted key");
	if (string(scan) < 0)
		return -1;
	blanks(scan);
	if (!accept(scan, ':'))
		return fail(scan, "expected ':' after a key");
	blanks(scan);
	return value(scan, key_at);
}

static int container(struct json_scan *scan, bool object)
{
	char end = object ? '}' : ']';
	if (scan->depth == JSON_DEPTH_MAX)
		return fail(scan, "nested deeper than 64 levels");
	scan->depth++;
	scan->at++;
	blanks(scan);
	if (!accept(scan, end)) {
		for (;;) {
			if ((object ? member(scan) : value(scan, SIZE_MAX)) < 0)
				return -1;
			blanks(scan);
			if (accept(scan, end))
				break;
			if (!accept(scan, ','))
				return fail(scan,
					    object ? "expected ',' or '}'" : "expected ',' or ']'");
			blanks(scan);
		}
	}
	scan->depth--;
	return 0;
}

static int value(struct json_scan *scan, size_t key_at)
{
	scan->values++;
	if (scan->values == scan->wanted) {
		scan->wanted_at = scan->at;
		scan->wanted_key_at = key_at == SIZE_MAX ? scan->at : key_at;
	}
	int c = peek(scan);
	switch (c) {
	case '{':
		return container(scan, true);
	case '[':
		return container(scan, false);
	case '"':
		return string(scan);
	case 't':
		return word(scan, "true");
	case 'f':
		return word(scan, "false");
	case 'n':
		return word(scan, "null");
	case -1:
		return fail(scan, "unexpected end of the text");
	default:
		return c == '-' || is_digit(c) ? number(scan) : fail(scan, "expected a value");
	}
}

int json_scan(struct json_scan *scan)
{
	blanks(scan);
	if (value(scan, SIZE_MAX) < 0)
		return -1;
	blanks(scan);
	return scan->at == scan->text.len ? 0 : fail(scan, "more text behind the document");
}

void json_scan_position(struct slice text, size_t at, size_t *line, size_t *column)
{
	size_t line_start = 0;
	*line = 1;
	for (size_t i = 0; i < at && i < text.len; i++) {
		if (text.ptr[i] == '\n') {
			++*line;
			line_start = i + 1;
		}
	}
	*column = at - line_start + 1;
}
