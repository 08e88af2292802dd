/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of triage/ledger.c: the repository and the subject of a run. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "repo.h"

Test(ledger, open_says_when_there_is_no_repository)
{
	char dir[] = "/tmp/parity-none-XXXXXX";
	struct ledger *ledger = NULL;
	struct error err = ERROR_INIT;
	cr_assert_not_null(mkdtemp(dir));
	cr_expect_eq(ledger_open(&ledger, dir, &err), LEDGER_E_NOT_REPOSITORY);
	cr_expect_eq(err.blame, ERROR_INPUT);
	cr_expect_null(ledger);
	cr_expect_not_null(strstr(err.message, dir));
	(void)rmdir(dir);
	cr_expect_null(ledger_close(NULL));
}

Test(ledger, open_finds_the_repository_above)
{
	struct repo repo;
	char below[128], hex[65];
	repo_new(&repo, false);
	repo_commit(&repo, hex, "a", "1");
	(void)snprintf(below, sizeof(below), "%s/x/y", repo.dir);
	cr_assert_eq(path_make_dirs(below, NULL), 0);
	struct ledger *ledger = NULL;
	struct subject subject;
	struct error err = ERROR_INIT;
	cr_assert_eq(ledger_open(&ledger, below, &err), 0, "%s", err.message);
	cr_assert_eq(ledger_subject(&subject, ledger, "HEAD", &err), 0);
	cr_expect_str_eq(subject.commit, hex);
	ledger_closep(&ledger);
	repo_done(&repo);
}

Test(ledger, open_names_what_it_cannot_read)
{
	struct repo repo;
	struct ledger *ledger = NULL;
	struct error err = ERROR_INIT;
	repo_new(&repo, false);
	repo_write(
		&repo, ".git/config",
		"[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n");
	cr_expect_lt(ledger_open(&ledger, repo.dir, &err), 0);
	cr_expect_eq(err.blame, ERROR_INPUT);
	cr_expect_not_null(strstr(err.message, "SHA-256"), "%s", err.message);
	repo_done(&repo);
}

Test(ledger, open_says_what_to_do_about_another_users_repository)
{
	if (geteuid() != 0)
		cr_skip_test("only root can give a folder away");
	struct repo repo;
	struct ledger *ledger = NULL;
	struct error err = ERROR_INIT;
	repo_new(&repo, false);
	char git[96];
	(void)snprintf(git, sizeof(git), "%s/.git", repo.dir);
	cr_assert_eq(chown(repo.dir, 12345, 12345), 0);
	cr_assert_eq(chown(git, 12345, 12345), 0);
	cr_expect_lt(ledger_open(&ledger, repo.dir, &err), 0);
	cr_expect_eq(err.blame, ERROR_INPUT);
	cr_expect_not_null(strstr(err.message, "safe.directory"), "%s", err.message);
	repo_done(&repo);
}

Test(ledger, subject_of_an_unborn_head_is_an_input_error)
{
	struct repo repo;
	struct subject subject;
	struct error err = ERROR_INIT;
	repo_new(&repo, false);
	struct ledger *ledger = repo_ledger(&repo);
	cr_expect_lt(ledger_subject(&subject, ledger, "HEAD", &err), 0);
	cr_expect_eq(err.blame, ERROR_INPUT);
	cr_expect_not_null(strstr(err.message, "repository has no commit yet"));
	ledger_closep(&ledger);
	repo_done(&repo);
}

Test(ledger, subject_tells_revisions_apart)
{
	struct repo repo;
	char first[65], second[65];
	struct subject subject;
	struct error err = ERROR_INIT;
	repo_new(&repo, false);
	repo_commit(&repo, first, "a", "1");
	repo_commit(&repo, second, "a", "2");
	struct ledger *ledger = repo_ledger(&repo);
	cr_expect_eq(ledger_subject(&subject, ledger, "HEAD", &err), 0);
	cr_expect_str_eq(subject.commit, second);
	cr_expect_eq(strlen(subject.tree), 40);
	cr_expect_eq(ledger_subject(&subject, ledger, "HEAD~1", &err), 0);
	cr_expect_str_eq(subject.commit, first);
	static const char *const unknown[] = {"nowhere", "HEAD~9", "..", "", "HEAD^{tree}"};
	for (size_t i = 0; i < 5; i++) {
		err = (struct error)ERROR_INIT;
		cr_expect_eq(ledger_subject(&subject, ledger, unknown[i], &err), LEDGER_E_UNKNOWN,
			     "'%s': %s", unknown[i], err.message);
		cr_expect_eq(err.blame, ERROR_INPUT);
	}
	ledger_closep(&ledger);
	repo_done(&repo);
}

static void change(const struct repo *repo, const char *what)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/a", repo->dir);
	if (strcmp(what, "modified") == 0)
		repo_write(repo, "a", "longer than before");
	else if (strcmp(what, "deleted") == 0)
		(void)unlink(path);
	else if (strcmp(what, "untracked") == 0)
		repo_write(repo, "new", "x");
	else if (strcmp(what, "ignored") == 0)
		repo_write(repo, "x.o", "x");
	else if (strcmp(what, "mode") == 0)
		(void)chmod(path, 0755);
}

Test(ledger, subject_is_dirty_exactly_when_the_worktree_differs)
{
	static const struct {
		const char *what;
		const char *path; /* NULL: clean */
	} rows[] = {
		{"nothing", NULL},    {"modified", "a"}, {"deleted", "a"},
		{"untracked", "new"}, {"ignored", NULL}, {"mode", "a"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct repo repo;
		char hex[65];
		struct subject subject;
		struct error err = ERROR_INIT;
		repo_new(&repo, false);
		repo_commit(&repo, hex, ".gitignore", "*.o\n");
		repo_commit(&repo, hex, "a", "1");
		change(&repo, rows[i].what);
		struct ledger *ledger = repo_ledger(&repo);
		cr_assert_eq(ledger_subject(&subject, ledger, "HEAD", &err), 0);
		cr_expect_eq(subject.dirty, rows[i].path != NULL, "%s", rows[i].what);
		if (rows[i].path)
			cr_expect_str_eq(subject.dirty_path, rows[i].path);
		cr_expect_neq(subject.worktree[0], '\0');
		ledger_closep(&ledger);
		repo_done(&repo);
	}
}

Test(ledger, a_bare_repository_is_never_dirty)
{
	struct repo repo;
	char hex[65];
	struct subject subject;
	struct error err = ERROR_INIT;
	repo_new(&repo, true);
	repo_side_commit(&repo, hex, NULL, "one");
	struct ledger *ledger = repo_ledger(&repo);
	cr_assert_eq(ledger_subject(&subject, ledger, hex, &err), 0, "%s", err.message);
	cr_expect_not(subject.dirty);
	cr_expect_str_empty(subject.worktree);
	struct run_record *record = repo_record(hex);
	record_case(record, "a", VERDICT_AGREE, NULL);
	(void)file_record(ledger, record);
	ledger_closep(&ledger);
	repo_done(&repo);
}
