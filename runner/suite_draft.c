/* SPDX-License-Identifier: Apache-2.0 */
/* suite_draft: see suite_draft.h. */
#include "runner/suite_draft.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "runner/text.h"

void draft_init(struct draft *draft, struct test_case *test, const char *path,
		const struct spec *spec, struct arena *arena)
{
	*draft = (struct draft){.arena = arena, .spec = spec, .path = path, .test = test};
	draft->golden.max = draft->stdin_text.max = draft->config.max = CASE_TEXT_MAX;
	test->path = path;
}

void draft_done(struct draft *draft)
{
	vec_done(&draft->clauses);
	vec_done(&draft->args);
	vec_done(&draft->env);
	vec_done(&draft->features);
	vec_done(&draft->files);
	buf_done(&draft->golden);
	buf_done(&draft->stdin_text);
	buf_done(&draft->config);
}

static const char *keep(struct draft *draft, struct slice text)
{
	return arena_strndup(draft->arena, text.ptr, text.len);
}

int draft_add_clause(struct draft *draft, struct slice id, struct error *err)
{
	const char *text = keep(draft, slice_trim(id));
	const char *near;

	if (*text == '\0')
		return error_input(err, "empty clause, expected 'document#heading'");
	vec_each (&draft->clauses, other)
		if (strcmp(*other, text) == 0)
			return error_input(err, "clause '%s' is cited twice", text);
	if (draft->spec && !spec_find(draft->spec, text)) {
		near = spec_suggest(draft->spec, text);
		if (near)
			return error_input(err, "unknown clause '%s', did you mean '%s'", text,
					   near);
		return error_input(err, "unknown clause '%s', see 'parity clauses'", text);
	}
	vec_push(&draft->clauses, text);
	return 0;
}

int draft_set_expect(struct draft *draft, struct slice text, struct error *err)
{
	struct slice rest = slice_trim(text);
	struct slice word;
	size_t cut = 0;

	while (cut < rest.len && rest.ptr[cut] != ' ' && rest.ptr[cut] != '\t')
		cut++;
	word = slice_make(rest.ptr, cut);
	rest = slice_trim(slice_make(rest.ptr + cut, rest.len - cut));
	if (slice_is(word, "ok"))
		draft->test->expect = EXPECT_OK;
	else if (slice_is(word, "error"))
		draft->test->expect = EXPECT_ERROR;
	else if (slice_is(word, "reject"))
		draft->test->expect = EXPECT_REJECT;
	else
		return error_input(err,
				   "bad expectation '%.*s', expected 'ok', 'error CLASS' or "
				   "'reject CODE'",
				   SLICE_ARG(word));
	if (memchr(rest.ptr, ' ', rest.len) || (rest.len && draft->test->expect == EXPECT_OK))
		return error_input(err, "unexpected '%.*s' behind the expectation",
				   SLICE_ARG(rest));
	draft->test->expect_class = rest.len ? keep(draft, rest) : NULL;
	return 0;
}

#define WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789"

static bool consists_of(struct slice text, const char *chars)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\0' || !strchr(chars, text.ptr[i]))
			return false;
	return true;
}

int draft_add_env(struct draft *draft, struct slice pair, struct error *err)
{
	struct slice text = slice_trim(pair);
	size_t name = 0;

	while (name < text.len && text.ptr[name] != '=')
		name++;
	if (name == 0 || name == text.len)
		return error_input(err, "bad variable '%.*s', expected 'NAME=value'",
				   SLICE_ARG(text));
	if (!consists_of(slice_make(text.ptr, name), WORD) ||
	    (text.ptr[0] >= '0' && text.ptr[0] <= '9'))
		return error_input(err, "bad variable name '%.*s'", (int)name, text.ptr);
	if (memchr(text.ptr, '\0', text.len))
		return error_input(err, "NUL in the value of '%.*s'", (int)name, text.ptr);
	vec_each (&draft->env, other)
		if (strncmp(*other, text.ptr, name + 1) == 0)
			return error_input(err, "variable '%.*s' is set twice", (int)name,
					   text.ptr);
	vec_push(&draft->env, keep(draft, text));
	return 0;
}

int draft_add_requires(struct draft *draft, struct slice feature, struct error *err)
{
	struct slice text = slice_trim(feature);

	if (text.len == 0)
		return error_input(err, "empty feature name");
	vec_push(&draft->features, keep(draft, text));
	return 0;
}

int draft_set_timeout(struct draft *draft, struct slice text, struct error *err)
{
	const char *value = keep(draft, slice_trim(text));

	if (!text_to_duration(&draft->test->timeout_ms, value))
		return error_input(err, "bad timeout '%s', expected a duration such as 500ms or 5s",
				   value);
	return 0;
}

int draft_set_group(struct draft *draft, struct slice name, struct error *err)
{
	struct slice text = slice_trim(name);

	if (text.len == 0)
		return error_input(err, "empty group name");
	if (!consists_of(text, WORD "-."))
		return error_input(err, "bad group name '%.*s', use letters, digits, - _ .",
				   SLICE_ARG(text));
	draft->test->group = keep(draft, text);
	return 0;
}

