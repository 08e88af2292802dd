/* SPDX-License-Identifier: Apache-2.0 */
/* observe: raw facts become the profile's words, and only what was seen is said. */
#include "oracles/observe.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "oracles/diagnostics.h"
#include "tests/unit/oracles/fixture.h"

static struct outcome ended(enum phase phase, int code, const char *out, const char *err)
{
	struct outcome outcome = {.phase = phase, .end = END_EXIT, .code = code, .work_dir = "/w"};
	outcome.out = (struct capture){.head = slice_of(out), .tail = SLICE_EMPTY};
	outcome.err = (struct capture){.head = slice_of(err), .tail = SLICE_EMPTY};
	outcome.out.total = strlen(out);
	outcome.err.total = strlen(err);
	outcome.wall_ns = 10;
	return outcome;
}

static struct observation observed(struct fixture *f, const char *backend,
				   const struct outcome *outcomes, size_t len)
{
	struct error err = ERROR_INIT;
	struct observation obs;
	const struct profile_backend *b = backend ? profile_backend(f->profile, backend) : NULL;
	cr_assert_eq(observe(&obs, f->profile, b, outcomes, len, 1, &f->arena, &err), 0, "%s",
		     err.message);
	return obs;
}

Test(observe, gives_exit_codes_the_profile_s_meaning)
{
	static const char place[] = "error: no such thing (p.toy:1:2)\n";
	static const struct {
		const char *backend;
		enum phase phase;
		int code;
		const char *err, *meaning;
		bool rejected;
	} cases[] = {
		{"slow", PHASE_RUN, 0, "", "success", false},
		{"slow", PHASE_RUN, 0, place, "success", false},
		{"slow", PHASE_RUN, 1, "run error: boom\n", "failure", false},
		{"slow", PHASE_RUN, 1, "error: from the program\n", "failure", false},
		{"slow", PHASE_RUN, 1, place, "rejected", true},
		{"slow", PHASE_RUN, 2, place, "usage", false},
		{"slow", PHASE_RUN, 9, "", "unknown", false},
		{"fast", PHASE_RUN, 1, place, "unknown", false},
		{"fast", PHASE_BUILD, 1, "", "rejected", true},
		{NULL, PHASE_CHECK, 0, "", "success", false},
		{NULL, PHASE_CHECK, 1, place, "rejected", true},
		{NULL, PHASE_CHECK, 3, "", "unknown", false},
	};
	struct fixture f;
	fixture_open(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome out = ended(cases[i].phase, cases[i].code, "", cases[i].err);
		struct observation obs = observed(&f, cases[i].backend, &out, 1);
		cr_expect_str_eq(obs.meaning, cases[i].meaning, "case %zu: %s", i, obs.meaning);
		cr_expect_eq(observation_is_rejected(&obs), cases[i].rejected, "case %zu", i);
		cr_expect_not(observation_is_inconclusive(&obs));
		cr_expect(obs.diagnostic_len == 0 || cases[i].rejected, "case %zu", i);
	}
	fixture_done(&f);
}

Test(observe, says_what_allows_no_conclusion)
{
	static const struct {
		enum end_kind end;
		bool inconclusive, has_meaning;
	} cases[] = {
		{END_EXIT, false, true},         {END_SIGNAL, false, false},
		{END_TIMEOUT, true, false},      {END_MEMORY_LIMIT, true, false},
		{END_OUTPUT_LIMIT, true, false}, {END_LEAK, false, true},
		{END_NOT_STARTED, true, false},
	};
	struct fixture f;
	fixture_open(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome out = ended(PHASE_BUILD, 1, "", "");
		out.end = cases[i].end;
		struct observation obs = observed(&f, "fast", &out, 1);
		cr_expect_eq(observation_is_inconclusive(&obs), cases[i].inconclusive, "%s",
			     end_name(out.end));
		cr_expect_eq(obs.meaning != NULL, cases[i].has_meaning, "%s", end_name(out.end));
		cr_expect_eq(observation_is_rejected(&obs), cases[i].has_meaning,
			     "%s: a compiler that died refused nothing", end_name(out.end));
	}
	fixture_done(&f);
}

