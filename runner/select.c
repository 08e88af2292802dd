/* SPDX-License-Identifier: Apache-2.0 */
/* select: a recursive-descent parser into a small tree, and the walk over the suite. See select.h.
 */
#include "runner/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/vec.h"

enum { NESTING_MAX = 100 };

enum filter_kind { FILTER_NAME, FILTER_CLAUSE, FILTER_EXPECT, FILTER_AND, FILTER_OR, FILTER_NOT };

struct filter {
	enum filter_kind kind;
	const char *glob;          /* terms */
	enum expect_kind expect;   /* FILTER_EXPECT */
	const struct filter *left; /* operators; FILTER_NOT has only left */
	const struct filter *right;
};

struct token {
	enum { TOKEN_END, TOKEN_WORD, TOKEN_OPEN, TOKEN_CLOSE } kind;
	const char *text; /* of a word, quotes removed */
	bool quoted;      /* some of it was quoted: never an operator */
	size_t column;    /* from 1 */
};

struct parser {
	const char *text;
	size_t at;
	struct token token; /* the one to look at */
	struct arena *arena;
	int depth;
};

static int next_token(struct parser *p, struct error *err)
{
	const char *text = p->text;
	struct buf word = BUF_INIT(0);

	while (text[p->at] == ' ' || text[p->at] == '\t')
		p->at++;
	p->token = (struct token){.kind = TOKEN_END, .column = p->at + 1};
	if (text[p->at] == '\0')
		return 0;
	if (text[p->at] == '(' || text[p->at] == ')') {
		p->token.kind = text[p->at++] == '(' ? TOKEN_OPEN : TOKEN_CLOSE;
		return 0;
	}
	while (text[p->at] && !strchr(" \t()", text[p->at])) {
		char quote = text[p->at];
		const char *end;

		if (quote != '\'' && quote != '"') {
			buf_addc(&word, text[p->at++]);
			continue;
		}
		end = strchr(text + p->at + 1, quote);
		if (!end) {
			buf_done(&word);
			return error_input(err, "bad filter: no closing %c at column %zu", quote,
					   p->at + 1);
		}
		buf_add(&word, text + p->at + 1, (size_t)(end - text) - p->at - 1);
		p->at = (size_t)(end - text) + 1;
		p->token.quoted = true;
	}
	p->token.kind = TOKEN_WORD;
	p->token.text = arena_strndup(p->arena, buf_str(&word), word.len);
	buf_done(&word);
	return 0;
}

static bool at_word(const struct parser *p, const char *word)
{
	return p->token.kind == TOKEN_WORD && !p->token.quoted && strcmp(p->token.text, word) == 0;
}

static int set_expect(struct filter *term, const char *word, size_t column, struct error *err)
{
	static const char *const words[] = {"ok", "error", "reject"};

	for (size_t i = 0; i < 3; i++) {
		if (strcmp(word, words[i]) == 0) {
			term->kind = FILTER_EXPECT;
			term->expect = (enum expect_kind)i;
			return 0;
		}
	}
	return error_input(err,
			   "bad filter: unknown expectation '%s' at column %zu, expected ok, error "
			   "or reject",
			   word, column);
}

static int parse_term(const struct filter **out, struct parser *p, struct error *err)
{
	struct filter *term = ARENA_NEW(p->arena, struct filter);
	const char *text = p->token.text;
	const char *colon = strchr(text, ':');
	const char *value = colon ? colon + 1 : text;
	size_t key = colon ? (size_t)(colon - text) : 0;
	int r = 0;

	term->kind = FILTER_NAME;
	term->glob = value;
	if (!*value)
		return error_input(err, "bad filter: empty term at column %zu", p->token.column);
	if (!colon || (key == 4 && strncmp(text, "name", 4) == 0))
		r = 0;
	else if (key == 6 && strncmp(text, "clause", 6) == 0)
		term->kind = FILTER_CLAUSE;
	else if (key == 6 && strncmp(text, "expect", 6) == 0)
		r = set_expect(term, value, p->token.column, err);
	else if ((key == 7 && strncmp(text, "verdict", 7) == 0) ||
		 (key == 7 && strncmp(text, "channel", 7) == 0))
		r = error_input(err,
				"bad filter: '%.*s:' at column %zu asks for results, but cases are "
				"selected before they run",
				(int)key, text, p->token.column);
	else
		r = error_input(err,
				"bad filter: unknown key '%.*s:' at column %zu, expected name:, "
				"clause: or expect:",
				(int)key, text, p->token.column);
	*out = term;
	return r < 0 ? r : next_token(p, err);
}

static int parse_or(const struct filter **out, struct parser *p, struct error *err);

static int parse_not(const struct filter **out, struct parser *p, struct error *err)
{
	struct filter *node;
	int r;

	if (++p->depth > NESTING_MAX)
		return error_input(err, "bad filter: nested deeper than %d at column %zu",
				   NESTING_MAX, p->token.column);
	if (at_word(p, "not")) {
		node = ARENA_NEW(p->arena, struct filter);
		node->kind = FILTER_NOT;
		r = next_token(p, err);
		if (r == 0)
			r = parse_not(&node->left, p, err);
		*out = node;
	} else if (p->token.kind == TOKEN_OPEN) {
		r = next_token(p, err);
		if (r == 0)
			r = parse_or(out, p, err);
		if (r == 0 && p->token.kind != TOKEN_CLOSE)
			r = error_input(err, "bad filter: expected ')' at column %zu",
					p->token.column);
		if (r == 0)
			r = next_token(p, err);
	} else if (p->token.kind == TOKEN_WORD && !at_word(p, "and") && !at_word(p, "or")) {
		r = parse_term(out, p, err);
	} else {
		r = error_input(err, "bad filter: expected a term at column %zu", p->token.column);
	}
	p->depth--;
	return r;
}

