/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of triage/ledger_inbox.c: other processes file at the same time or die on the way, and the
 * inbox holds what no run of ours would write.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"
#include "repo.h"
#include "triage/ledger_internal.h"

extern char **environ;

static pid_t start_writer(const struct repo *repo, const char *commit, const char *runs,
			  const char *kill_at)
{
	pid_t pid;
	char *argv[] = {(char *)"writer", (char *)repo->dir, (char *)commit,
			(char *)runs,     (char *)kill_at,   NULL};
	cr_assert_eq(posix_spawn(&pid, WRITER_PATH, NULL, NULL, argv, environ), 0);
	return pid;
}

static int wait_for(pid_t pid)
{
	int status = 0;
	while (waitpid(pid, &status, 0) < 0)
		;
	return status;
}

static size_t count_runs(struct ledger *ledger, const char *commit)
{
	struct arena arena = ARENA_INIT;
	struct run_entry *runs = NULL;
	size_t len = 0;
	struct error err = ERROR_INIT;
	cr_assert_eq(ledger_runs(&runs, &len, ledger, commit, &arena, &err), 0, "%s", err.message);
	arena_done(&arena);
	return len;
}

Test(ledger_inbox, nothing_is_lost_among_four_writers)
{
	struct repo repo;
	char commit[65];
	pid_t pids[4];
	struct error err = ERROR_INIT;
	struct arena arena = ARENA_INIT;
	struct finding_history *list;
	struct evidence *evidence;
	size_t len, stored;
	repo_new(&repo, true);
	repo_side_commit(&repo, commit, NULL, "a");
	struct ledger *ledger = repo_ledger(&repo);
	for (int i = 0; i < 4; i++)
		pids[i] = start_writer(&repo, commit, "10", NULL);
	for (int i = 0; i < 4; i++)
		cr_expect_eq(wait_for(pids[i]), 0);
	cr_assert_eq(ledger_compact(ledger, &err), 0, "%s", err.message);
	cr_expect_eq(repo_count_refs(&repo, "refs/parity/inbox/"), 0);
	cr_expect_eq(count_runs(ledger, commit), 40);
	cr_assert_eq(ledger_findings(&list, &len, ledger, &arena, &err), 0, "%s", err.message);
	cr_expect_eq(len, 41, "one shared failure and one a run");
	size_t events = 0;
	for (size_t i = 0; i < len; i++) {
		events += list[i].event_len;
		cr_expect_eq(list[i].state, STATE_OBSERVED);
		if (list[i].event_len < 2)
			continue;
		cr_assert_eq(ledger_evidence(&evidence, &stored, ledger, list[i].fp, &arena, &err),
			     0);
		cr_expect_eq(stored, 40);
		cr_expect(stored < 2 || slice_is(evidence[0].bytes, "one\n"));
	}
	cr_expect_eq(events, 80);
	arena_done(&arena);
	ledger_closep(&ledger);
	repo_done(&repo);
}

