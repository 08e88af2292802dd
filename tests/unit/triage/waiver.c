/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of triage/waiver.c: dated, owned, exact shape. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "repo.h"
#include "triage/ledger_internal.h"
#include "triage/waiver.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static void day_text(char out[CLOCK_ISO_SIZE], int64_t now_ms, int days)
{
	clock_format_iso(out, now_ms + (int64_t)days * DAY_MS);
	out[10] = '\0';
}

struct scene {
	struct repo repo;
	struct ledger *ledger;
	struct arena arena;
	char commit[65];
	const char *fp;
	int64_t now_ms;
};

static void scene_new(struct scene *scene)
{
	*scene = (struct scene){.now_ms = clock_wall_ms()};
	repo_new(&scene->repo, true);
	repo_side_commit(&scene->repo, scene->commit, NULL, "a");
	scene->ledger = repo_ledger(&scene->repo);
	struct run_record *record = repo_record(scene->commit);
	record_case(record, "loops/for", VERDICT_DIVERGE, "aot");
	scene->fp = arena_strdup(&scene->arena, record->findings.items[0].fp.fp);
	(void)file_record(scene->ledger, record);
}

static void scene_done(struct scene *scene)
{
	arena_done(&scene->arena);
	ledger_closep(&scene->ledger);
	repo_done(&scene->repo);
}

Test(waiver, holds_for_its_shape_through_its_last_day)
{
	struct scene scene;
	struct waivers waivers;
	struct error err = ERROR_INIT;
	char until[CLOCK_ISO_SIZE];
	bool expired;
	scene_new(&scene);
	day_text(until, scene.now_ms, 30);
	struct waiver waiver = {.fp = arena_strndup(&scene.arena, scene.fp, 12),
				.owner = "ada",
				.reason = "waits for the new allocator",
				.until = until};
	cr_assert_eq(waiver_add(scene.ledger, &waiver, scene.now_ms, &err), 0, "%s", err.message);
	cr_assert_eq(waivers_load(&waivers, scene.ledger, &scene.arena, &err), 0, "%s",
		     err.message);
	cr_assert_eq(waivers.len, 1);
	cr_expect_str_eq(waivers.items[0].fp, scene.fp, "the prefix was completed");

	static const struct {
		int days;
		bool in_force, expired;
	} rows[] = {{0, true, false}, {30, true, false}, {31, false, true}, {-63, false, false}};
	for (size_t i = 0; i < 4; i++) {
		struct divergence divergence = sample_divergence("aot");
		struct judgement judgement = {.verdict = VERDICT_DIVERGE,
					      .divergences = &divergence,
					      .divergence_len = 1};
		int64_t at = scene.now_ms + (int64_t)rows[i].days * DAY_MS;
		cr_expect_eq(waivers_find(&waivers, scene.fp, at, &expired) != NULL,
			     rows[i].in_force, "day %d", rows[i].days);
		cr_expect_eq(expired, rows[i].expired, "day %d", rows[i].days);
		waivers_apply(&waivers, "loops/for", &judgement, at);
		cr_expect_eq(judgement.verdict, rows[i].in_force ? VERDICT_WAIVED : VERDICT_DIVERGE,
			     "day %d", rows[i].days);
	}
	struct divergence both[2] = {sample_divergence("aot"), sample_divergence("native")};
	struct judgement judgement = {
		.verdict = VERDICT_DIVERGE, .divergences = both, .divergence_len = 2};
	waivers_apply(&waivers, "loops/for", &judgement, scene.now_ms);
	cr_expect_eq(judgement.verdict, VERDICT_DIVERGE, "the other backend is not covered");
	judgement.divergence_len = 1;
	waivers_apply(&waivers, "loops/while", &judgement, scene.now_ms);
	cr_expect_eq(judgement.verdict, VERDICT_DIVERGE, "another case is not covered");
	scene_done(&scene);
}

Test(waiver, a_waived_finding_is_listed_and_does_not_block)
{
	struct scene scene;
	struct finding_history *history;
	struct error err = ERROR_INIT;
	char until[CLOCK_ISO_SIZE];
	scene_new(&scene);
	day_text(until, scene.now_ms, 92);
	struct waiver waiver = {
		.id = "w1", .fp = scene.fp, .owner = "ada", .reason = "r", .until = until};
	cr_assert_eq(waiver_add(scene.ledger, &waiver, scene.now_ms, &err), 0, "%s", err.message);
	struct run_record *record = repo_record(scene.commit);
	record_case(record, "loops/for", VERDICT_WAIVED, "aot");
	struct filed filed = file_record(scene.ledger, record);
	cr_expect_eq(filed.still_open, 0);
	cr_assert_eq(ledger_find(&history, scene.ledger, scene.fp, &scene.arena, &err), 0);
	cr_expect_eq(history->state, STATE_WAIVED);
	cr_expect_eq(history->event_len, 3);
	cr_expect_lt(waiver_add(scene.ledger, &waiver, scene.now_ms, &err), 0);
	cr_expect_not_null(strstr(err.message, "exists already"), "%s", err.message);
	scene_done(&scene);
}