/* A chain of one operator leans to the left, so that its depth costs no recursion while parsing. */
static int parse_chain(const struct filter **out, struct parser *p, enum filter_kind kind,
		       struct error *err)
{
	const char *word = kind == FILTER_AND ? "and" : "or";
	int r = kind == FILTER_AND ? parse_not(out, p, err) : parse_chain(out, p, FILTER_AND, err);

	while (r == 0 && at_word(p, word)) {
		struct filter *node = ARENA_NEW(p->arena, struct filter);

		node->kind = kind;
		node->left = *out;
		r = next_token(p, err);
		if (r == 0 && kind == FILTER_AND)
			r = parse_not(&node->right, p, err);
		else if (r == 0)
			r = parse_chain(&node->right, p, FILTER_AND, err);
		*out = node;
	}
	return r;
}

static int parse_or(const struct filter **out, struct parser *p, struct error *err)
{
	return parse_chain(out, p, FILTER_OR, err);
}

int filter_parse(struct filter **out, const char *text, struct arena *arena, struct error *err)
{
	struct parser p = {.text = text, .arena = arena};
	const struct filter *root = NULL;
	int r;

	if (strlen(text) > 4096)
		return error_input(err, "bad filter: longer than 4096 bytes");
	r = next_token(&p, err);
	if (r == 0)
		r = parse_or(&root, &p, err);
	if (r == 0 && p.token.kind != TOKEN_END)
		r = error_input(err, "bad filter: expected 'and', 'or' or the end at column %zu",
				p.token.column);
	if (r < 0)
		return r;
	*out = (struct filter *)root;
	return 0;
}

static bool matches_name(const char *glob, const char *name)
{
	size_t len = strlen(glob);

	while (len && glob[len - 1] == '/')
		len--;
	if (path_matches(glob, name))
		return true;
	return !strpbrk(glob, "*?[") && strncmp(glob, name, len) == 0 && name[len] == '/';
}

static bool cites(const struct test_case *test, const char *glob)
{
	for (size_t i = 0; i < test->clause_len; i++)
		if (path_matches(glob, test->clauses[i]))
			return true;
	return false;
}

bool filter_matches(const struct filter *filter, const struct test_case *test)
{
	switch (filter->kind) {
	case FILTER_NAME:
		return matches_name(filter->glob, test->name);
	case FILTER_CLAUSE:
		return cites(test, filter->glob);
	case FILTER_EXPECT:
		return test->expect == filter->expect;
	case FILTER_AND:
		return filter_matches(filter->left, test) && filter_matches(filter->right, test);
	case FILTER_OR:
		return filter_matches(filter->left, test) || filter_matches(filter->right, test);
	case FILTER_NOT:
		return !filter_matches(filter->left, test);
	}
	return false;
}

/* A typed path of something inside the corpus, as its path under the corpus; else NULL. */
static char *path_in_corpus(const struct suite *suite, const char *typed)
{
	CLEANUP(free_p) char *real = realpath(typed, NULL);
	size_t root = strlen(suite->real_dir);

	if (!real || strncmp(real, suite->real_dir, root) != 0 || real[root] != '/')
		return NULL;
	return mem_strdup(real + root + 1);
}

static bool is_program(const struct suite *suite, const struct test_case *test, const char *path)
{
	const char *source = test->source + strlen(suite->dir);

	while (*source == '/')
		source++;
	return strcmp(source, path) == 0;
}

static int mark_pattern(bool *marks, const struct suite *suite, const char *pattern,
			struct error *err)
{
	CLEANUP(free_p) char *path = path_in_corpus(suite, pattern);
	bool found = false;

	for (size_t i = 0; i < suite->len; i++) {
		const struct test_case *test = &suite->cases[i];

		if (matches_name(pattern, test->name) ||
		    (path && (matches_name(path, test->name) || is_program(suite, test, path))))
			marks[i] = found = true;
	}
	if (found)
		return 0;
	(void)error_input(err, "nothing selected: no case is named '%s', see 'parity list'",
			  pattern);
	return SELECT_E_NONE;
}

int select_cases(struct selection *out, const struct suite *suite, char *const *patterns,
		 size_t pattern_len, const struct filter *filter, struct arena *arena,
		 struct error *err)
{
	bool *marks = ARENA_ARRAY(arena, bool, suite->len + 1);
	struct selection chosen = {.len = 0};

	chosen.cases = ARENA_ARRAY(arena, const struct test_case *, suite->len + 1);
	for (size_t i = 0; i < pattern_len; i++) {
		int r = mark_pattern(marks, suite, patterns[i], err);

		if (r != 0)
			return r;
	}
	for (size_t i = 0; i < suite->len; i++) {
		const struct test_case *test = &suite->cases[i];

		if ((pattern_len == 0 || marks[i]) && (!filter || filter_matches(filter, test)))
			chosen.cases[chosen.len++] = test;
	}
	if (chosen.len == 0) {
		if (suite->len == 0)
			(void)error_input(err, "nothing selected: no case in '%s'", suite->dir);
		else
			(void)error_input(err,
					  "nothing selected: the filter matches none of %zu "
					  "cases, see 'parity list'",
					  suite->len);
		return SELECT_E_NONE;
	}
	*out = chosen;
	return 0;
}