int draft_set_isolation(struct draft *draft, struct slice text, struct error *err)
{
	struct slice value = slice_trim(text);

	if (slice_is(value, "L0"))
		return 0;
	if (slice_is(value, "L1") || slice_is(value, "L2") || slice_is(value, "L3"))
		return error_input(err,
				   "isolation '%.*s' is not carried out by this version, "
				   "which runs every case at L0",
				   SLICE_ARG(value));
	return error_input(err, "bad isolation '%.*s', expected L0", SLICE_ARG(value));
}

int draft_set_app(struct draft *draft, struct slice name, struct error *err)
{
	struct slice text = slice_trim(name);

	if (text.len == 0)
		return error_input(err, "empty app name");
	draft->test->app = keep(draft, text);
	return 0;
}

int suite_file_beside(char **out, const char *path, const char *name, struct error *err)
{
	CLEANUP(free_p) char *dir = path_dir(path);
	CLEANUP(free_p) char *joined = NULL;
	CLEANUP(free_p) char *real_dir = NULL;
	CLEANUP(free_p) char *real = NULL;

	if (!path_is_inside(name))
		return error_input(err, "file '%s' leaves the case's folder", name);
	joined = path_join(dir, name);
	real = realpath(joined, NULL);
	if (!real || path_is_dir(real))
		return error_input(err, "no file '%s' beside the case", name);
	real_dir = realpath(dir, NULL);
	if (!real_dir || strncmp(real, real_dir, strlen(real_dir)) != 0 ||
	    real[strlen(real_dir)] != '/')
		return error_input(err, "file '%s' is a link that leaves the case's folder", name);
	*out = steal(&joined);
	return 0;
}

static int check_target(struct draft *draft, const char *target, struct error *err)
{
	if (!path_is_inside(target))
		return error_input(err, "file name '%s' leaves the work directory", target);
	vec_each (&draft->files, file)
		if (strcmp(file->path, target) == 0)
			return error_input(err, "file '%s' is brought twice", target);
	return 0;
}

int draft_add_file(struct draft *draft, struct slice source, struct slice target, struct error *err)
{
	const char *name = keep(draft, slice_trim(source));
	const char *as = keep(draft, slice_trim(target));
	CLEANUP(free_p) char *path = NULL;
	struct case_file file = {.path = as};
	int r;

	r = check_target(draft, as, err);
	if (r == 0)
		r = suite_file_beside(&path, draft->path, name, err);
	if (r < 0)
		return r;
	file.source = arena_strdup(draft->arena, path);
	vec_push(&draft->files, file);
	return 0;
}

int draft_add_text_file(struct draft *draft, struct slice target, struct slice text,
			struct error *err)
{
	struct case_file file = {.path = keep(draft, slice_trim(target))};
	int r = check_target(draft, file.path, err);

	if (r < 0)
		return r;
	file.text = arena_slice(draft->arena, text);
	vec_push(&draft->files, file);
	return 0;
}

int draft_set_golden_file(struct draft *draft, struct slice source, struct error *err)
{
	const char *name = keep(draft, slice_trim(source));
	CLEANUP(free_p) char *path = NULL;
	int r = suite_file_beside(&path, draft->path, name, err);

	if (r == 0)
		r = file_read(&draft->golden, path, CASE_TEXT_MAX, err);
	draft->test->has_golden = true;
	return r;
}

/* Most lists of most cases are empty, and there may be many cases. */
static void *move(struct arena *arena, const void *items, size_t size)
{
	return size ? arena_dup(arena, items, size) : NULL;
}

static const char **move_strings(struct arena *arena, const char **items, size_t len)
{
	return move(arena, items, len * sizeof(*items));
}

static struct slice move_text(struct arena *arena, const struct buf *text)
{
	return text->len ? arena_slice(arena, buf_slice(text)) : SLICE_EMPTY;
}

int draft_finish(struct draft *draft, struct error *err)
{
	struct test_case *test = draft->test;
	int r;

	if (draft->golden.full || draft->stdin_text.full || draft->config.full)
		return error_input(err, "text of more than %d bytes in a case", CASE_TEXT_MAX);
	if (test->has_golden && test->expect == EXPECT_REJECT)
		return error_input(err, "a case that expects a reject cannot state its stdout");
	if (draft->has_config) {
		r = draft_add_text_file(draft, slice_of("config.toml"), buf_slice(&draft->config),
					err);
		if (r < 0)
			return r;
	}
	test->clauses = move_strings(draft->arena, draft->clauses.items, draft->clauses.len);
	test->clause_len = (uint32_t)draft->clauses.len;
	test->args = move_strings(draft->arena, draft->args.items, draft->args.len);
	test->arg_len = (uint32_t)draft->args.len;
	test->env = move_strings(draft->arena, draft->env.items, draft->env.len);
	test->env_len = (uint32_t)draft->env.len;
	test->requires = move_strings(draft->arena, draft->features.items, draft->features.len);
	test->require_len = (uint32_t)draft->features.len;
	test->files = move(draft->arena, draft->files.items,
			   draft->files.len * sizeof(*draft->files.items));
	test->file_len = (uint32_t)draft->files.len;
	test->golden = move_text(draft->arena, &draft->golden);
	test->stdin_text = move_text(draft->arena, &draft->stdin_text);
	return 0;
}
