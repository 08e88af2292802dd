/* SPDX-License-Identifier: Apache-2.0 */
/* suite: how cases are written, and what is refused. Folders and links are tried by
 * tests/cli/run_inputs. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "runner/suite.h"

static int program(struct test_case *out, const char *text, struct arena *arena, struct error *err)
{
	*out = (struct test_case){0};
	return suite_parse_program(out, slice_of(text), "a.x", NULL, arena, err);
}

Test(suite, a_bare_program_is_a_case)
{
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;
	struct test_case test;

	cr_assert_eq(program(&test, "print(1)\n", &arena, &err), 0);
	cr_expect_eq(test.expect, EXPECT_OK);
	cr_expect_not(test.has_golden);
	cr_expect_eq(test.clause_len + test.arg_len + test.env_len + test.file_len, 0);
	cr_expect_eq(test.timeout_ms, 0);
	cr_assert_eq(program(&test, "", &arena, &err), 0);
	arena_done(&arena);
}

Test(suite, every_directive_reaches_the_case)
{
	static const char text[] = "#!/usr/bin/x\n"
				   "#@ clause: runtime#loops, fls#types\n"
				   "#@ clause: runtime#indexing\n"
				   "# a plain comment, and a blank line\n"
				   "\n"
				   "#@ expect: error runtime_fatal\r\n"
				   "#@ stdout: one\n"
				   "#@ stdout:\n"
				   "#@ stdout:   three \n"
				   "#@ args: --name 'a b' x\"y z\"'!' \"\"\n"
				   "#@ env: NAME=a=b\n"
				   "#@ env: OTHER=\n"
				   "#@ stdin: typed\n"
				   "#@ config: [app]\n"
				   "#@ config: port = 1\n"
				   "#@ app: main\n"
				   "#@ requires: http, db\n"
				   "#@ timeout: 1.5s\n"
				   "#@ isolation: L0\n"
				   "print(1)\n";
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;
	struct test_case test;

	cr_assert_eq(program(&test, text, &arena, &err), 0, "%s", err.message);
	cr_assert_eq(test.clause_len, 3);
	cr_expect_str_eq(test.clauses[1], "fls#types");
	cr_expect_eq(test.expect, EXPECT_ERROR);
	cr_expect_str_eq(test.expect_class, "runtime_fatal");
	cr_expect(test.has_golden && slice_is(test.golden, "one\n\n  three \n"));
	cr_assert_eq(test.arg_len, 4);
	cr_expect_str_eq(test.args[1], "a b");
	cr_expect_str_eq(test.args[2], "xy z!");
	cr_expect_str_eq(test.args[3], "");
	cr_assert_eq(test.env_len, 2);
	cr_expect_str_eq(test.env[0], "NAME=a=b");
	cr_expect_str_eq(test.env[1], "OTHER=");
	cr_expect(test.has_stdin && slice_is(test.stdin_text, "typed\n"));
	cr_assert_eq(test.file_len, 1);
	cr_expect_str_eq(test.files[0].path, "config.toml");
	cr_expect(slice_is(test.files[0].text, "[app]\nport = 1\n"));
	cr_expect_str_eq(test.app, "main");
	cr_assert_eq(test.require_len, 2);
	cr_expect_str_eq(test.requires[1], "db");
	cr_expect_eq(test.timeout_ms, 1500);
	arena_done(&arena);
}

Test(suite, broken_directives_are_told_with_their_line)
{
	static const struct {
		const char *text;
		const char *says;
	} table[] = {
		{"#@ clause runtime#loops", "a.x:1: bad directive, expected '#@ key: value'"},
		{"#@", "a.x:1: bad directive"},
		{"\n\n#@ tiemout: 5s",
		 "a.x:3: unknown directive 'tiemout', did you mean 'timeout'"},
		{"#@ clause: a#b, a#b", "a.x:1: clause 'a#b' is cited twice"},
		{"#@ clause: a#b,", "a.x:1: empty clause"},
		{"#@ expect:", "a.x:1: bad expectation ''"},
		{"#@ expect: ok now", "a.x:1: unexpected 'now' behind the expectation"},
		{"#@ expect: error a b", "a.x:1: unexpected 'a b' behind the expectation"},
		{"#@ app: a\n#@ app: b", "a.x:2: directive 'app' is given twice"},
		{"#@ env: 1A=b", "a.x:1: bad variable name '1A'"},
		{"#@ env: A", "a.x:1: bad variable 'A', expected 'NAME=value'"},
		{"#@ env: A=1\n#@ env: A=2", "a.x:2: variable 'A' is set twice"},
		{"#@ args: 'open", "a.x:1: no closing ' in the arguments"},
		{"#@ timeout: 5", "a.x:1: bad timeout '5'"},
		{"#@ isolation: L2", "a.x:1: isolation 'L2' is not carried out"},
		{"#@ steps: x", "a.x:1: 'steps' are not carried out by this version"},
		{"#@ file: /etc/passwd", "a.x:1: file name '/etc/passwd' leaves"},
		{"#@ file: none", "a.x:1: no file 'none' beside the case"},
		{"#@ stdout: a\n#@ stdout-file: b", "a.x:2: both 'stdout' and 'stdout-file'"},
		{"#@ expect: reject\n#@ stdout: a", "a.x:2: a case that expects a reject"},
		{"x\n#@ app: a", "a.x:2: directive below the program's first line"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct arena arena = ARENA_INIT;
		struct error err = ERROR_INIT;
		struct test_case test;

		cr_expect_lt(program(&test, table[i].text, &arena, &err), 0, "%s", table[i].text);
		cr_expect_eq(err.blame, ERROR_INPUT);
		cr_expect_eq(strncmp(err.message, table[i].says, strlen(table[i].says)), 0,
			     "%s: %s", table[i].text, err.message);
		arena_done(&arena);
	}
}

struct corpus {
	char dir[64];
	struct suite *suite;
	struct error err;
};

static void add(struct corpus *corpus, const char *name, const char *text)
{
	char *path = path_join(corpus->dir, name);
	char *dir = path_dir(path);

	cr_assert_eq(path_make_dirs(dir, NULL), 0);
	cr_assert_eq(file_write(path, slice_of(text), false, NULL), 0);
	free(path);
	free(dir);
}

static void corpus_init(struct corpus *corpus)
{
	*corpus = (struct corpus){.dir = "/tmp/parity-suite-XXXXXX"};
	cr_assert_not_null(mkdtemp(corpus->dir));
}

static void corpus_done(struct corpus *corpus)
{
	suite_free(corpus->suite);
	cr_assert_eq(path_remove_tree(corpus->dir, NULL), 0);
}

Test(suite, cases_stand_in_name_order)
{
	static const char *const names[] = {"a", "a-b", "a/x", "a/y", "b/deep/er/c"};
	struct corpus corpus;

	corpus_init(&corpus);
	add(&corpus, "b/deep/er/c.x", "");
	add(&corpus, "a/y.x", "");
	add(&corpus, "a/x/case.json", "{}");
	add(&corpus, "a/x/main.x", "");
	add(&corpus, "a/x/helper.x", "");
	add(&corpus, "a-b.x", "");
	add(&corpus, "a.x", "");
	add(&corpus, "README.md", "no case");
	add(&corpus, ".hidden/h.x", "no case");
	cr_assert_eq(suite_load(&corpus.suite, corpus.dir, "x", NULL, &corpus.err), 0, "%s",
		     corpus.err.message);
	cr_assert_eq(corpus.suite->len, 5);
	for (size_t i = 0; i < 5; i++)
		cr_expect_str_eq(corpus.suite->cases[i].name, names[i]);
	cr_expect_not_null(suite_find(corpus.suite, "a/x"));
	cr_expect_null(suite_find(corpus.suite, "a/z"));
	cr_expect_str_eq(suite_find(corpus.suite, "a/x")->file, "main.x");
	corpus_done(&corpus);
}

Test(suite, a_folder_case_says_what_directives_say)
{
	static const char text[] =
		"{\"about\": \"all keys\", \"program\": \"p.x\", \"clause\": [\"a#b\", \"c#d\"],\n"
		" \"expect\": \"error boom\", \"stdout-file\": \"golden\", \"args\": [\"a b\", "
		"\"\"],\n"
		" \"env\": {\"N\": \"v\"}, \"stdin\": \"in\", \"config\": \"c\", \"app\": \"m\",\n"
		" \"requires\": \"http\", \"timeout\": \"2s\", \"isolation\": \"L0\",\n"
		" \"files\": [\"golden\", {\"path\": \"as\", \"source\": \"golden\"},\n"
		"           {\"path\": \"sub/t\", \"text\": \"x\"}]}";
	struct corpus corpus;
	const struct test_case *test;

	corpus_init(&corpus);
	add(&corpus, "f/case.json", text);
	add(&corpus, "f/p.x", "");
	add(&corpus, "f/golden", "no newline");
	cr_assert_eq(suite_load(&corpus.suite, corpus.dir, "x", NULL, &corpus.err), 0, "%s",
		     corpus.err.message);
	test = &corpus.suite->cases[0];
	cr_expect_eq(test->clause_len, 2);
	cr_expect_str_eq(test->expect_class, "boom");
	cr_expect(test->has_golden && slice_is(test->golden, "no newline"));
	cr_expect_str_eq(test->args[0], "a b");
	cr_expect_str_eq(test->env[0], "N=v");
	cr_expect(test->has_stdin && slice_is(test->stdin_text, "in"));
	cr_expect_eq(test->timeout_ms, 2000);
	cr_assert_eq(test->file_len, 4);
	cr_expect_str_eq(test->files[1].path, "as");
	cr_expect(slice_is(test->files[2].text, "x"));
	cr_expect_str_eq(test->files[3].path, "config.toml");
	corpus_done(&corpus);
}

Test(suite, names_that_would_break_commands_are_refused)
{
	static const char *const names[] = {"with blank.x", "quote'.x", "new\nline.x", "\xff.x"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct corpus corpus;

		corpus_init(&corpus);
		add(&corpus, names[i], "");
		cr_expect_lt(suite_load(&corpus.suite, corpus.dir, "x", NULL, &corpus.err), 0);
		cr_expect(strstr(corpus.err.message, "case names are made of"), "%s",
			  corpus.err.message);
		corpus_done(&corpus);
	}
}
