/* SPDX-License-Identifier: Apache-2.0 */
/* plan: argv, environment and files are exactly what profile and case say, nothing comes along. */
#include "oracles/plan.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "oracles/profile_internal.h"
#include "tests/unit/oracles/fixture.h"

static const struct plan_limits LIMITS = {.wall_ms = 1000, .memory_bytes = 77, .keep_head = 9};

/* A string list joined by '|'. */
static const char *joined(struct fixture *f, char **list)
{
	const char *text = "";
	for (char **it = list; *it; it++)
		text = arena_printf(&f->arena, "%s%s%s", text, it == list ? "" : "|", *it);
	return text;
}

static const char *value(char **env, const char *name)
{
	size_t len = strlen(name);
	const char *found = NULL;
	for (char **it = env; *it; it++) {
		if (strncmp(*it, name, len) != 0 || (*it)[len] != '=')
			continue;
		cr_expect_null(found, "'%s' stands twice", name);
		found = *it + len + 1;
	}
	return found;
}

static struct test_case make_case(struct fixture *f)
{
	fixture_file(f, "p.toy", "program", false);
	return (struct test_case){
		.name = "area/p",
		.path = "corpus/area/p.toy",
		.source = arena_printf(&f->arena, "%s/p.toy", f->dir),
		.file = "p.toy",
	};
}

static struct plan *plan_of(struct fixture *f, enum phase phase, const char *backend,
			    const struct test_case *test)
{
	struct error err = ERROR_INIT;
	struct plan *plan = NULL;
	const struct profile_backend *b = profile_backend(f->profile, backend);
	int r = phase == PHASE_CHECK
			? plan_check(&plan, f->profile, test, "/w", &LIMITS, &f->arena, &err)
		: phase == PHASE_BUILD
			? plan_build(&plan, f->profile, b, test, "/w", &LIMITS, &f->arena, &err)
			: plan_run(&plan, f->profile, b, test, "/w", &LIMITS, &f->arena, &err);
	cr_assert_eq(r, 0, "%s", err.message);
	return plan;
}

Test(plan, words_stand_only_when_the_case_needs_them)
{
	const char *args[] = {"one", "${file} two", ""};
	struct fixture f;
	fixture_open(&f);
	const char *bin = f.profile->toolchain;
	struct test_case test = make_case(&f);
	struct plan *plan = plan_of(&f, PHASE_RUN, "slow", &test);
	cr_expect_str_eq(joined(&f, plan->argv),
			 arena_printf(&f.arena, "%s/toyi|/w/p.toy|end", bin));
	cr_expect_str_eq(plan->backend, "slow");
	cr_expect_str_eq(plan->work_dir, "/w");
	test.app = "Main";
	test.args = args;
	test.arg_len = 3;
	plan = plan_of(&f, PHASE_RUN, "slow", &test);
	cr_expect_str_eq(
		joined(&f, plan->argv),
		arena_printf(&f.arena, "%s/toyi|--app|Main|/w/p.toy|--|one|${file} two||end", bin),
		"%s", joined(&f, plan->argv));
	plan = plan_of(&f, PHASE_RUN, "fast", &test);
	cr_expect_str_eq(joined(&f, plan->argv), "/w/out/prog|one|${file} two|");
	plan = plan_of(&f, PHASE_BUILD, "fast", &test);
	cr_expect_str_eq(joined(&f, plan->argv), arena_printf(&f.arena, "%s/toyc|build|/w", bin));
	plan = plan_of(&f, PHASE_CHECK, "", &test);
	cr_expect_str_eq(joined(&f, plan->argv),
			 arena_printf(&f.arena, "%s/toyc|check|/w/p.toy", bin));
	cr_expect_str_eq(plan->backend, "frontend");
	cr_expect_null(plan_of(&f, PHASE_BUILD, "slow", &test), "it has nothing to build");
	fixture_done(&f);
}

Test(plan, the_environment_is_the_allow_list_and_the_last_word_wins)
{
	const char *case_env[] = {"A=case", "NEW=1"};
	struct fixture f;
	(void)setenv("TOY_PASSED", "through", 1);
	(void)setenv("TOY_SECRET", "not this", 1);
	(void)unsetenv("TOY_UNSET");
	fixture_open(&f);
	struct test_case test = make_case(&f);
	char **env = plan_of(&f, PHASE_RUN, "fast", &test)->env;
	cr_expect_str_eq(joined(&f, env),
			 "LC_ALL=C|TZ=Mars|PATH=/usr/bin:/bin|HOME=/w/.home|TMPDIR=/w/.tmp|"
			 "A=${x} fast|B=fast|TOY_PASSED=through",
			 "%s", joined(&f, env));
	test.env = case_env;
	test.env_len = 2;
	env = plan_of(&f, PHASE_RUN, "slow", &test)->env;
	cr_expect_str_eq(value(env, "A"), "case");
	cr_expect_str_eq(value(env, "NEW"), "1");
	cr_expect_null(value(env, "B"), "another backend's");
	cr_expect_null(value(env, "ONLY"));
	cr_expect_str_eq(value(plan_of(&f, PHASE_CHECK, "", &test)->env, "ONLY"), "check");
	cr_expect_str_eq(value(plan_of(&f, PHASE_BUILD, "fast", &test)->env, "ONLY"), "build");
	fixture_done(&f);
}

