/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of triage/ledger_file.c: what one run adds to the ledger, and what it closes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "repo.h"

/* One case of one run; the finding's state after it. */
struct step {
	enum verdict verdict;
	const char *right; /* backend that diverges, or NULL */
	char commit;       /* 'a', 'b' child of a, 'x' unrelated */
	const char *env_key;
	const char *profile;
	size_t backends;
	enum finding_state state;
	unsigned seq;
};

struct stage {
	struct repo repo;
	struct ledger *ledger;
	char a[65], b[65], x[65];
};

static void stage_new(struct stage *stage)
{
	repo_new(&stage->repo, true);
	repo_side_commit(&stage->repo, stage->a, NULL, "a");
	repo_side_commit(&stage->repo, stage->b, stage->a, "b");
	repo_side_commit(&stage->repo, stage->x, NULL, "x");
	stage->ledger = repo_ledger(&stage->repo);
}

static void stage_done(struct stage *stage)
{
	ledger_closep(&stage->ledger);
	repo_done(&stage->repo);
}

static struct filed run_step(struct stage *stage, const struct step *step)
{
	const char *commit = step->commit == 'a'   ? stage->a
			     : step->commit == 'b' ? stage->b
						   : stage->x;
	struct run_record *record = repo_record(commit);
	record->env_key = step->env_key;
	record->profile = step->profile ? step->profile : "reference";
	record->backend_len = step->backends ? step->backends : 3;
	record_case(record, "loops/for", step->verdict, step->right);
	return file_record(stage->ledger, record);
}

#define ON_A(verdict, right, state, seq)                                                           \
	{                                                                                          \
		verdict, right, 'a', NULL, NULL, 0, state, seq                                     \
	}

static const struct step stories[][6] = {
	/* seen, gone, back: one identity through all of it */
	{ON_A(VERDICT_DIVERGE, "aot", STATE_OBSERVED, 1),
	 ON_A(VERDICT_DIVERGE, "aot", STATE_OBSERVED, 1),
	 ON_A(VERDICT_AGREE, NULL, STATE_VERIFIED_FIXED, 1),
	 ON_A(VERDICT_AGREE, NULL, STATE_VERIFIED_FIXED, 1),
	 {VERDICT_DIVERGE, "aot", 'b', NULL, NULL, 0, STATE_REOPENED, 2},
	 {VERDICT_AGREE, NULL, 'b', NULL, NULL, 0, STATE_VERIFIED_FIXED, 2}},
	/* a commit that does not contain the failing one proves nothing */
	{{VERDICT_DIVERGE, "aot", 'b', NULL, NULL, 0, STATE_OBSERVED, 1},
	 {VERDICT_AGREE, NULL, 'a', NULL, NULL, 0, STATE_OBSERVED, 1},
	 {VERDICT_AGREE, NULL, 'x', NULL, NULL, 0, STATE_OBSERVED, 1},
	 {VERDICT_AGREE, NULL, 'b', NULL, NULL, 0, STATE_VERIFIED_FIXED, 1},
	 /* the old commit still fails, which is no news */
	 {VERDICT_DIVERGE, "aot", 'a', NULL, NULL, 0, STATE_VERIFIED_FIXED, 1},
	 {VERDICT_DIVERGE, "aot", 'x', NULL, NULL, 0, STATE_REOPENED, 2}},
	/* the backend must have run */
	{ON_A(VERDICT_DIVERGE, "aot", STATE_OBSERVED, 1),
	 {VERDICT_AGREE, NULL, 'a', NULL, NULL, 2, STATE_OBSERVED, 1},
	 {VERDICT_AGREE, NULL, 'a', NULL, "other", 3, STATE_OBSERVED, 1},
	 ON_A(VERDICT_INCONCLUSIVE, NULL, STATE_OBSERVED, 1),
	 ON_A(VERDICT_REJECTED, NULL, STATE_OBSERVED, 1),
	 ON_A(VERDICT_ALIKE_FAILURE, NULL, STATE_OBSERVED, 1)},
	/* a planted fault is closed by a plain run, not by another planted one */
	{{VERDICT_DIVERGE, "aot", 'a', "k1", NULL, 0, STATE_OBSERVED, 1},
	 {VERDICT_AGREE, NULL, 'a', "k2", NULL, 0, STATE_OBSERVED, 1},
	 {VERDICT_AGREE, NULL, 'a', NULL, NULL, 0, STATE_VERIFIED_FIXED, 1},
	 {VERDICT_DIVERGE, "aot", 'a', NULL, NULL, 0, STATE_REOPENED, 2},
	 {VERDICT_AGREE, NULL, 'a', "k1", NULL, 0, STATE_REOPENED, 2},
	 {VERDICT_AGREE, NULL, 'a', NULL, NULL, 0, STATE_VERIFIED_FIXED, 2}},
	/* gone for one profile is not gone for the other */
	{ON_A(VERDICT_DIVERGE, "aot", STATE_OBSERVED, 1),
	 {VERDICT_DIVERGE, "aot", 'a', NULL, "other", 0, STATE_OBSERVED, 1},
	 ON_A(VERDICT_AGREE, NULL, STATE_OBSERVED, 1),
	 {VERDICT_AGREE, NULL, 'a', NULL, "other", 0, STATE_VERIFIED_FIXED, 1},
	 ON_A(VERDICT_LICENSED, NULL, STATE_VERIFIED_FIXED, 1),
	 ON_A(VERDICT_AGREE, NULL, STATE_VERIFIED_FIXED, 1)},
	/* another backend's difference in the case hides nothing of this one */
	{ON_A(VERDICT_DIVERGE, "aot", STATE_OBSERVED, 1),
	 ON_A(VERDICT_DIVERGE, "native", STATE_VERIFIED_FIXED, 1),
	 ON_A(VERDICT_DIVERGE, "native", STATE_VERIFIED_FIXED, 1),
	 ON_A(VERDICT_DIVERGE, "aot", STATE_REOPENED, 2),
	 ON_A(VERDICT_FLAKY, NULL, STATE_REOPENED, 2),
	 ON_A(VERDICT_AGREE, NULL, STATE_VERIFIED_FIXED, 2)},
};

