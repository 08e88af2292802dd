/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suite_manifest: case.json, the spelling of a case that is a folder. Keys are those of the
 * directive lines, with JSON's types where a directive has lines.
 */
#include "runner/suite.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "runner/suite_draft.h"

typedef int (*draft_fn)(struct draft *draft, struct slice value, struct error *err);

struct manifest {
	struct json_doc *doc;
	struct draft *draft;
};

/* Put the node's place before a message that has none. */
static int at_node(struct manifest *m, const json_node *node, int r, struct error *err)
{
	return r < 0 ? error_wrap(err, r, "%s:%zu", m->doc->name, json_line(m->doc, node)) : 0;
}

static int set_text(struct manifest *m, const json_node *root, const char *key, draft_fn set,
		    struct error *err)
{
	const char *text = NULL;
	int r = json_opt_string(&text, m->doc, root, key, err);

	if (r < 0 || !text)
		return r;
	return at_node(m, json_get(root, key), set(m->draft, slice_of(text), err), err);
}

/* A string, or an array of strings. */
static int add_texts(struct manifest *m, const json_node *root, const char *key, draft_fn add,
		     struct error *err)
{
	const json_node *node = json_get(root, key);
	const char *text = json_string(node);

	if (!node)
		return 0;
	if (text)
		return at_node(m, node, add(m->draft, slice_of(text), err), err);
	if (!json_is_array(node))
		return json_error(m->doc, node, err, "'%s' must be a string or an array of strings",
				  key);
	json_each (node, item) {
		int r;

		text = json_string(item);
		if (!text)
			return json_error(m->doc, item, err,
					  "'%s' holds something else than "
					  "strings",
					  key);
		r = at_node(m, item, add(m->draft, slice_of(text), err), err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_arg(struct draft *draft, struct slice value, struct error *err)
{
	vec_push(&draft->args, arena_strndup(draft->arena, value.ptr, value.len));
	return 0;
}

static int set_golden(struct draft *draft, struct slice value, struct error *err)
{
	draft->test->has_golden = true;
	buf_add_slice(&draft->golden, value);
	return 0;
}

static int set_stdin(struct draft *draft, struct slice value, struct error *err)
{
	draft->test->has_stdin = true;
	buf_add_slice(&draft->stdin_text, value);
	return 0;
}

static int set_config(struct draft *draft, struct slice value, struct error *err)
{
	draft->has_config = true;
	buf_add_slice(&draft->config, value);
	return 0;
}

static int add_environment(struct manifest *m, const json_node *root, struct error *err)
{
	const json_node *env = NULL;
	int r = json_opt_object(&env, m->doc, root, "env", err);

	if (r < 0 || !env)
		return r;
	json_each (env, item) {
		const char *value = json_string(item);
		const char *pair;

		if (!value)
			return json_error(m->doc, item, err, "variable '%s' must be a string",
					  json_key(item));
		pair = arena_printf(m->draft->arena, "%s=%s", json_key(item), value);
		r = at_node(m, item, draft_add_env(m->draft, slice_of(pair), err), err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* "a.txt", {"path": "a.txt", "source": "b.txt"} or {"path": "a.txt", "text": "..."}. */
static int add_file(struct manifest *m, const json_node *item, struct error *err)
{
	static const char *const keys[] = {"path", "source", "text", NULL};
	const char *path = json_string(item);
	const char *source = NULL;
	const char *text = NULL;
	int r;

	if (path)
		return at_node(m, item,
			       draft_add_file(m->draft, slice_of(path), slice_of(path), err), err);
	if (!json_is_object(item))
		return json_error(m->doc, item, err, "a file must be a string or an object");
	r = json_known_keys(m->doc, item, keys, err);
	if (r == 0)
		r = json_member_string(&path, m->doc, item, "path", err);
	if (r == 0)
		r = json_opt_string(&source, m->doc, item, "source", err);
	if (r == 0)
		r = json_opt_string(&text, m->doc, item, "text", err);
	if (r < 0)
		return r;
	if (source && text)
		return json_error(m->doc, item, err, "both 'source' and 'text' are given");
	if (text)
		r = draft_add_text_file(m->draft, slice_of(path), slice_of(text), err);
	else
		r = draft_add_file(m->draft, slice_of(source ? source : path), slice_of(path), err);
	return at_node(m, item, r, err);
}

static int read_members(struct manifest *m, const json_node *root, struct error *err)
{
	const json_node *files = NULL;
	int r = add_texts(m, root, "clause", draft_add_clause, err);

	if (r == 0)
		r = set_text(m, root, "expect", draft_set_expect, err);
	if (r == 0)
		r = set_text(m, root, "stdout", set_golden, err);
	if (r == 0)
		r = set_text(m, root, "stdout-file", draft_set_golden_file, err);
	if (r == 0)
		r = add_texts(m, root, "args", add_arg, err);
	if (r == 0)
		r = add_environment(m, root, err);
	if (r == 0)
		r = set_text(m, root, "stdin", set_stdin, err);
	if (r == 0)
		r = set_text(m, root, "config", set_config, err);
	if (r == 0)
		r = set_text(m, root, "app", draft_set_app, err);
	if (r == 0)
		r = add_texts(m, root, "requires", draft_add_requires, err);
	if (r == 0)
		r = set_text(m, root, "timeout", draft_set_timeout, err);
	if (r == 0)
		r = set_text(m, root, "group", draft_set_group, err);
	if (r == 0)
		r = set_text(m, root, "isolation", draft_set_isolation, err);
	if (r == 0)
		r = json_opt_array(&files, m->doc, root, "files", err);
	if (r < 0 || !files)
		return r;
	json_each (files, item) {
		r = add_file(m, item, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_root(struct manifest *m, const json_node *root, struct error *err)
{
	static const char *const keys[] = {
		"about", "program",  "clause",  "expect", "stdout",    "stdout-file",
		"args",  "env",      "stdin",   "files",  "config",    "app",
		"steps", "requires", "timeout", "group",  "isolation", NULL};
	const char *about = NULL;
	int r;

	if (!json_is_object(root))
		return json_error(m->doc, root, err, "a case must be an object");
	r = json_known_keys(m->doc, root, keys, err);
	if (r == 0)
		r = json_opt_string(&about, m->doc, root, "about", err);
	if (r == 0 && json_get(root, "steps"))
		r = json_error(m->doc, json_get(root, "steps"), err,
			       "'steps' are not carried out by this version");
	if (r == 0 && json_get(root, "stdout") && json_get(root, "stdout-file"))
		r = json_error(m->doc, json_get(root, "stdout-file"), err,
			       "both 'stdout' and 'stdout-file' are given");
	return r;
}

static int read_program(struct manifest *m, const json_node *root, const char *language,
			struct error *err)
{
	struct test_case *test = m->draft->test;
	const char *program = arena_printf(m->draft->arena, "main.%s", language);
	CLEANUP(free_p) char *path = NULL;
	int r = json_opt_string(&program, m->doc, root, "program", err);

	if (r < 0)
		return r;
	r = suite_file_beside(&path, m->draft->path, program, err);
	if (r < 0)
		return at_node(m, json_get(root, "program") ? json_get(root, "program") : root, r,
			       err);
	test->source = arena_strdup(m->draft->arena, path);
	test->file = arena_strdup(m->draft->arena, program);
	return 0;
}

int suite_parse_manifest(struct test_case *out, struct slice text, const char *path,
			 const char *language, const struct spec *spec, struct arena *arena,
			 struct error *err)
{
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	struct draft draft;
	struct manifest m = {.draft = &draft};
	int r = json_parse(&doc, text, path, 0, err);

	if (r < 0)
		return r;
	m.doc = doc;
	draft_init(&draft, out, path, spec, arena);
	r = check_root(&m, doc->root, err);
	if (r == 0)
		r = read_members(&m, doc->root, err);
	if (r == 0)
		r = read_program(&m, doc->root, language, err);
	if (r == 0)
		r = at_node(&m, doc->root, draft_finish(&draft, err), err);
	draft_done(&draft);
	return r;
}