Test(waiver, add_refuses_what_is_not_dated_owned_and_known)
{
	struct scene scene;
	char good[CLOCK_ISO_SIZE], past[CLOCK_ISO_SIZE], far[CLOCK_ISO_SIZE];
	scene_new(&scene);
	day_text(good, scene.now_ms, 10);
	day_text(past, scene.now_ms, -1);
	day_text(far, scene.now_ms, 93);
	const struct {
		struct waiver waiver;
		const char *says;
	} rows[] = {
		{{NULL, scene.fp, NULL, "r", NULL, good}, "no owner"},
		{{NULL, scene.fp, "o", "  ", NULL, good}, "no reason"},
		{{NULL, scene.fp, "o", "r", NULL, NULL}, "no last day"},
		{{NULL, scene.fp, "o", "r", NULL, "2026-02-30"}, "not a date"},
		{{NULL, scene.fp, "o", "r", NULL, "soon"}, "not a date"},
		{{NULL, scene.fp, "o", "r", NULL, past}, "is past"},
		{{NULL, scene.fp, "o", "r", NULL, far}, "days ahead"},
		{{"../x", scene.fp, "o", "r", NULL, good}, "bad waiver id"},
		{{NULL, "abcdef", "o", "r", NULL, good}, "no finding"},
		{{NULL, NULL, "o", "r", NULL, good}, "too short"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_INIT;
		cr_expect_lt(waiver_add(scene.ledger, &rows[i].waiver, scene.now_ms, &err), 0);
		cr_expect_eq(err.blame, ERROR_INPUT, "row %zu: %s", i, err.message);
		cr_expect_not_null(strstr(err.message, rows[i].says), "row %zu: %s", i,
				   err.message);
	}
	scene_done(&scene);
}

Test(waiver, crashes_timeouts_and_refused_builds_cannot_be_waived)
{
	struct scene scene;
	char until[CLOCK_ISO_SIZE];
	scene_new(&scene);
	day_text(until, scene.now_ms, 10);
	static const struct {
		enum diff_kind kind;
		const char *class;
		bool waivable;
	} rows[] = {
		{DIFF_VALUE, "success", true},
		{DIFF_CLASS, "runtime_fatal", true},
		{DIFF_CLASS, "signal 11", false},
		{DIFF_CLASS, "timeout", false},
		{DIFF_CLASS, "memory-limit", false},
		{DIFF_NATIVE_UNSUPPORTED, "success", false},
		{DIFF_VALUE, NULL, true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct divergence divergence = sample_divergence("aot");
		struct fingerprint fp;
		struct error err = ERROR_INIT;
		divergence.diff.kind = rows[i].kind;
		divergence.diff.right_class = rows[i].class;
		cr_expect_eq(divergence_is_waivable(&divergence), rows[i].waivable, "row %zu", i);
		struct judgement judgement = {.verdict = VERDICT_DIVERGE,
					      .divergences = &divergence,
					      .divergence_len = 1};
		struct run_record *record = repo_record(scene.commit);
		run_record_add(record, "a", NULL, &judgement);
		(void)file_record(scene.ledger, record);
		fingerprint_of(&fp, "a", &divergence);
		struct waiver waiver = {.fp = fp.fp, .owner = "o", .reason = "r", .until = until};
		int r = waiver_add(scene.ledger, &waiver, scene.now_ms, &err);
		cr_expect_eq(r == 0, rows[i].waivable, "row %zu: %s", i, err.message);
		struct waivers forged = {.items = &waiver, .len = 1};
		waivers_apply(&forged, "a", &judgement, scene.now_ms);
		cr_expect_eq(judgement.verdict == VERDICT_WAIVED, rows[i].waivable, "row %zu", i);
	}
	scene_done(&scene);
}

Test(waiver, days_are_those_of_the_calendar)
{
	static const struct {
		const char *text;
		int64_t day; /* -1: not a date */
	} rows[] = {
		{"1970-01-01", 0},     {"1970-03-01", 59}, {"2000-02-29", 11016},
		{"2026-11-23", 20780}, {"2100-02-29", -1}, {"2024-02-30", -1},
		{"2026-13-01", -1},    {"2026-00-10", -1}, {"2026-1-1", -1},
		{"2026-01-01x", -1},   {"-026-01-01", -1}, {"", -1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t day = -1;
		cr_expect_eq(ledger_parse_day(&day, rows[i].text), rows[i].day >= 0, "%s",
			     rows[i].text);
		cr_expect_eq(day, rows[i].day, "%s: %ld", rows[i].text, (long)day);
	}
}
