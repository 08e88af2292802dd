/* SPDX-License-Identifier: Apache-2.0 */
/* expand: the ${name} templates of profiles. The list of names here is the whole language. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "oracles/profile_internal.h"

static const char ENV_PREFIX[] = "env:";
enum { ENV_PREFIX_LEN = sizeof(ENV_PREFIX) - 1 };

static const char *const NAMES[] = {
	"file", "name", "dir",  "app",     "args", "artifact", "toolchain",
	"root", "self", "work", "backend", "home", "tmp",
};

static bool is_known(struct slice name)
{
	if (slice_starts(name, ENV_PREFIX))
		return name.len > ENV_PREFIX_LEN;
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		if (slice_is(name, NAMES[i]))
			return true;
	return false;
}

/* The next ${name} or $$ in `text`: where it starts, where it ends, and its name ("$" for $$). */
static bool next_name(const char *text, const char **start, const char **end, struct slice *name)
{
	for (const char *at = text; (at = strchr(at, '$')); at++) {
		*start = at;
		if (at[1] == '$') {
			*name = slice_make(at, 1);
			*end = at + 2;
			return true;
		}
		const char *close = at[1] == '{' ? strchr(at, '}') : NULL;
		if (close) {
			*name = slice_make(at + 2, (size_t)(close - at) - 2);
			*end = close + 1;
			return true;
		}
	}
	return false;
}

char *template_unknown_name(const char *text)
{
	const char *start, *end;
	struct slice name;
	while (next_name(text, &start, &end, &name)) {
		if (!slice_is(name, "$") && !is_known(name))
			return mem_strndup(name.ptr, name.len);
		text = end;
	}
	return NULL;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void add_in_work(struct buf *out, const struct expansion *with, const char *relative)
{
	buf_adds(out, or_empty(with->work_dir));
	if (relative) {
		buf_addc(out, '/');
		buf_adds(out, relative);
	}
}

static void add_env(struct buf *out, struct slice name)
{
	char *key = mem_strndup(name.ptr, name.len);
	buf_adds(out, or_empty(getenv(key)));
	free(key);
}

static void add_args(struct buf *out, const struct test_case *test)
{
	for (size_t i = 0; test && i < test->arg_len; i++) {
		if (i > 0)
			buf_addc(out, ' ');
		buf_adds(out, test->args[i]);
	}
}

static void add_value(struct buf *out, struct slice name, const struct expansion *with)
{
	const struct test_case *test = with->test;
	const struct profile *profile = with->profile;
	if (slice_is(name, "$"))
		buf_addc(out, '$');
	else if (slice_starts(name, ENV_PREFIX))
		add_env(out, slice_make(name.ptr + ENV_PREFIX_LEN, name.len - ENV_PREFIX_LEN));
	else if (slice_is(name, "file") && test)
		add_in_work(out, with, test->file);
	else if (slice_is(name, "name") && test)
		buf_adds(out, test->file);
	else if (slice_is(name, "dir") || slice_is(name, "work"))
		add_in_work(out, with, NULL);
	else if (slice_is(name, "home"))
		add_in_work(out, with, PLAN_HOME);
	else if (slice_is(name, "tmp"))
		add_in_work(out, with, PLAN_TMP);
	else if (slice_is(name, "app") && test)
		buf_adds(out, or_empty(test->app));
	else if (slice_is(name, "args"))
		add_args(out, test);
	else if (slice_is(name, "artifact") && with->backend && with->backend->artifact)
		add_in_work(out, with, with->backend->artifact);
	else if (slice_is(name, "backend"))
		buf_adds(out, with->backend ? with->backend->name : "frontend");
	else if (slice_is(name, "toolchain"))
		buf_adds(out, or_empty(profile->toolchain));
	else if (slice_is(name, "root"))
		buf_adds(out, or_empty(profile->toolchain_root));
	else if (slice_is(name, "self"))
		buf_adds(out, or_empty(profile->self_dir));
}

char *template_expand(const char *text, const struct expansion *with, struct arena *arena)
{
	const char *start, *end;
	struct slice name;
	struct buf out = BUF_INIT(0);
	while (next_name(text, &start, &end, &name)) {
		buf_add(&out, text, (size_t)(start - text));
		add_value(&out, name, with);
		text = end;
	}
	buf_adds(&out, text);
	char *result = arena_strndup(arena, buf_str(&out), out.len);
	buf_done(&out);
	return result;
}

const char *profile_path(const struct profile *profile, const char *text, struct arena *arena)
{
	const struct expansion with = {.profile = profile};

	return template_expand(text, &with, arena);
}