/* Make what a killed process left look old, as it is to whoever comes the next day. */
static void age_lock(const struct repo *repo, const char *name)
{
	char path[256];
	struct timespec times[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	(void)snprintf(path, sizeof(path), "%s/refs/parity/%s.lock", repo->dir, name);
	(void)utimensat(AT_FDCWD, path, times, 0);
}

static void age_locks(const struct repo *repo)
{
	git_strarray refs;
	age_lock(repo, "ledger");
	cr_assert_eq(git_reference_list(&refs, repo->git), 0);
	for (size_t i = 0; i < refs.count; i++)
		if (strncmp(refs.strings[i], "refs/parity/", 12) == 0)
			age_lock(repo, refs.strings[i] + 12);
	git_strarray_dispose(&refs);
	for (int month = 1; month <= 12; month++) {
		char name[64];
		for (int year = 2020; year < 2050; year++) {
			(void)snprintf(name, sizeof(name), "evidence/%d-%02d", year, month);
			age_lock(repo, name);
		}
	}
}

/* One writer killed before its k-th change; true when it lived to the end. */
static bool kill_and_recover(int k, bool *filed_before)
{
	struct repo repo;
	char commit[65], kill_at[16];
	struct error err = ERROR_INIT;
	repo_new(&repo, true);
	repo_side_commit(&repo, commit, NULL, "a");
	(void)snprintf(kill_at, sizeof(kill_at), "%d", k);
	int status = wait_for(start_writer(&repo, commit, "1", kill_at));
	bool finished = WIFEXITED(status);
	cr_assert(finished ? WEXITSTATUS(status) == 0 : WTERMSIG(status) == SIGKILL);
	age_locks(&repo);
	struct ledger *ledger = repo_ledger(&repo);
	size_t waiting = repo_count_refs(&repo, "refs/parity/inbox/");
	size_t before = count_runs(ledger, commit);
	cr_assert_eq(ledger_compact(ledger, &err), 0, "k %d: %s", k, err.message);
	size_t after = count_runs(ledger, commit);
	cr_expect_eq(after, before || waiting ? 1 : 0, "k %d: %zu waiting, %zu before, %zu after",
		     k, waiting, before, after);
	cr_expect(after || !*filed_before, "k %d: filed when killed earlier, lost when later", k);
	*filed_before = after > 0;
	if (ledger_compact(ledger, &err) == 0)
		cr_expect_eq(repo_count_refs(&repo, "refs/parity/inbox/"), 0, "k %d", k);
	struct arena arena = ARENA_INIT;
	struct finding_history *list;
	size_t len;
	cr_assert_eq(ledger_findings(&list, &len, ledger, &arena, &err), 0, "%s", err.message);
	cr_expect_eq(len, after ? 2 : 0, "k %d", k);
	arena_done(&arena);
	ledger_closep(&ledger);
	repo_done(&repo);
	return finished;
}

Test(ledger_inbox, a_writer_killed_at_any_step_has_filed_all_or_nothing, .timeout = 120)
{
	bool filed = false;
	int k = 1;
	while (!kill_and_recover(k, &filed))
		k += 2; /* every other step: next to each is one of the same kind */
	cr_expect_gt(k, 40, "only %d steps: the calls are not counted", k);
	cr_expect(filed);
}

Test(ledger_inbox, the_next_run_takes_what_a_killed_writer_left)
{
	struct repo repo;
	char commit[65], kill_at[16];
	repo_new(&repo, true);
	repo_side_commit(&repo, commit, NULL, "a");
	for (int k = 30; repo_count_refs(&repo, "refs/parity/inbox/") == 0; k++) {
		(void)snprintf(kill_at, sizeof(kill_at), "%d", k);
		cr_assert(WIFSIGNALED(wait_for(start_writer(&repo, commit, "1", kill_at))));
	}
	age_locks(&repo);
	struct ledger *ledger = repo_ledger(&repo);
	cr_expect_eq(count_runs(ledger, commit), 0);
	struct run_record *record = repo_record(commit);
	record_case(record, "a", VERDICT_AGREE, NULL);
	(void)file_record(ledger, record);
	cr_expect_eq(count_runs(ledger, commit), 2);
	cr_expect_eq(repo_count_refs(&repo, "refs/parity/inbox/"), 0);
	ledger_closep(&ledger);
	repo_done(&repo);
}

Test(ledger_inbox, a_fresh_lock_of_somebody_else_makes_the_run_wait_in_the_inbox)
{
	struct repo repo;
	char commit[65];
	struct filed filed;
	struct error err = ERROR_INIT;
	repo_new(&repo, true);
	repo_side_commit(&repo, commit, NULL, "a");
	struct ledger *ledger = repo_ledger(&repo);
	struct run_record *record = repo_record(commit);
	record_case(record, "a", VERDICT_AGREE, NULL);
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/refs/parity", repo.dir);
	cr_assert_eq(path_make_dirs(path, NULL), 0);
	repo_write(&repo, "refs/parity/ledger.lock", "");
	cr_assert_eq(ledger_file(&filed, ledger, record, &err), 0, "%s", err.message);
	cr_expect_not(filed.compacted);
	cr_expect_eq(repo_count_refs(&repo, filed.run_ref), 1);
	cr_expect_lt(ledger_compact(ledger, &err), 0);
	cr_expect_eq(err.blame, ERROR_FAULT);
	age_lock(&repo, "ledger");
	cr_expect_eq(ledger_compact(ledger, &err), 0, "a lock that old is nobody's");
	cr_expect_eq(count_runs(ledger, commit), 1);
	run_record_free(record);
	ledger_closep(&ledger);
	repo_done(&repo);
}

#define FP "aa00000000000000000000000000000000000000000000000000000000000000"
#define ID "bb00000000000000000000000000000000000000000000000000000000000000"

struct hostile {
	const char *path;
	const char *text;
	const char *says;
};

static const struct hostile hostiles[] = {
	{"elsewhere", "x", "not a file of a ledger"},
	{"VERSION", "2\n", "unknown format"},
	{"f/aa/" FP "/" ID ".json", "{}", "does not hash to its name"},
	{"f/bb/" FP "/" ID ".json", "{}", "not a file of a ledger"},
	{"w/x.json", "{\"schema\":\"parity.waiver/1\"}", "member 'id'"},
	{"w/x.json", "[", "w/x.json"},
	{"c/aa/bb/aabb000000000000000000000000000000000000/01ARZ3NDEKTSV4RRFFQ69G5FAV/run.json",
	 "{\"schema\":\"parity.run/1\"}", "member 'run_id'"},
	{"c/aa/bb/aabb000000000000000000000000000000000000/01ARZ3NDEKTSV4RRFFQ69G5FAV/fail.ndjson",
	 "{\"schema\":\"parity.finding/1\",\"fp\":\"x\"}\n", "is not a fingerprint"},
	{"c/aa/bb/aabb000000000000000000000000000000000000/not-a-ulid/run.json", "{}",
	 "not a file of a ledger"},
};

Test(ledger_inbox, a_hostile_reference_is_named_left_alone_and_hinders_nobody)
{
	for (size_t i = 0; i < sizeof(hostiles) / sizeof(hostiles[0]); i++) {
		struct repo repo;
		char commit[65];
		struct error err = ERROR_INIT;
		repo_new(&repo, true);
		repo_side_commit(&repo, commit, NULL, "a");
		repo_set_tree(&repo, "refs/parity/inbox/evil", &hostiles[i].path, &hostiles[i].text,
			      1);
		struct ledger *ledger = repo_ledger(&repo);
		struct run_record *record = repo_record(commit);
		record_case(record, "a", VERDICT_AGREE, NULL);
		(void)file_record(ledger, record);
		cr_expect_eq(count_runs(ledger, commit), 1);
		cr_expect_lt(ledger_compact(ledger, &err), 0);
		cr_expect_eq(err.blame, ERROR_FAULT);
		cr_expect_not_null(strstr(err.message, hostiles[i].says), "%s", err.message);
		cr_expect_not_null(strstr(err.message, "refs/parity/inbox/evil:"), "%s",
				   err.message);
		cr_expect_eq(repo_count_refs(&repo, "refs/parity/inbox/"), 1);
		ledger_closep(&ledger);
		repo_done(&repo);
	}
}

#define EVIDENCE_PATH "e/2026-11/aa/" FP "/01ARZ3NDEKTSV4RRFFQ69G5FAV/ast.stdout"

Test(ledger_inbox, one_path_holds_one_file_for_ever)
{
	struct repo repo;
	const char *path = EVIDENCE_PATH;
	const char *texts[] = {"first", "second"};
	struct error err = ERROR_INIT;
	repo_new(&repo, true);
	struct ledger *ledger = repo_ledger(&repo);
	for (int i = 0; i < 2; i++) {
		repo_set_tree(&repo, "refs/parity/inbox/a", &path, &texts[0], 1);
		cr_expect_eq(ledger_compact(ledger, &err), 0, "the same again: %s", err.message);
	}
	repo_set_tree(&repo, "refs/parity/inbox/b", &path, &texts[1], 1);
	cr_expect_lt(ledger_compact(ledger, &err), 0);
	cr_expect_not_null(strstr(err.message, "refs/parity/inbox/b:" EVIDENCE_PATH), "%s",
			   err.message);
	cr_expect_eq(repo_count_refs(&repo, "refs/parity/inbox/"), 1);
	ledger_closep(&ledger);
	repo_done(&repo);
}

Test(ledger_inbox, a_ledger_that_is_not_ours_is_named_by_reference_and_path)
{
	static const struct {
		const char *paths[2];
		const char *texts[2];
		const char *says;
	} rows[] = {
		{{"README", NULL}, {"x", NULL}, "refs/parity/ledger:VERSION: missing"},
		{{"VERSION", NULL},
		 {"7\n", NULL},
		 "refs/parity/ledger:VERSION: unknown format '7'"},
		{{"VERSION", "f/aa/" FP "/" ID ".json"},
		 {"1\n", "{}"},
		 "refs/parity/ledger:f/aa/" FP "/" ID ".json: content does not hash"},
		{{"VERSION", "f/aa/x"},
		 {"1\n", ""},
		 "refs/parity/ledger:f/aa/x: not a fingerprint"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct repo repo;
		struct arena arena = ARENA_INIT;
		struct finding_history *list;
		size_t len;
		struct error err = ERROR_INIT;
		repo_new(&repo, true);
		repo_set_tree(&repo, "refs/parity/ledger", rows[i].paths, rows[i].texts,
			      rows[i].paths[1] ? 2 : 1);
		struct ledger *ledger = repo_ledger(&repo);
		cr_expect_lt(ledger_findings(&list, &len, ledger, &arena, &err), 0);
		cr_expect_not_null(strstr(err.message, rows[i].says), "%s", err.message);
		arena_done(&arena);
		ledger_closep(&ledger);
		repo_done(&repo);
	}
}

Test(ledger_inbox, paths_follow_one_grammar)
{
	static const struct {
		const char *path;
		bool legal;
	} rows[] = {
		{"VERSION", true},
		{"w/w-1.json", true},
		{"w/.json", false},
		{"w/a/b.json", false},
		{"w/a.b.json", false},
		{"f/aa/" FP "/" ID ".json", true},
		{"f/aa/" FP "/" ID ".JSON", false},
		{"f/aa/" FP "/short.json", false},
		{EVIDENCE_PATH, true},
		{"e/2026-13/aa/" FP "/01ARZ3NDEKTSV4RRFFQ69G5FAV/ast.stdout", false},
		{"e/2026-11/aa/" FP "/01ARZ3NDEKTSV4RRFFQ69G5FAV/..", false},
		{"c/aa/bb/aabb000000000000000000000000000000000000/01ARZ3NDEKTSV4RRFFQ69G5FAV/"
		 "fail-2.ndjson",
		 true},
		{"c/aa/bb/aabb000000000000000000000000000000000000/01ARZ3NDEKTSV4RRFFQ69G5FAV/"
		 "fail-1.ndjson",
		 false},
		{"c/aa/bb/aabb000000000000000000000000000000000000/01ARZ3NDEKTSV4RRFFQ69G5FAV/"
		 "fail-129.ndjson",
		 false},
		{"c/aa/bb/aabb000000000000000000000000000000000000/01ARZ3NDEKTSV4RRFFQ69G5FAV/x",
		 false},
		{"c/bb/aa/aabb000000000000000000000000000000000000/01ARZ3NDEKTSV4RRFFQ69G5FAV/"
		 "run.json",
		 false},
		{"", false},
		{"/", false},
		{"a/b/c/d/e/f/g/h/i/j", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum ledger_file_kind kind;
		cr_expect_eq(ledger_path_parse(&kind, rows[i].path), rows[i].legal, "%s",
			     rows[i].path);
	}
}
