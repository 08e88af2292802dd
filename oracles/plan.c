/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: a case and a profile become processes to run, completely described: argv, environment,
 * files. Reads the case's files and our environment; starts nothing and writes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "base/vec.h"
#include "oracles/profile_internal.h"

enum { CASE_FILE_MAX = 64 << 20 };

const char *phase_name(enum phase phase)
{
	switch (phase) {
	case PHASE_CHECK:
		return "check";
	case PHASE_BUILD:
		return "build";
	case PHASE_RUN:
		return "run";
	}
	return "?";
}

const char *const plan_standard[PLAN_STANDARD_LEN] = {PLAN_HOME, PLAN_TMP};

size_t plan_standard_at(const char *name)
{
	size_t at = 0;
	while (at < PLAN_STANDARD_LEN && strcmp(name, plan_standard[at]) != 0)
		at++;
	return at;
}

/* --- argv ------------------------------------------------------------------------------------- */

static bool need_is_met(const char *need, const struct test_case *test)
{
	if (!need)
		return true;
	if (strcmp(need, "app") == 0)
		return test && test->app;
	return test && test->arg_len > 0;
}

static char **make_argv(const struct command *command, const struct expansion *with,
			struct arena *arena)
{
	const struct test_case *test = with->test;
	size_t len = 0;
	char **argv = ARENA_ARRAY(arena, char *,
				  command->len + (test ? test->arg_len : 0) * command->len + 1);
	for (size_t i = 0; i < command->len; i++) {
		if (!need_is_met(command->needs[i], test))
			continue;
		if (strcmp(command->words[i], "${args}") != 0) {
			argv[len++] = template_expand(command->words[i], with, arena);
			continue;
		}
		for (size_t k = 0; test && k < test->arg_len; k++)
			argv[len++] = arena_strdup(arena, test->args[k]);
	}
	argv[len] = NULL;
	return argv;
}

/* --- environment ------------------------------------------------------------------------------ */

struct env {
	struct arena *arena;
	VEC(char *) items;
};

/* `assignment` is "NAME=value"; a later one of the same name takes the earlier one's place. */
static void env_put(struct env *env, char *assignment)
{
	size_t name_len = strcspn(assignment, "=");
	vec_each (&env->items, it) {
		if (strncmp(*it, assignment, name_len) == 0 && (*it)[name_len] == '=') {
			*it = assignment;
			return;
		}
	}
	vec_push(&env->items, assignment);
}

static void env_put_all(struct env *env, const char **templates, size_t len,
			const struct expansion *with)
{
	for (size_t i = 0; i < len; i++)
		env_put(env, template_expand(templates[i], with, env->arena));
}

static char **make_env(enum phase phase, const struct expansion *with, struct arena *arena)
{
	static const char *BASE[] = {
		"LC_ALL=C", "TZ=UTC", "PATH=/usr/bin:/bin", "HOME=${home}", "TMPDIR=${tmp}",
	};
	const struct profile *profile = with->profile;
	struct env env = {.arena = arena};
	env_put_all(&env, BASE, sizeof(BASE) / sizeof(BASE[0]), with);
	env_put_all(&env, profile->env, profile->env_len, with);
	if (phase == PHASE_CHECK)
		env_put_all(&env, profile->check_env, profile->check_env_len, with);
	if (with->backend)
		env_put_all(&env, with->backend->env, with->backend->env_len, with);
	if (with->backend && phase == PHASE_BUILD)
		env_put_all(&env, with->backend->build_env, with->backend->build_env_len, with);
	for (size_t i = 0; i < profile->env_pass_len; i++) {
		const char *value = getenv(profile->env_pass[i]);
		if (value)
			env_put(&env, arena_printf(arena, "%s=%s", profile->env_pass[i], value));
	}
	for (size_t i = 0; with->test && i < with->test->env_len; i++)
		env_put(&env, arena_strdup(arena, with->test->env[i]));
	char **out = ARENA_ARRAY(arena, char *, env.items.len + 1);
	if (env.items.len > 0)
		memcpy(out, env.items.items, env.items.len * sizeof(*out));
	vec_done(&env.items);
	return out;
}

/* --- files ------------------------------------------------------------------------------------ */

static int read_case_file(struct slice *out, const char *path, const struct test_case *test,
			  struct arena *arena, struct error *err)
{
	struct buf text = BUF_INIT(CASE_FILE_MAX);
	int r = file_read(&text, path, CASE_FILE_MAX, err);
	if (r == 0)
		*out = arena_slice(arena, buf_slice(&text));
	buf_done(&text);
	if (r == 0)
		return 0;
	if (err)
		err->blame = ERROR_INPUT; /* the case names a file that is not there for us */
	return error_wrap(err, r, "%s", test->path);
}