Test(plan, the_first_phase_brings_the_files)
{
	struct case_file extra[] = {
		{.path = "data/in.txt", .text = SLICE_EMPTY},
		{.path = "toy.toml", .text = SLICE_EMPTY},
	};
	struct fixture f;
	fixture_open(&f);
	fixture_file(&f, "in.txt", "input", false);
	struct test_case test = make_case(&f);
	extra[0].source = arena_printf(&f.arena, "%s/in.txt", f.dir);
	extra[1].text = slice_of("mine");
	test.app = "Main";
	struct plan *plan = plan_of(&f, PHASE_BUILD, "fast", &test);
	cr_assert_eq(plan->file_len, 2);
	cr_expect_str_eq(plan->files[0].path, "toy.toml");
	cr_expect(slice_is(plan->files[0].bytes, "entry p.toy\napp Main\n"));
	cr_expect_str_eq(plan->files[1].path, "p.toy");
	cr_expect(slice_is(plan->files[1].bytes, "program"));
	cr_expect_eq(plan_of(&f, PHASE_RUN, "fast", &test)->file_len, 0, "the build brought them");
	test.files = extra;
	test.file_len = 2;
	plan = plan_of(&f, PHASE_RUN, "slow", &test);
	cr_assert_eq(plan->file_len, 3, "the case's own manifest takes the profile's place");
	cr_expect_str_eq(plan->files[1].path, "data/in.txt");
	cr_expect(slice_is(plan->files[1].bytes, "input"));
	cr_expect(slice_is(plan->files[2].bytes, "mine"));
	cr_expect(plan->scan_files);
	fixture_done(&f);
}

Test(plan, an_unreadable_case_file_is_an_input_error)
{
	struct error err = ERROR_INIT;
	struct fixture f;
	fixture_open(&f);
	struct test_case test = make_case(&f);
	test.source = "/no/such/file";
	struct plan *plan = NULL;
	cr_expect_lt(plan_check(&plan, f.profile, &test, "/w", &LIMITS, &f.arena, &err), 0);
	cr_expect_eq(err.blame, ERROR_INPUT);
	cr_expect_eq(strncmp(err.message, test.path, strlen(test.path)), 0, "%s", err.message);
	cr_expect_not_null(strstr(err.message, "/no/such/file"), "%s", err.message);
	fixture_done(&f);
}

Test(plan, limits_are_the_phase_s_own)
{
	struct fixture f;
	fixture_open(&f);
	struct test_case test = make_case(&f);
	struct plan *build = plan_of(&f, PHASE_BUILD, "fast", &test);
	cr_expect_eq(build->limits.wall_ms, 7000);
	cr_expect_eq(build->limits.memory_bytes, 0, "a compiler is not the program under test");
	test.timeout_ms = 55;
	struct plan *run = plan_of(&f, PHASE_RUN, "fast", &test);
	cr_expect_eq(run->limits.wall_ms, 55);
	cr_expect_eq(run->limits.memory_bytes, 77);
	cr_expect_not(run->has_stdin);
	test.has_stdin = true;
	test.stdin_text = slice_of("typed");
	run = plan_of(&f, PHASE_RUN, "fast", &test);
	cr_expect(run->has_stdin && slice_is(run->stdin_bytes, "typed"));
	fixture_done(&f);
}

Test(plan, the_version_command_is_optional)
{
	struct error err = ERROR_INIT;
	struct plan *plan = NULL;
	struct fixture f;
	fixture_open(&f);
	cr_assert_eq(plan_version(&plan, f.profile, "/w", &LIMITS, &f.arena, &err), 0);
	cr_assert_not_null(plan);
	cr_expect_str_eq(plan->argv[1], "--version");
	cr_expect_eq(plan->file_len, 0);
	const char *text =
		fixture_text(&f, "\"version\": [\"${toolchain}/toyc\", \"--version\"],", "");
	cr_assert_eq(fixture_load(&f, text, &err), 0, "%s", err.message);
	cr_assert_eq(plan_version(&plan, f.profile, "/w", &LIMITS, &f.arena, &err), 0);
	cr_expect_null(plan);
	fixture_done(&f);
}

Test(expand, replaces_known_names_and_nothing_else)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"", ""},
		{"plain", "plain"},
		{"${work}/x", "/w/x"},
		{"${dir}${home}${tmp}", "/w/w/.home/w/.tmp"},
		{"a${file}b${name}c", "a/w/p.toybp.toyc"},
		{"$$", "$"},
		{"$${file}", "${file}"},
		{"$", "$"},
		{"$x ${", "$x ${"},
		{"[${app}][${artifact}]", "[][]"},
		{"${env:TOY_X}|${env:TOY_NOT_SET}", "x value|"},
		{"${backend}", "frontend"},
	};
	struct fixture f;
	(void)setenv("TOY_X", "x value", 1);
	fixture_open(&f);
	struct test_case test = make_case(&f);
	const struct expansion with = {.profile = f.profile, .test = &test, .work_dir = "/w"};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect_null(template_unknown_name(cases[i].text));
		cr_expect_str_eq(template_expand(cases[i].text, &with, &f.arena), cases[i].want);
	}
	char *unknown = template_unknown_name("$$ ${file} ${nope}");
	cr_expect_str_eq(unknown, "nope");
	free(unknown);
	fixture_done(&f);
}
