/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest: a reader of the part of TOML that manifests are written in: sections, bare and quoted
 * keys, strings, numbers, words, arrays and inline tables. A dependency has three spellings, and
 * this file makes one of them.
 */
#include "oracles/reference/manifest.h"
#include "base/buf.h"

enum { NESTING_MAX = 16 };

struct reader {
	struct manifest *out;
	struct arena *arena;
	struct slice text;
	size_t at;
	uint32_t line;
	const char *path;
	struct error *err;
	struct slice section; /* "dependencies" */
	struct slice member;  /* "Auth" of [dependencies.Auth], else empty */
};

static int problem(struct reader *r, const char *what)
{
	return error_input(r->err, "%s:%u: %s", r->path, r->line, what);
}

static char peek(const struct reader *r)
{
	return r->at < r->text.len ? r->text.ptr[r->at] : '\0';
}

static bool at_end(const struct reader *r)
{
	return r->at >= r->text.len;
}

static bool accept(struct reader *r, char c)
{
	if (at_end(r) || peek(r) != c)
		return false;
	r->at++;
	return true;
}

static void skip_blanks(struct reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\r')
		r->at++;
	if (peek(r) == '#')
		while (!at_end(r) && peek(r) != '\n')
			r->at++;
}

static void skip_lines(struct reader *r)
{
	for (skip_blanks(r); accept(r, '\n'); skip_blanks(r))
		r->line++;
}

static bool is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* "..." with escapes, or '...' without. */
static int read_string(struct reader *r, struct slice *out)
{
	char quote = r->text.ptr[r->at++];
	struct buf text = {0};
	while (!at_end(r) && peek(r) != quote && peek(r) != '\n') {
		char c = r->text.ptr[r->at++];
		if (c == '\\' && quote == '"' && !at_end(r)) {
			c = r->text.ptr[r->at++];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
		}
		buf_addc(&text, c);
	}
	*out = arena_slice(r->arena, buf_slice(&text));
	buf_done(&text);
	return accept(r, quote) ? 0 : problem(r, "string without an end");
}

static int read_key(struct reader *r, struct slice *out)
{
	if (peek(r) == '"' || peek(r) == '\'')
		return read_string(r, out);
	size_t start = r->at;
	while (is_bare(peek(r)))
		r->at++;
	*out = slice_make(r->text.ptr + start, r->at - start);
	return out->len ? 0 : problem(r, "expected a key");
}

/* What of a value the rest asks for: its text when it is a string, its 'path' when it is a table.
 */
struct found {
	bool is_string;
	struct slice text;
	bool is_table;
	bool has_path;
	struct slice path;
};

static int read_value(struct reader *r, struct found *out, int depth);

/* [ value, ... ] over any number of lines */
static int read_array(struct reader *r, int depth)
{
	struct found ignored;
	r->at++;
	for (;;) {
		skip_lines(r);
		if (accept(r, ']'))
			return 0;
		int e = read_value(r, &ignored, depth);
		if (e < 0)
			return e;
		skip_lines(r);
		if (!accept(r, ',') && peek(r) != ']')
			return problem(r, "expected ',' or ']' in an array");
	}
}

/* { key = value, ... } */
static int read_table(struct reader *r, struct found *out, int depth)
{
	r->at++;
	out->is_table = true;
	skip_blanks(r);
	if (accept(r, '}'))
		return 0;
	for (;;) {
		struct slice key;
		struct found value;
		skip_blanks(r);
		int e = read_key(r, &key);
		if (e < 0)
			return e;
		skip_blanks(r);
		if (!accept(r, '='))
			return problem(r, "expected '=' after a key");
		e = read_value(r, &value, depth);
		if (e < 0)
			return e;
		if (slice_is(key, "path") && value.is_string) {
			out->has_path = true;
			out->path = value.text;
		}
		skip_blanks(r);
		if (accept(r, '}'))
			return 0;
		if (!accept(r, ','))
			return problem(r, "expected ',' or '}' in a table");
	}
}

static int read_value(struct reader *r, struct found *out, int depth)
{
	*out = (struct found){0};
	skip_blanks(r);
	if (depth >= NESTING_MAX)
		return problem(r, "values are nested too deep");
	if (peek(r) == '"' || peek(r) == '\'') {
		out->is_string = true;
		return read_string(r, &out->text);
	}
	if (peek(r) == '[')
		return read_array(r, depth + 1);
	if (peek(r) == '{')
		return read_table(r, out, depth + 1);
	size_t start = r->at;
	while (is_bare(peek(r)) || peek(r) == '.' || peek(r) == ':' || peek(r) == '+')
		r->at++;
	return r->at > start ? 0 : problem(r, "expected a value");
}