Test(ledger_file, states_follow_what_runs_show)
{
	for (size_t s = 0; s < sizeof(stories) / sizeof(stories[0]); s++) {
		struct stage stage;
		struct fingerprint fp;
		struct divergence divergence = sample_divergence("aot");
		fingerprint_of(&fp, "loops/for", &divergence);
		stage_new(&stage);
		for (size_t i = 0; i < 6; i++) {
			struct arena arena = ARENA_INIT;
			struct finding_history *history = NULL;
			struct error err = ERROR_INIT;
			(void)run_step(&stage, &stories[s][i]);
			cr_assert_eq(ledger_find(&history, stage.ledger, fp.fp, &arena, &err), 0,
				     "%s", err.message);
			cr_expect_str_eq(finding_state_name(history->state),
					 finding_state_name(stories[s][i].state),
					 "story %zu step %zu: %s", s, i,
					 finding_state_name(history->state));
			cr_expect_eq(history->seq, stories[s][i].seq, "story %zu step %zu", s, i);
			arena_done(&arena);
		}
		stage_done(&stage);
	}
}

Test(ledger_file, counts_say_what_changed)
{
	struct stage stage;
	stage_new(&stage);
	struct step fail = ON_A(VERDICT_DIVERGE, "aot", 0, 0);
	struct step pass = ON_A(VERDICT_AGREE, NULL, 0, 0);
	struct filed filed = run_step(&stage, &fail);
	cr_expect_eq(filed.new_findings, 1);
	cr_expect_eq(filed.still_open, 1);
	filed = run_step(&stage, &fail);
	cr_expect_eq(filed.new_findings, 0);
	cr_expect_eq(filed.still_open, 1);
	filed = run_step(&stage, &pass);
	cr_expect_eq(filed.verified_fixed, 1);
	cr_expect_eq(filed.still_open, 0);
	filed = run_step(&stage, &fail);
	cr_expect_eq(filed.reopened, 1);
	cr_expect_eq(filed.new_findings, 0);
	cr_expect_eq(filed.still_open, 1);
	stage_done(&stage);
}

