/* SPDX-License-Identifier: Apache-2.0 */
/* profile: what a file says is what the program works with, and a broken file is told where. */
#include "oracles/profile.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "tests/unit/oracles/fixture.h"

Test(profile, loads_every_member)
{
	struct fixture f;
	fixture_open(&f);
	const struct profile *p = f.profile;
	cr_expect_str_eq(p->name, "toy");
	cr_expect_str_eq(p->rules, "toy-rules");
	cr_expect_str_eq(p->language, "toy");
	cr_expect_str_eq(p->toolchain_env, "TOY_HOME");
	cr_expect_str_eq(p->diagnostics, "json-lines");
	cr_expect_not(p->codes_optional);
	cr_assert_eq(p->backend_len, 2);
	cr_expect_str_eq(p->backends[0].name, "slow", "the canonical one comes first");
	cr_expect_eq(profile_canonical(p), &p->backends[0]);
	const struct profile_backend *fast = profile_backend(p, "fast");
	cr_assert_not_null(fast);
	cr_expect_eq(fast->role, ROLE_AOT);
	cr_expect(fast->checks);
	cr_expect_eq(fast->build_timeout_ms, 7000);
	cr_expect_str_eq(fast->artifact, "out/prog");
	cr_expect_null(profile_backend(p, "none"));
	cr_expect(profile_has_feature(p, "http"));
	cr_expect_not(profile_has_feature(p, "db"));
	cr_expect_str_eq(p->toolchain_root, f.dir);
	cr_expect_str_eq(p->toolchain, arena_printf(&f.arena, "%s/bin", f.dir));
	fixture_done(&f);
}

Test(profile, a_broken_file_is_an_input_error_with_its_line)
{
	static const struct {
		const char *from, *to, *line, *said;
	} cases[] = {
		{"parity.profile/1", "parity.profile/9",
		 ":2: ", "unknown schema 'parity.profile/9'"},
		{"\"features\"", "\"featuers\"", ":25: ", "unknown key 'featuers'"},
		{"\"name\": \"toy\",", "", ":1: ", "name"},
		{"\"name\": \"toy\"", "\"name\": 3", ":3: ", "name"},
		{"${root}", "${rot}", ":26: ", "unknown name '${rot}'"},
		{"check\", \"${file}", "check\", \"${fil}", ":7: ", "unknown name '${fil}'"},
		{"entry ${name}", "entry ${env:}", ":23: ", "unknown name '${env:}'"},
		{"\"canonical\"", "\"jit\"", ":10: ", "no canonical backend"},
		{"\"aot\"", "\"canonical\"", ":16: ", "second canonical backend"},
		{"\"aot\"", "\"chief\"", ":11: ", "unknown role 'chief'"},
		{"\"slow\"", "\"fast\"", "", "second backend named 'fast'"},
		{"\"1\": \"rejected\"", "\"300\": \"rejected\"", ":8: ", "'300' is not in 0..255"},
		{"\"1\": \"rejected\"", "\"x\": \"rejected\"", ":8: ", "'x' is not in 0..255"},
		{"\"if\": \"app\"", "\"if\": \"moon\"", ":17: ", "unknown condition 'moon'"},
		{"out/prog", "../prog", ":15: ", "is not inside the work directory"},
		{"toy.toml", "/toy.toml", ":23: ", "is not inside the work directory"},
		{"json-lines", "xml", ":9: ", "unknown diagnostics form 'xml'"},
		{"\"timeout\": 7", "\"timeout\": 0", ":12: ", "timeout"},
		{"\"timeout\": 7", "\"timeout\": \"7\"", ":12: ", "timeout"},
		{"\"ONLY\": \"check\"", "\"=\": \"check\"", ":9: ", "bad variable name '='"},
		{"[\"${artifact}\", {", "[{", "", "must begin with a program"},
		{"\"features\": [\"http\"]", "\"features\": [1]", ":25: ", "must hold strings"},
		{"\"features\": [\"http\"]", "\"features\": {}", ":25: ", "features"},
		{"\"run\": {\"argv\": [\"${artifact}\", {\"if\": \"args\", \"words\": "
		 "[\"${args}\"]}]},",
		 "", ":11: ", "has no 'run'"},
		{"\"features\": [\"http\"],", "\"features\" [\"http\"],", ":25:", ""},
	};
	struct fixture f;
	fixture_open(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = ERROR_INIT;
		const char *text = fixture_text(&f, cases[i].from, cases[i].to);
		cr_expect_lt(fixture_load(&f, text, &err), 0, "case %zu was accepted", i);
		cr_expect_eq(err.blame, ERROR_INPUT, "case %zu", i);
		const char *where = arena_printf(&f.arena, "%s%s", f.path, cases[i].line);
		cr_expect_eq(strncmp(err.message, where, strlen(where)), 0, "case %zu: %s", i,
			     err.message);
		cr_expect_not_null(strstr(err.message, cases[i].said), "case %zu: %s", i,
				   err.message);
	}
	fixture_done(&f);
}

static int load_with(struct fixture *f, const char *option, struct error *err)
{
	const struct profile_options options = {.toolchain = option, .self_dir = "/self"};
	f->profile = profile_free(f->profile);
	return profile_load(&f->profile, f->path, &options, err);
}