Test(observe, tells_of_the_last_phase_and_times_each)
{
	struct left_file files[] = {{.path = "cache/x"}, {.path = "out.txt"}};
	struct fixture f;
	fixture_open(&f);
	struct outcome phases[] = {ended(PHASE_BUILD, 0, "building", ""),
				   ended(PHASE_RUN, 0, "head", "")};
	phases[1].out.tail = slice_of("tail");
	phases[1].out.total = 100;
	phases[1].out.truncated = true;
	phases[1].files = files;
	phases[1].file_len = 2;
	phases[1].wall_ns = 3;
	struct observation obs = observed(&f, "fast", phases, 2);
	cr_expect_eq(obs.phase, PHASE_RUN);
	cr_expect(slice_is(obs.out, "headtail"));
	cr_expect(obs.truncated);
	cr_expect_eq(obs.out_total, 100);
	cr_expect_eq(obs.build_ns, 10);
	cr_expect_eq(obs.run_ns, 3);
	cr_assert_eq(obs.file_len, 1, "the profile ignores its cache");
	cr_expect_str_eq(obs.files[0].path, "out.txt");
	cr_expect_eq(obs.role, ROLE_AOT);
	fixture_done(&f);
}

Test(diagnostics, are_read_from_text_and_json_lines)
{
	static const struct {
		const char *text, *level, *code, *message, *path;
		long line, column;
	} cases[] = {
		{"error: bad (a b.toy:3:4)\n    x\n    ^\n", "error", NULL, "bad", "a b.toy", 3, 4},
		{"error: bad (/w/sub/a.toy:3:4)", "error", NULL, "bad", "sub/a.toy", 3, 4},
		{"error: bad (/wide/a.toy:3:4)", "error", NULL, "bad", "/wide/a.toy", 3, 4},
		{"error: f (x) is bad (2:16)", "error", NULL, "f (x) is bad", NULL, 2, 16},
		{"error: bad (24..27)", "error", NULL, "bad", NULL, 0, 0},
		{"error: build (failed)", "error", NULL, "build (failed)", NULL, 0, 0},
		{"warning[W1]: old (a:1:1)", "warning", "W1", "old", "a", 1, 1},
		{"\x1b[31merror\x1b[0m: red (a:1:1)", "error", NULL, "red", "a", 1, 1},
		{"{\"kind\":\"diagnostic\",\"level\":\"error\",\"message\":\"m\",\"code\":\"E1\","
		 "\"path\":\"/w/p.toy\",\"line\":5,\"column\":6}",
		 "error", "E1", "m", "p.toy", 5, 6},
		{"{\"level\":\"error\",\"message\":\"m\",\"line\":-5,\"column\":1e99}", "error",
		 NULL, "m", NULL, 0, 0},
	};
	struct arena arena = ARENA_INIT;
	struct diagnostic list[DIAGNOSTICS_MAX];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = diagnostics_read(list, 0, slice_of(cases[i].text), true, "/w", &arena);
		cr_assert_eq(len, 1, "case %zu: %zu", i, len);
		const struct diagnostic *d = &list[0];
		cr_expect_str_eq(d->level, cases[i].level);
		cr_expect_str_eq(d->message, cases[i].message, "case %zu: %s", i, d->message);
		cr_expect_str_eq(d->code ? d->code : "-", cases[i].code ? cases[i].code : "-");
		cr_expect_str_eq(d->path ? d->path : "-", cases[i].path ? cases[i].path : "-",
				 "case %zu: %s", i, d->path);
		cr_expect_eq(d->line, cases[i].line, "case %zu", i);
		cr_expect_eq(d->column, cases[i].column, "case %zu", i);
	}
	arena_done(&arena);
}

Test(diagnostics, other_lines_are_passed_over)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"[build] start\n",
		"errors: 3\n",
		"error\n",
		"error:x\n",
		"{\"a\"}",
		"{}\n[1]\n",
		"{\"kind\":\"step\",\"level\":\"error\",\"message\":\"m\"}",
		"\x1b[",
		"\x1b",
		"error[: x (1:2)",
	};
	struct arena arena = ARENA_INIT;
	struct diagnostic list[DIAGNOSTICS_MAX];
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cr_expect_eq(diagnostics_read(list, 0, slice_of(texts[i]), true, NULL, &arena), 0,
			     "case %zu", i);
	/* JSON is looked for only where the profile says so; a flood is cut. */
	const char *json = "{\"level\":\"error\",\"message\":\"m\"}";
	cr_expect_eq(diagnostics_read(list, 0, slice_of(json), false, NULL, &arena), 0);
	struct buf flood = BUF_INIT(0);
	for (int i = 0; i < DIAGNOSTICS_MAX + 9; i++)
		buf_adds(&flood, "error: again (1:1)\n");
	cr_expect_eq(diagnostics_read(list, 0, buf_slice(&flood), true, NULL, &arena),
		     DIAGNOSTICS_MAX);
	buf_done(&flood);
	arena_done(&arena);
}