Test(ledger_file, only_some_verdicts_make_findings)
{
	static const struct {
		enum verdict verdict;
		const char *right;
		bool recorded;
		bool found;
		enum finding_state state;
	} rows[] = {
		{VERDICT_AGREE, NULL, false, false, 0},
		{VERDICT_LICENSED, NULL, false, false, 0},
		{VERDICT_INCONCLUSIVE, NULL, true, false, 0},
		{VERDICT_REJECTED, NULL, true, true, STATE_OBSERVED},
		{VERDICT_ALIKE_FAILURE, NULL, true, true, STATE_OBSERVED},
		{VERDICT_FLAKY, NULL, true, true, STATE_FLAKY},
		{VERDICT_DIVERGE, "aot", true, true, STATE_OBSERVED},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage stage;
		struct arena arena = ARENA_INIT;
		struct finding_history *list = NULL;
		struct run_entry *runs = NULL;
		size_t len = 0, run_len = 0;
		stage_new(&stage);
		struct step step = ON_A(rows[i].verdict, rows[i].right, 0, 0);
		struct filed filed = run_step(&stage, &step);
		cr_assert_eq(ledger_findings(&list, &len, stage.ledger, &arena, NULL), 0);
		cr_assert_eq(ledger_runs(&runs, &run_len, stage.ledger, stage.a, &arena, NULL), 0);
		cr_assert_eq(run_len, 1);
		cr_expect_eq(runs[0].fail_len > 0, rows[i].recorded, "row %zu", i);
		cr_assert_eq(len, rows[i].found ? 1 : 0, "row %zu", i);
		cr_expect_eq(filed.still_open, len, "row %zu", i);
		if (len) {
			cr_expect_eq(list[0].state, rows[i].state, "row %zu", i);
			cr_expect_str_eq(json_string(json_get(list[0].finding, "kind")),
					 rows[i].right ? "value" : verdict_name(rows[i].verdict));
		}
		arena_done(&arena);
		stage_done(&stage);
	}
}

Test(ledger_file, a_rerun_does_not_turn_a_flake_green)
{
	struct stage stage;
	stage_new(&stage);
	struct step flaky = ON_A(VERDICT_FLAKY, NULL, 0, 0);
	struct step same = ON_A(VERDICT_AGREE, NULL, 0, 0);
	struct step later = {VERDICT_AGREE, NULL, 'b', NULL, NULL, 0, 0, 0};
	cr_expect_eq(run_step(&stage, &flaky).still_open, 1);
	cr_expect_eq(run_step(&stage, &same).still_open, 1);
	cr_expect_eq(run_step(&stage, &later).verified_fixed, 1);
	stage_done(&stage);
}

Test(ledger_file, a_licensed_divergence_is_recorded_and_does_not_block)
{
	struct stage stage;
	struct arena arena = ARENA_INIT;
	struct run_entry *runs = NULL;
	size_t len = 0;
	struct licence licence = {.id = "map-order"};
	struct divergence divergence = sample_divergence("aot");
	divergence.licence = &licence;
	struct judgement judgement = {
		.verdict = VERDICT_LICENSED, .divergences = &divergence, .divergence_len = 1};
	stage_new(&stage);
	struct step before = ON_A(VERDICT_DIVERGE, "aot", 0, 0);
	(void)run_step(&stage, &before);
	struct run_record *record = repo_record(stage.a);
	run_record_add(record, "loops/for", NULL, &judgement);
	struct filed filed = file_record(stage.ledger, record);
	cr_expect_eq(filed.new_findings, 0);
	cr_expect_eq(filed.still_open, 0, "the licence covers what blocked before");
	cr_assert_eq(ledger_runs(&runs, &len, stage.ledger, stage.a, &arena, NULL), 0);
	cr_assert_eq(len, 2);
	cr_expect_not_null(strstr(runs[1].fail_ndjson, "\"licence\":\"map-order\""));
	arena_done(&arena);
	stage_done(&stage);
}