Test(profile, finds_its_toolchain_by_option_then_variable)
{
	struct error err = ERROR_INIT;
	struct fixture f;
	fixture_open(&f);
	(void)setenv("TOY_HOME", f.dir, 1);
	cr_expect_eq(load_with(&f, NULL, &err), 0, "%s", err.message);
	cr_expect_eq(load_with(&f, f.dir, &err), 0, "%s", err.message);
	cr_expect_lt(load_with(&f, "/nowhere", &err), 0, "the option wins over the variable");
	(void)setenv("TOY_HOME", "/nowhere", 1);
	cr_expect_eq(load_with(&f, f.dir, &err), 0, "%s", err.message);
	fixture_done(&f);
}

Test(profile, an_absent_toolchain_is_a_fault_that_says_what_to_set)
{
	struct error err = ERROR_INIT;
	struct fixture f;
	fixture_open(&f);
	(void)unsetenv("TOY_HOME");
	cr_expect_lt(load_with(&f, NULL, &err), 0);
	cr_expect_eq(err.blame, ERROR_FAULT);
	cr_expect_str_eq(err.message, "no toolchain for profile 'toy': set TOY_HOME or pass "
				      "--toolchain DIR");
	cr_expect_lt(load_with(&f, "/nowhere", &err), 0);
	cr_expect_str_eq(err.message,
			 "no toolchain for profile 'toy': set TOY_HOME or pass "
			 "--toolchain DIR (looked for 'toyc' in /nowhere, /nowhere/bin)");
	const char *text =
		fixture_text(&f, "\"env\": \"TOY_HOME\"",
			     "\"default\": \"${self}/../tool\", \"hint\": \"or build it\"");
	cr_assert_eq(fixture_load(&f, text, &err), 0, "%s", err.message);
	cr_expect_lt(load_with(&f, NULL, &err), 0);
	cr_expect_str_eq(
		err.message,
		"no toolchain for profile 'toy': pass --toolchain DIR, or build it (looked for "
		"'toyc' in /self/../tool, /self/../tool/bin)");
	fixture_done(&f);
}

Test(profile, an_absent_file_is_an_error)
{
	struct error err = ERROR_INIT;
	const struct profile_options options = {.toolchain = "/tmp"};
	struct profile *profile = NULL;
	cr_expect_lt(profile_load(&profile, "/no/such/profile.json", &options, &err), 0);
	cr_expect_null(profile);
	cr_expect_not_null(strstr(err.message, "/no/such/profile.json"), "%s", err.message);
}

Test(profile, identity_is_the_content_not_the_place)
{
	char first[DIGEST_HEX_SIZE], second[DIGEST_HEX_SIZE];
	struct error err = ERROR_INIT;
	struct fixture f, g;
	fixture_open(&f);
	fixture_open(&g);
	cr_assert_eq(profile_identity(first, f.profile, &err), 0, "%s", err.message);
	cr_assert_eq(profile_identity(second, g.profile, &err), 0, "%s", err.message);
	cr_expect_str_eq(first, second, "the same toolchain in another folder");
	fixture_file(&g, "bin/extra", "now it is there", false);
	cr_assert_eq(profile_identity(second, g.profile, &err), 0);
	cr_expect_str_neq(first, second, "an optional file counts when it is there");
	fixture_file(&f, "bin/toyc", "another compiler", true);
	cr_assert_eq(profile_identity(second, f.profile, &err), 0);
	cr_expect_str_neq(first, second);
	cr_assert_eq(path_remove_tree(arena_printf(&f.arena, "%s/bin", f.dir), &err), 0);
	cr_expect_lt(profile_identity(first, f.profile, &err), 0);
	cr_expect_eq(err.blame, ERROR_FAULT);
	fixture_done(&f);
	fixture_done(&g);
}

/* The profiles we ship, with a toolchain of empty files in the place of the real one. */
Test(profile, shipped_profiles_load)
{
	static const struct {
		const char *name;
		const char *backends[3];
	} cases[] = {
		{"reference", {"ast", "native", "aot"}},
		{"fuse", {"ast", "native", "aot"}},
	};
	static const enum role roles[] = {ROLE_CANONICAL, ROLE_JIT, ROLE_AOT};
	const char *folder = getenv("PROFILES_DIR");
	cr_assert_not_null(folder, "PROFILES_DIR is not set, run through meson test");
	struct fixture f;
	fixture_init(&f);
	fixture_file(&f, "fuse-ref", "", true);
	fixture_file(&f, "fuse", "", true);
	fixture_file(&f, "fusec", "", true);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = ERROR_INIT;
		f.path = arena_printf(&f.arena, "%s/%s.json", folder, cases[i].name);
		cr_assert_eq(load_with(&f, f.dir, &err), 0, "%s", err.message);
		cr_expect_str_eq(f.profile->name, cases[i].name);
		cr_assert_eq(f.profile->backend_len, 3);
		for (size_t k = 0; k < 3; k++) {
			cr_expect_str_eq(f.profile->backends[k].name, cases[i].backends[k]);
			cr_expect_eq(f.profile->backends[k].role, roles[k]);
		}
	}
	fixture_done(&f);
}
