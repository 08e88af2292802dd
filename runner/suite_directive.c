/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suite_directive: the "#@ key: value" lines on top of a program. The header is every leading line
 * that is blank or starts with '#'; a directive below it would be silently dead, so it is an error.
 */
#include "runner/suite.h"

#include <string.h>

#include "base/json.h"
#include "runner/suite_draft.h"

typedef int (*directive_fn)(struct draft *draft, struct slice value, struct error *err);

static int add_line(struct buf *out, struct slice value)
{
	buf_add_slice(out, value);
	buf_addc(out, '\n');
	return 0;
}

static int on_list(struct draft *draft, struct slice value, directive_fn add, struct error *err)
{
	struct slice field;

	while (slice_next_field(&value, ',', &field)) {
		int r = add(draft, field, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int on_clause(struct draft *draft, struct slice value, struct error *err)
{
	return on_list(draft, value, draft_add_clause, err);
}

static int on_requires(struct draft *draft, struct slice value, struct error *err)
{
	return on_list(draft, value, draft_add_requires, err);
}

static int on_stdout(struct draft *draft, struct slice value, struct error *err)
{
	draft->test->has_golden = true;
	return add_line(&draft->golden, value);
}

static int on_stdin(struct draft *draft, struct slice value, struct error *err)
{
	draft->test->has_stdin = true;
	return add_line(&draft->stdin_text, value);
}

static int on_config(struct draft *draft, struct slice value, struct error *err)
{
	draft->has_config = true;
	return add_line(&draft->config, value);
}

static int on_file(struct draft *draft, struct slice value, struct error *err)
{
	return draft_add_file(draft, value, value, err);
}

/* Words split at blanks; '...' and "..." keep blanks together, with no escapes inside. */
static int on_args(struct draft *draft, struct slice value, struct error *err)
{
	struct slice rest = slice_trim(value);
	struct buf word = BUF_INIT(CASE_TEXT_MAX);
	size_t i = 0;

	while (i < rest.len) {
		buf_clear(&word);
		while (i < rest.len && rest.ptr[i] != ' ' && rest.ptr[i] != '\t') {
			char quote = rest.ptr[i];
			const char *end;

			if (quote != '\'' && quote != '"') {
				buf_addc(&word, rest.ptr[i++]);
				continue;
			}
			end = memchr(rest.ptr + i + 1, quote, rest.len - i - 1);
			if (!end) {
				buf_done(&word);
				return error_input(err, "no closing %c in the arguments", quote);
			}
			buf_add(&word, rest.ptr + i + 1, (size_t)(end - rest.ptr) - i - 1);
			i = (size_t)(end - rest.ptr) + 1;
		}
		vec_push(&draft->args, arena_strndup(draft->arena, buf_str(&word), word.len));
		while (i < rest.len && (rest.ptr[i] == ' ' || rest.ptr[i] == '\t'))
			i++;
	}
	buf_done(&word);
	return 0;
}

static int on_steps(struct draft *draft, struct slice value, struct error *err)
{
	return error_input(err, "'steps' are not carried out by this version");
}

static const struct directive {
	const char *key;
	directive_fn set;
	bool repeats;
} directives[] = {
	{"clause", on_clause, true},       {"expect", draft_set_expect, false},
	{"stdout", on_stdout, true},       {"stdout-file", draft_set_golden_file, false},
	{"args", on_args, false},          {"env", draft_add_env, true},
	{"stdin", on_stdin, true},         {"file", on_file, true},
	{"config", on_config, true},       {"app", draft_set_app, false},
	{"requires", on_requires, true},   {"timeout", draft_set_timeout, false},
	{"group", draft_set_group, false}, {"isolation", draft_set_isolation, false},
	{"steps", on_steps, false},
};
enum {
	DIRECTIVE_COUNT = sizeof(directives) / sizeof(*directives),
	KEY_STDOUT = 2,
	KEY_STDOUT_FILE = 3,
};

static int unknown_key(struct slice key, struct error *err)
{
	const char *names[DIRECTIVE_COUNT + 1] = {0};
	char typed[32];
	const char *near;
	size_t len = key.len < sizeof(typed) ? key.len : sizeof(typed) - 1;

	for (size_t i = 0; i < DIRECTIVE_COUNT; i++)
		names[i] = directives[i].key;
	memcpy(typed, key.ptr, len);
	typed[len] = '\0';
	near = json_nearest(typed, names);
	if (near)
		return error_input(err, "unknown directive '%s', did you mean '%s'", typed, near);
	return error_input(err, "unknown directive '%s'", typed);
}

/* `line` is what follows "#@". */
static int read_directive(struct draft *draft, struct slice line, bool *seen, struct error *err)
{
	const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
	struct slice key, value;

	if (!colon)
		return error_input(err, "bad directive, expected '#@ key: value'");
	key = slice_trim(slice_make(line.ptr, (size_t)(colon - line.ptr)));
	value = slice_make(colon + 1, (size_t)(line.ptr + line.len - colon) - 1);
	if (value.len && value.ptr[0] == ' ')
		value = slice_make(value.ptr + 1, value.len - 1);
	for (size_t i = 0; i < DIRECTIVE_COUNT; i++) {
		if (!slice_is(key, directives[i].key))
			continue;
		if (seen[i] && !directives[i].repeats)
			return error_input(err, "directive '%s' is given twice", directives[i].key);
		seen[i] = true;
		if (seen[KEY_STDOUT] && seen[KEY_STDOUT_FILE])
			return error_input(err, "both 'stdout' and 'stdout-file' are given");
		return directives[i].set(draft, value, err);
	}
	return unknown_key(key, err);
}

int suite_parse_program(struct test_case *out, struct slice text, const char *path,
			const struct spec *spec, struct arena *arena, struct error *err)
{
	bool seen[DIRECTIVE_COUNT] = {0};
	struct draft draft;
	struct slice line;
	bool in_header = true;
	size_t number = 0;
	size_t last = 1;
	int r = 0;

	draft_init(&draft, out, path, spec, arena);
	while (r == 0 && slice_next_line(&text, &line)) {
		number++;
		if (line.len && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (slice_starts(line, "#@")) {
			last = number;
			if (in_header)
				r = read_directive(&draft, slice_make(line.ptr + 2, line.len - 2),
						   seen, err);
			else
				r = error_input(err, "directive below the program's first line, "
						     "move it to the top");
		} else if (in_header && line.len && line.ptr[0] != '#') {
			in_header = slice_trim(line).len == 0;
		}
	}
	if (r == 0)
		r = draft_finish(&draft, err);
	draft_done(&draft);
	return r < 0 ? error_wrap(err, r, "%s:%zu", path, last) : 0;
}