Test(ledger_file, what_was_filed_is_read_back)
{
	struct stage stage;
	struct arena arena = ARENA_INIT;
	struct run_entry *runs = NULL;
	struct evidence *evidence = NULL;
	struct finding_history *history = NULL;
	size_t len = 0;
	struct error err = ERROR_INIT;
	stage_new(&stage);
	struct run_record *record = repo_record(stage.a);
	record->version_text = "ref 1 \xff";
	record_case(record, "b", VERDICT_DIVERGE, "aot");
	record_case(record, "a", VERDICT_AGREE, NULL);
	const char *fp = arena_strdup(&arena, record->findings.items[0].fp.fp);
	static char big[EVIDENCE_STREAM_MAX + 7];
	memset(big, 'x', sizeof(big));
	run_record_add_evidence(record, fp, "ast.stdout", slice_of("ten\n"), 0);
	run_record_add_evidence(record, fp, "aot.stdout", slice_make(big, sizeof(big)), 1 << 20);
	char run_id[27];
	strcpy(run_id, record->run_id);
	struct filed filed = file_record(stage.ledger, record);
	cr_expect_not_null(strstr(filed.run_ref, run_id));
	cr_expect_not_null(strstr(filed.run_ref, "-tester-host"));

	cr_assert_eq(ledger_runs(&runs, &len, stage.ledger, stage.a, &arena, &err), 0);
	cr_assert_eq(len, 1);
	cr_expect_str_eq(runs[0].run_id, run_id);
	cr_expect_str_eq(runs[0].commit, stage.a);
	int64_t ran = 0;
	cr_expect(json_to_int(json_get(runs[0].run, "ran"), &ran) && ran == 2);
	cr_expect_not_null(strstr(runs[0].fail_ndjson, fp));

	cr_assert_eq(
		ledger_find(&history, stage.ledger, arena_strndup(&arena, fp, 6), &arena, &err), 0,
		"%s", err.message);
	cr_expect_str_eq(history->fp, fp);
	cr_expect_eq(history->event_len, 1);
	cr_expect_str_eq(history->events[0].run_id, run_id);
	cr_expect_str_eq(history->events[0].actor, "tester@host");

	cr_assert_eq(ledger_evidence(&evidence, &len, stage.ledger, fp, &arena, &err), 0, "%s",
		     err.message);
	cr_assert_eq(len, 2);
	cr_expect_str_eq(evidence[0].name, "aot.stdout");
	cr_expect_eq(evidence[0].bytes.len, EVIDENCE_STREAM_MAX);
	cr_expect_eq(evidence[0].total, 1 << 20);
	cr_expect(slice_is(evidence[1].bytes, "ten\n"));
	cr_expect_eq(evidence[1].total, 4);
	arena_done(&arena);
	stage_done(&stage);
}

Test(ledger_file, a_long_list_of_findings_is_filed_in_parts_and_read_as_one)
{
	struct stage stage;
	struct arena arena = ARENA_INIT;
	struct run_entry *runs = NULL;
	size_t len = 0, lines = 0;
	struct error err = ERROR_INIT;
	static char text[FINDING_TEXT_MAX];
	struct licence licence = {.id = "map-order"};
	struct divergence many[64];
	stage_new(&stage);
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < 64; i++) {
		many[i] = sample_divergence("aot");
		many[i].licence = &licence;
		many[i].diff.left = many[i].diff.right = slice_make(text, sizeof(text));
		many[i].diff.locus = arena_printf(&arena, "stdout[%zu]", i);
	}
	struct judgement judgement = {
		.verdict = VERDICT_LICENSED, .divergences = many, .divergence_len = 64};
	struct run_record *record = repo_record(stage.a);
	for (size_t i = 0; i < 20; i++)
		run_record_add(record, arena_printf(&arena, "case-%zu", i), NULL, &judgement);
	(void)file_record(stage.ledger, record);
	cr_assert_eq(ledger_runs(&runs, &len, stage.ledger, stage.a, &arena, &err), 0, "%s",
		     err.message);
	cr_assert_eq(len, 1);
	struct slice rest = slice_make(runs[0].fail_ndjson, runs[0].fail_len), line;
	cr_expect_gt(rest.len, 8 << 20);
	while (slice_next_line(&rest, &line))
		lines++;
	cr_expect_eq(lines, 20 * 64);
	arena_done(&arena);
	stage_done(&stage);
}

Test(ledger_file, questions_about_nothing_have_clear_answers)
{
	struct stage stage;
	struct arena arena = ARENA_INIT;
	struct run_entry *runs;
	struct finding_history *history;
	size_t len = 9;
	struct error err = ERROR_INIT;
	stage_new(&stage);
	cr_expect_eq(ledger_runs(&runs, &len, stage.ledger, stage.a, &arena, &err), 0);
	cr_expect_eq(len, 0);
	cr_expect_eq(ledger_findings(&history, &len, stage.ledger, &arena, &err), 0);
	cr_expect_eq(len, 0);
	cr_expect_eq(ledger_compact(stage.ledger, &err), 0);
	cr_expect_eq(ledger_find(&history, stage.ledger, "abcdef", &arena, &err), LEDGER_E_UNKNOWN);
	cr_expect_eq(ledger_find(&history, stage.ledger, "../../x", &arena, &err),
		     LEDGER_E_UNKNOWN);
	cr_expect_lt(ledger_find(&history, stage.ledger, "abc", &arena, &err), 0);
	cr_expect_lt(ledger_runs(&runs, &len, stage.ledger, "abc", &arena, &err), 0);
	cr_expect_eq(err.blame, ERROR_INPUT);
	arena_done(&arena);
	stage_done(&stage);
}