static struct dependency *find(struct manifest *out, struct slice name)
{
	vec_each (&out->dependencies, one)
		if (slice_eq(one->name, name))
			return one;
	return NULL;
}

static int add_dependency(struct reader *r, struct slice name, struct slice path, uint32_t line)
{
	struct dependency one = {
		.name = arena_slice(r->arena, name),
		.path = arena_slice(r->arena, path),
		.line = line,
	};
	if (find(r->out, name))
		return error_input(r->err, "%s:%u: dependency '%.*s' is already declared", r->path,
				   line, SLICE_ARG(name));
	vec_push(&r->out->dependencies, one);
	return 0;
}

/* "[dependencies.Auth]" */
static int read_section(struct reader *r)
{
	bool many = accept(r, '[');
	uint32_t line = r->line;
	r->section = r->member = SLICE_EMPTY;
	for (int part = 0;; part++) {
		struct slice name;
		skip_blanks(r);
		int e = read_key(r, &name);
		if (e < 0)
			return e;
		if (part == 0)
			r->section = name;
		else if (part == 1)
			r->member = name;
		skip_blanks(r);
		if (!accept(r, '.'))
			break;
	}
	if (!accept(r, ']') || (many && !accept(r, ']')))
		return problem(r, "expected ']' after a section's name");
	if (slice_is(r->section, "dependencies") && r->member.len > 0)
		return add_dependency(r, r->member, SLICE_EMPTY, line);
	return 0;
}

static int take_dependency(struct reader *r, struct slice key, const struct found *value)
{
	if (r->member.len > 0) {
		if (slice_is(key, "path") && value->is_string)
			find(r->out, r->member)->path = value->text;
		return 0;
	}
	if (value->is_string)
		return add_dependency(r, key, value->text, r->line);
	if (value->is_table && value->has_path)
		return add_dependency(r, key, value->path, r->line);
	return error_input(r->err, "%s:%u: dependency '%.*s' needs a path", r->path, r->line,
			   SLICE_ARG(key));
}

static int read_pair(struct reader *r)
{
	struct slice key, part;
	struct found value;
	int e = read_key(r, &key);
	for (skip_blanks(r); e == 0 && accept(r, '.'); skip_blanks(r))
		e = read_key(r, &part);
	if (e < 0)
		return e;
	if (!accept(r, '='))
		return problem(r, "expected '=' after a key");
	e = read_value(r, &value, 0);
	if (e < 0)
		return e;
	if (slice_is(r->section, "dependencies"))
		return take_dependency(r, key, &value);
	if (!slice_is(r->section, "package") || r->member.len > 0 || !value.is_string)
		return 0;
	if (slice_is(key, "name"))
		r->out->name = value.text;
	else if (slice_is(key, "entry"))
		r->out->entry = value.text;
	else if (slice_is(key, "app"))
		r->out->app = value.text;
	else if (slice_is(key, "backend"))
		r->out->backend = value.text;
	return 0;
}

static int read_all(struct reader *r)
{
	for (skip_lines(r); !at_end(r); skip_lines(r)) {
		int e = accept(r, '[') ? read_section(r) : read_pair(r);
		if (e < 0)
			return e;
		skip_blanks(r);
		if (!at_end(r) && peek(r) != '\n')
			return problem(r, "expected the end of the line");
	}
	vec_each (&r->out->dependencies, one) {
		r->line = one->line;
		if (one->path.len == 0 || memchr(one->path.ptr, '\0', one->path.len))
			return error_input(r->err, "%s:%u: dependency '%.*s' needs a path", r->path,
					   one->line, SLICE_ARG(one->name));
	}
	return 0;
}

int manifest_read(struct manifest *out, struct arena *arena, struct slice text, const char *path,
		  uint32_t *line, struct error *err)
{
	struct reader r = {
		.out = out,
		.arena = arena,
		.text = text,
		.line = 1,
		.path = path,
		.err = err,
	};
	*out = (struct manifest){
		.name = SLICE_EMPTY,
		.entry = SLICE_EMPTY,
		.app = SLICE_EMPTY,
		.backend = SLICE_EMPTY,
	};
	int e = read_all(&r);
	*line = r.line;
	if (e < 0)
		manifest_done(out);
	return e;
}

void manifest_done(struct manifest *manifest)
{
	vec_done(&manifest->dependencies);
}
