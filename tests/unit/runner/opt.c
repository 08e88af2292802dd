/* SPDX-License-Identifier: Apache-2.0 */
/* opt: what a typed command line means. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "runner/opt.h"
#include "runner/text.h"

struct target {
	const char *corpus;
	const char *color;
	const char *what;
	struct opt_args rest;
	int64_t jobs;
	int64_t timeout_ms;
	bool keep;
	bool quiet;
};

static const char *const colors[] = {"auto", "never", NULL};
static const struct opt opts[] = {
	OPT(OPT_ARG_MUST, 0, "WHAT", NULL, "first", struct target, what),
	OPT(OPT_TEXT, 0, "corpus", "DIR", "folder", struct target, corpus),
	OPT(OPT_CHOICE, 0, "color", "WHEN", "colour", struct target, color, .choices = colors),
	OPT(OPT_INT, 'j', "jobs", "N", "number", struct target, jobs, .min = 1, .max = 64),
	OPT(OPT_DURATION, 't', "timeout", "TIME", "limit", struct target, timeout_ms),
	OPT(OPT_FLAG, 'k', "keep", NULL, "flag", struct target, keep),
	OPT(OPT_FLAG, 'q', "quiet", NULL, "flag", struct target, quiet),
	OPT(OPT_ARGS, 0, "REST", NULL, "others", struct target, rest),
	OPT_END,
};

/* Words split at blanks; "_" stands for an empty word. */
static int parse(struct target *target, const char *line, struct error *err)
{
	static char text[256];
	static char empty[] = "";
	static char *argv[32];
	int argc = 1;

	strcpy(text, line);
	argv[0] = text;
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "_") == 0 ? empty : word;
	*target = (struct target){.color = "auto"};
	return opt_parse(opts, target, argc, argv, err);
}

Test(opt, values_are_taken_in_every_spelling)
{
	struct error err = ERROR_INIT;
	struct target t;

	cr_assert_eq(parse(&t, "w --corpus a -j 3 --timeout=2s -kq", &err), 0, "%s", err.message);
	cr_expect_str_eq(t.corpus, "a");
	cr_expect_eq(t.jobs, 3);
	cr_expect_eq(t.timeout_ms, 2000);
	cr_expect(t.keep && t.quiet);
	cr_assert_eq(parse(&t, "-j7 w -qkt 500ms --color never", &err), 0, "%s", err.message);
	cr_expect_eq(t.jobs, 7);
	cr_expect_eq(t.timeout_ms, 500);
	cr_expect_str_eq(t.color, "never");
}

Test(opt, arguments_may_stand_between_options)
{
	struct error err = ERROR_INIT;
	struct target t;

	cr_assert_eq(parse(&t, "one --keep two -j 2 - -- --three", &err), 0, "%s", err.message);
	cr_expect_str_eq(t.what, "one");
	cr_assert_eq(t.rest.len, 3);
	cr_expect_str_eq(t.rest.items[0], "two");
	cr_expect_str_eq(t.rest.items[1], "-");
	cr_expect_str_eq(t.rest.items[2], "--three");
}

Test(opt, slips_are_told_in_one_line)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
		{"w --corpsu a", "unknown option '--corpsu', did you mean '--corpus'"},
		{"w --zzzzzzz", "unknown option '--zzzzzzz'"},
		{"w -x", "unknown option '-x'"},
		{"w --corpus", "option '--corpus' needs a value: --corpus DIR"},
		{"w --corpus=", "empty value for --corpus"},
		{"w --corpus _", "empty value for --corpus"},
		{"w -j", "option '-j' needs a value: -j N"},
		{"w --keep=yes", "option '--keep' takes no value"},
		{"w -j 0", "bad value '0' for -j, expected a number from 1 to 64"},
		{"w -j 3x", "bad value '3x' for -j, expected a number from 1 to 64"},
		{"w --jobs=99999999999999999999", "bad value '99999999999999999999' for --jobs"},
		{"w --timeout 5", "bad value '5' for --timeout, expected a duration"},
		{"w --color blue", "bad value 'blue' for --color, expected one of auto, never"},
		{"--keep", "missing argument WHAT"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = ERROR_INIT;
		struct target t;

		cr_expect_lt(parse(&t, cases[i].line, &err), 0, "%s", cases[i].line);
		cr_expect_eq(err.blame, ERROR_INPUT);
		cr_expect(strstr(err.message, cases[i].says), "%s: %s", cases[i].line, err.message);
		cr_expect_null(strchr(err.message, '\n'));
	}
}

Test(opt, the_environment_stands_behind_the_command_line)
{
	struct error err = ERROR_INIT;
	struct target t;

	setenv("PARITY_CORPUS", "from-env", 1);
	setenv("PARITY_JOBS", "5", 1);
	setenv("PARITY_KEEP", "1", 1);
	setenv("PARITY_QUIET", "0", 1);
	setenv("PARITY_COLOR", "", 1);
	cr_assert_eq(parse(&t, "w -j 2", &err), 0, "%s", err.message);
	cr_expect_str_eq(t.corpus, "from-env");
	cr_expect_eq(t.jobs, 2);
	cr_expect(t.keep);
	cr_expect_not(t.quiet);
	cr_expect_str_eq(t.color, "auto");
	setenv("PARITY_KEEP", "perhaps", 1);
	cr_expect_lt(parse(&t, "w", &err), 0);
	cr_expect_str_eq(err.message, "bad value 'perhaps' for PARITY_KEEP, expected 0 or 1");
	cr_expect_eq(parse(&t, "w --help", &err), OPT_HELP, "help works in a broken environment");
}

Test(opt, help_names_every_option)
{
	struct buf out = BUF_INIT(0);

	opt_help(&out, "verb", "What it does.", opts);
	cr_expect(strstr(buf_str(&out), "usage: parity verb [options] WHAT [REST...]\n"));
	for (const struct opt *opt = opts; opt->type != OPT_NONE; opt++)
		cr_expect(strstr(buf_str(&out), opt->name), "%s", opt->name);
	buf_done(&out);
}

Test(text, durations_carry_their_unit)
{
	static const struct {
		const char *text;
		int64_t ms; /* 0: refused */
	} cases[] = {
		{"250ms", 250},    {"5s", 5000}, {"1.5s", 1500}, {"2m", 120000}, {"1h", 3600000},
		{"24h", 86400000}, {"25h", 0},   {"0s", 0},      {"5", 0},       {"", 0},
		{"s", 0},          {"-5s", 0},   {" 5s", 0},     {"5s ", 0},     {"5d", 0},
		{"nan s", 0},      {"inf", 0},   {"0x5s", 0},    {"1e99s", 0},   {"0.1ms", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t ms = 0;
		bool ok = text_to_duration(&ms, cases[i].text);

		cr_expect_eq(ok, cases[i].ms != 0, "'%s'", cases[i].text);
		cr_expect_eq(ms, cases[i].ms, "'%s'", cases[i].text);
	}
}