Test(ledger_file, refuses_what_is_not_a_run_of_the_commit)
{
	struct repo repo;
	char hex[65];
	struct filed filed;
	repo_new(&repo, false);
	repo_commit(&repo, hex, "a", "1");
	struct ledger *ledger = repo_ledger(&repo);
	for (int way = 0; way < 3; way++) {
		struct error err = ERROR_INIT;
		struct run_record *record = repo_record(hex);
		record_case(record, "a", VERDICT_AGREE, NULL);
		if (way == 0)
			record->dirty = true;
		else if (way == 1)
			record->commit = "1234567890123456789012345678901234567890";
		else
			repo_write(&repo, "a", "changed while it ran");
		cr_expect_lt(ledger_file(&filed, ledger, record, &err), 0);
		cr_expect_eq(err.blame, ERROR_INPUT, "way %d: %s", way, err.message);
		run_record_free(record);
	}
	cr_expect_eq(repo_count_refs(&repo, "refs/parity/"), 0);
	ledger_closep(&ledger);
	repo_done(&repo);
}

Test(ledger_file, an_unwritable_repository_is_a_fault_and_nothing_is_filed)
{
	struct stage stage;
	struct filed filed;
	struct error err = ERROR_INIT;
	stage_new(&stage);
	/* a file where the folder of our references must go: this stops root as well */
	repo_write(&stage.repo, "refs/parity", "in the way\n");
	struct run_record *record = repo_record(stage.a);
	record_case(record, "a", VERDICT_DIVERGE, "aot");
	cr_expect_lt(ledger_file(&filed, stage.ledger, record, &err), 0);
	cr_expect_eq(err.blame, ERROR_FAULT);
	cr_expect_not_null(strstr(err.message, "is not filed"), "%s", err.message);
	run_record_free(record);
	stage_done(&stage);
}

static void add_config(struct stage *stage, const char *text)
{
	char *path = path_join(stage->repo.dir, "config");
	FILE *file = fopen(path, "a");
	cr_assert_not_null(file);
	(void)fputs(text, file);
	(void)fclose(file);
	free(path);
}

Test(ledger_file, commits_bear_the_users_name_and_references_keep_no_log)
{
	struct stage stage;
	char log[128];
	git_reference *ref;
	git_object *commit;
	stage_new(&stage);
	ledger_closep(&stage.ledger);
	add_config(&stage, "[core]\n\tlogAllRefUpdates = always\n"
			   "[user]\n\tname = Ada\n\temail = ada@example.org\n");
	stage.ledger = repo_ledger(&stage.repo);
	struct step step = ON_A(VERDICT_DIVERGE, "aot", 0, 0);
	(void)run_step(&stage, &step);
	cr_assert_eq(git_reference_lookup(&ref, stage.repo.git, "refs/parity/ledger"), 0);
	cr_assert_eq(git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT), 0);
	cr_expect_str_eq(git_commit_author((git_commit *)commit)->name, "Ada");
	(void)snprintf(log, sizeof(log), "%s/logs/refs/parity/ledger", stage.repo.dir);
	cr_expect_not(path_exists(log));
	git_object_free(commit);
	git_reference_free(ref);
	stage_done(&stage);
}

Test(ledger_file, the_users_checkout_is_left_alone)
{
	struct repo repo;
	char hex[65];
	struct subject before, after;
	repo_new(&repo, false);
	repo_commit(&repo, hex, "a", "1");
	struct ledger *ledger = repo_ledger(&repo);
	size_t refs = repo_count_refs(&repo, "refs/heads/");
	cr_assert_eq(ledger_subject(&before, ledger, "HEAD", NULL), 0);
	struct run_record *record = repo_record(hex);
	record_case(record, "a", VERDICT_DIVERGE, "aot");
	(void)file_record(ledger, record);
	cr_assert_eq(ledger_subject(&after, ledger, "HEAD", NULL), 0);
	cr_expect_not(after.dirty, "%s", after.dirty_path);
	cr_expect_str_eq(before.commit, after.commit);
	cr_expect_eq(repo_count_refs(&repo, "refs/heads/"), refs);
	cr_expect_eq(repo_count_refs(&repo, "refs/"), refs + 1, "the ledger alone is new");
	ledger_closep(&ledger);
	repo_done(&repo);
}
