/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template: reads the placeholders of a specification's line and writes the PCRE2 text for it. The
 * result is anchored and takes no bytes beyond its line; compiling it is rule.c's work.
 */
#include "diff/template.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"

enum {
	NAME_MAX_LEN = 32, /* PCRE2's limit for the name of a group */
	PATTERN_MAX = 64 << 10,
};

/* A stretch of the pattern. */
struct piece {
	enum { PIECE_LITERAL, PIECE_WILD, PIECE_OTHER } kind;
	size_t start; /* in compiler.pattern */
	size_t end;
};

struct compiler {
	struct slice text;
	size_t at;
	struct buf pattern;
	VEC(struct piece) pieces;
	VEC(struct template_group) groups;
	struct arena *arena;
	struct error *err;
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* A '<' followed by one of these opens a placeholder; any other '<' stands for itself. */
static bool opens_placeholder(char c)
{
	return (is_word(c) && !(c >= '0' && c <= '9')) || c == '.' || c == '|' || c == '>';
}

static bool is_inside(char c)
{
	return is_word(c) || c == '.' || c == '-' || c == '+' || c == '|' || c == '/';
}

static int bad(struct compiler *c, size_t at, const char *problem)
{
	return error_input(c->err, "bad template: %s at column %zu", problem, at + 1);
}

static void add_quoted(struct buf *out, struct slice literal)
{
	for (size_t i = 0; i < literal.len; i++) {
		unsigned char byte = (unsigned char)literal.ptr[i];
		if (is_word((char)byte) || byte == ' ' || byte >= 0x80) {
			buf_addc(out, (char)byte);
		} else if (byte < 0x20 || byte == 0x7f) {
			buf_addf(out, "\\x%02x", byte);
		} else {
			buf_addc(out, '\\');
			buf_addc(out, (char)byte);
		}
	}
}

static bool name_taken(const struct compiler *c, const char *name)
{
	for (size_t i = 0; i < c->groups.len; i++)
		if (strcmp(c->groups.items[i].name, name) == 0)
			return true;
	return false;
}

/* "pid=<n>" is named "pid"; a placeholder without a word and '=' before it by its own inside. */
static struct slice base_name(const struct compiler *c, size_t open, struct slice inside)
{
	if (open > 0 && c->text.ptr[open - 1] == '=') {
		size_t end = open - 1;
		size_t start = end;
		while (start > 0 &&
		       (is_word(c->text.ptr[start - 1]) || c->text.ptr[start - 1] == '-'))
			start--;
		if (start < end)
			return slice_make(c->text.ptr + start, end - start);
	}
	if (slice_is(inside, "..."))
		return slice_of("text");
	if (memchr(inside.ptr, '|', inside.len))
		return slice_of("choice");
	return inside;
}

static int add_name(struct compiler *c, size_t open, struct slice inside, const char **name)
{
	struct slice base = base_name(c, open, inside);
	char clean[NAME_MAX_LEN + 8];
	size_t len = 0;

	if (base.len > NAME_MAX_LEN - 3)
		return bad(c, open, "a name of more than 29 characters");
	if (base.ptr[0] >= '0' && base.ptr[0] <= '9')
		clean[len++] = '_';
	for (size_t i = 0; i < base.len; i++)
		clean[len++] = is_word(base.ptr[i]) ? base.ptr[i] : '_';
	clean[len] = '\0';
	char *unique = arena_strdup(c->arena, clean);
	for (int i = 2; name_taken(c, unique); i++)
		unique = arena_printf(c->arena, "%s_%d", clean, i);
	*name = unique;
	return 0;
}

static int add_alternation(struct compiler *c, size_t open, struct slice inside)
{
	struct slice rest = inside;
	struct slice word;
	bool first = true;

	if (inside.ptr[inside.len - 1] == '|')
		return bad(c, open, "an empty alternative");
	while (slice_next_field(&rest, '|', &word)) {
		if (word.len == 0)
			return bad(c, open, "an empty alternative");
		if (!first)
			buf_addc(&c->pattern, '|');
		first = false;
		add_quoted(&c->pattern, word);
	}
	return 0;
}

static int add_placeholder(struct compiler *c)
{
	size_t start = c->pattern.len;
	size_t open = c->at;
	size_t end = open + 1;
	struct template_group group = {0};

	while (end < c->text.len && is_inside(c->text.ptr[end]))
		end++;
	if (end == c->text.len || c->text.ptr[end] != '>')
		return bad(c, open, "a '<' that no '>' closes");
	struct slice inside = slice_make(c->text.ptr + open + 1, end - open - 1);
	if (inside.len == 0)
		return bad(c, open, "an empty placeholder");
	bool dotted = memchr(inside.ptr, '.', inside.len) != NULL;
	bool choice = memchr(inside.ptr, '|', inside.len) != NULL;
	if (dotted && !choice && !slice_is(inside, "..."))
		return bad(c, open, "a placeholder that is neither '...' nor a name");

	int r = add_name(c, open, inside, &group.name);
	if (r < 0)
		return r;
	bool wild = !choice && !slice_is(inside, "n") && !slice_is(inside, "hex");
	group.grammar = arena_strndup(c->arena, inside.ptr, inside.len);
	buf_addf(&c->pattern, "(?<%s>", group.name);
	if (choice)
		r = add_alternation(c, open, inside);
	else if (slice_is(inside, "n"))
		buf_adds(&c->pattern, "[0-9]+");
	else if (slice_is(inside, "hex"))
		buf_adds(&c->pattern, "[0-9A-Fa-f]+");
	else
		buf_adds(&c->pattern, "[^\\n]*");
	if (r < 0)
		return r;
	buf_addc(&c->pattern, ')');
	vec_push(&c->pieces,
		 (struct piece){wild ? PIECE_WILD : PIECE_OTHER, start, c->pattern.len});
	vec_push(&c->groups, group);
	c->at = end + 1;
	return 0;
}

static void add_literal(struct compiler *c, char byte)
{
	size_t start = c->pattern.len;
	struct piece *last = c->pieces.len ? &c->pieces.items[c->pieces.len - 1] : NULL;

	add_quoted(&c->pattern, slice_make(&byte, 1));
	if (last && last->kind == PIECE_LITERAL)
		last->end = c->pattern.len;
	else
		vec_push(&c->pieces, (struct piece){PIECE_LITERAL, start, c->pattern.len});
}

static int read_pieces(struct compiler *c)
{
	if (c->text.len == 0)
		return bad(c, 0, "nothing");
	while (c->at < c->text.len) {
		char byte = c->text.ptr[c->at];
		if (byte == '\n' || byte == '\0')
			return bad(c, c->at, "a line end or NUL");
		if (byte == '<' && c->at + 1 < c->text.len &&
		    opens_placeholder(c->text.ptr[c->at + 1])) {
			int r = add_placeholder(c);
			if (r < 0)
				return r;
			continue;
		}
		add_literal(c, byte);
		c->at++;
	}
	return c->pattern.full ? bad(c, 0, "too long a text") : 0;
}

/*
 * What must still come behind the place where a wildcard starts: the literals, in order. Without
 * it, a line that repeats them but lacks the last is tried in every way to share it out, a power of
 * its length for each wildcard. The look-ahead takes each literal at its first place and never
 * reconsiders; it asks for no more than the rest itself does, so that it cannot change a match. One
 * wildcard and one literal need none: there is nothing to share out.
 */
static void add_outlook(struct buf *out, const struct compiler *c, size_t wild)
{
	size_t literals = 0;
	size_t wilds = 0;
	for (size_t i = wild; i < c->pieces.len; i++) {
		literals += c->pieces.items[i].kind == PIECE_LITERAL;
		wilds += c->pieces.items[i].kind == PIECE_WILD;
	}
	if (literals == 0 || (literals == 1 && wilds == 1))
		return;
	buf_adds(out, "(?=");
	for (size_t i = wild; i < c->pieces.len; i++) {
		const struct piece *piece = &c->pieces.items[i];
		if (piece->kind != PIECE_LITERAL)
			continue;
		buf_adds(out, "(?>[^\\n]*?");
		buf_add(out, c->pattern.data + piece->start, piece->end - piece->start);
		buf_adds(out, i + 1 == c->pieces.len ? "$)" : ")");
	}
	buf_addc(out, ')');
}

static int assemble(const char **out, struct compiler *c)
{
	struct buf whole = BUF_INIT(PATTERN_MAX);

	buf_addc(&whole, '^');
	for (size_t i = 0; i < c->pieces.len; i++) {
		const struct piece *piece = &c->pieces.items[i];
		if (piece->kind == PIECE_WILD)
			add_outlook(&whole, c, i);
		buf_add(&whole, c->pattern.data + piece->start, piece->end - piece->start);
	}
	buf_addc(&whole, '$');
	int r = whole.full ? bad(c, 0, "too long a text") : 0;
	if (r == 0)
		*out = arena_strdup(c->arena, buf_str(&whole));
	buf_done(&whole);
	return r;
}

int template_compile(struct template *out, struct slice text, struct arena *arena,
		     struct error *err)
{
	struct compiler c = {
		.text = text, .pattern = BUF_INIT(PATTERN_MAX), .arena = arena, .err = err};
	const char *pattern = NULL;

	int r = read_pieces(&c);
	if (r == 0)
		r = assemble(&pattern, &c);
	if (r == 0) {
		out->pattern = pattern;
		out->group_len = c.groups.len;
		out->groups = arena_dup(arena, c.groups.items, c.groups.len * sizeof(*out->groups));
	}
	buf_done(&c.pattern);
	vec_done(&c.pieces);
	vec_done(&c.groups);
	return r;
}