static struct slice profile_file_text(const struct profile_file *file, const struct expansion *with,
				      struct arena *arena)
{
	struct buf text = BUF_INIT(0);
	for (size_t i = 0; i < file->lines.len; i++) {
		if (!need_is_met(file->lines.needs[i], with->test))
			continue;
		buf_adds(&text, template_expand(file->lines.words[i], with, arena));
		buf_addc(&text, '\n');
	}
	struct slice out = arena_slice(arena, buf_slice(&text));
	buf_done(&text);
	return out;
}

static bool case_brings(const struct test_case *test, const char *path)
{
	for (size_t i = 0; i < test->file_len; i++)
		if (strcmp(test->files[i].path, path) == 0)
			return true;
	return strcmp(test->file, path) == 0;
}

static int make_files(struct plan *plan, const struct expansion *with, struct arena *arena,
		      struct error *err)
{
	const struct test_case *test = with->test;
	const struct profile *profile = with->profile;
	struct plan_file *files =
		ARENA_ARRAY(arena, struct plan_file, 1 + test->file_len + profile->file_len);
	size_t len = 0;
	for (size_t i = 0; i < profile->file_len; i++) {
		const struct profile_file *file = &profile->files[i];
		if (case_brings(test, file->path))
			continue;
		files[len].path = file->path;
		files[len++].bytes = profile_file_text(file, with, arena);
	}
	files[len].path = test->file;
	int r = read_case_file(&files[len++].bytes, test->source, test, arena, err);
	for (size_t i = 0; r == 0 && i < test->file_len; i++) {
		const struct case_file *file = &test->files[i];
		files[len].path = file->path;
		if (file->source)
			r = read_case_file(&files[len].bytes, file->source, test, arena, err);
		else
			files[len].bytes = file->text;
		len++;
	}
	plan->files = files;
	plan->file_len = len;
	return r;
}

/* --- plans ------------------------------------------------------------------------------------ */

static struct plan *plan_make(enum phase phase, const struct command *command,
			      const struct expansion *with, const struct plan_limits *limits,
			      struct arena *arena)
{
	struct plan *plan = ARENA_NEW(arena, struct plan);
	plan->phase = phase;
	plan->backend = with->backend ? with->backend->name : "frontend";
	plan->work_dir = arena_strdup(arena, with->work_dir);
	plan->cwd = ".";
	plan->argv = make_argv(command, with, arena);
	plan->env = make_env(phase, with, arena);
	plan->stdin_bytes = SLICE_EMPTY;
	plan->limits = *limits;
	if (phase != PHASE_RUN)
		plan->limits.memory_bytes = 0;
	return plan;
}

int plan_check(struct plan **out, const struct profile *profile, const struct test_case *test,
	       const char *work_dir, const struct plan_limits *limits, struct arena *arena,
	       struct error *err)
{
	const struct expansion with = {.profile = profile, .test = test, .work_dir = work_dir};
	if (profile->check.len == 0) {
		*out = NULL;
		return 0;
	}
	struct plan *plan = plan_make(PHASE_CHECK, &profile->check, &with, limits, arena);
	int r = make_files(plan, &with, arena, err);
	if (r == 0)
		*out = plan;
	return r;
}

int plan_build(struct plan **out, const struct profile *profile,
	       const struct profile_backend *backend, const struct test_case *test,
	       const char *work_dir, const struct plan_limits *limits, struct arena *arena,
	       struct error *err)
{
	const struct expansion with = {profile, backend, test, work_dir};
	if (backend->build.len == 0) {
		*out = NULL;
		return 0;
	}
	struct plan *plan = plan_make(PHASE_BUILD, &backend->build, &with, limits, arena);
	if (backend->build_timeout_ms > 0)
		plan->limits.wall_ms = backend->build_timeout_ms;
	int r = make_files(plan, &with, arena, err);
	if (r == 0)
		*out = plan;
	return r;
}

int plan_run(struct plan **out, const struct profile *profile,
	     const struct profile_backend *backend, const struct test_case *test,
	     const char *work_dir, const struct plan_limits *limits, struct arena *arena,
	     struct error *err)
{
	const struct expansion with = {profile, backend, test, work_dir};
	struct plan *plan = plan_make(PHASE_RUN, &backend->run, &with, limits, arena);
	if (test->timeout_ms > 0)
		plan->limits.wall_ms = test->timeout_ms;
	plan->has_stdin = test->has_stdin;
	if (test->has_stdin)
		plan->stdin_bytes = test->stdin_text;
	plan->scan_files = true;
	int r = backend->build.len > 0 ? 0 : make_files(plan, &with, arena, err);
	if (r == 0)
		*out = plan;
	return r;
}

int plan_version(struct plan **out, const struct profile *profile, const char *work_dir,
		 const struct plan_limits *limits, struct arena *arena, struct error *err)
{
	const struct expansion with = {.profile = profile, .work_dir = work_dir};
	*out = profile->version.len == 0
		       ? NULL
		       : plan_make(PHASE_CHECK, &profile->version, &with, limits, arena);
	return 0;
}
