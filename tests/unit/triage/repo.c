/* SPDX-License-Identifier: Apache-2.0 */
/* repo: makes repositories through libgit2 only; a step that fails ends the test. */
#include "repo.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"

void repo_new(struct repo *repo, bool bare)
{
	(void)git_libgit2_init();
	for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
		(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "/nonexistent");
	/* in memory where there is such a place: the tests make thousands of small files */
	(void)snprintf(repo->dir, sizeof(repo->dir), "%s/parity-ledger-XXXXXX",
		       access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp");
	cr_assert_not_null(mkdtemp(repo->dir));
	cr_assert_eq(git_repository_init(&repo->git, repo->dir, bare), 0);
}

void repo_done(struct repo *repo)
{
	git_repository_free(repo->git);
	cr_expect_eq(path_remove_tree(repo->dir, NULL), 0);
	(void)git_libgit2_shutdown();
}

void repo_write(const struct repo *repo, const char *name, const char *text)
{
	char *path = path_join(repo->dir, name);
	cr_assert_eq(file_write(path, slice_of(text), false, NULL), 0);
	free(path);
}

static void commit_tree(struct repo *repo, git_oid *out, const char *ref, const git_oid *tree_id,
			const git_oid *parent_id, const char *message)
{
	git_signature *signature;
	git_tree *tree;
	git_commit *parent = NULL;
	cr_assert_eq(git_signature_now(&signature, "t", "t@localhost"), 0);
	cr_assert_eq(git_tree_lookup(&tree, repo->git, tree_id), 0);
	if (parent_id)
		cr_assert_eq(git_commit_lookup(&parent, repo->git, parent_id), 0);
	cr_assert_eq(git_commit_create_v(out, repo->git, ref, signature, signature, NULL, message,
					 tree, parent ? 1 : 0, parent),
		     0);
	git_commit_free(parent);
	git_tree_free(tree);
	git_signature_free(signature);
}

void repo_commit(struct repo *repo, char hex[65], const char *name, const char *text)
{
	git_index *index;
	git_oid tree, commit, head;
	repo_write(repo, name, text);
	cr_assert_eq(git_repository_index(&index, repo->git), 0);
	cr_assert_eq(git_index_read(index, 1), 0);
	cr_assert_eq(git_index_add_bypath(index, name), 0);
	cr_assert_eq(git_index_write(index), 0);
	cr_assert_eq(git_index_write_tree(&tree, index), 0);
	bool born = git_reference_name_to_id(&head, repo->git, "HEAD") == 0;
	commit_tree(repo, &commit, "HEAD", &tree, born ? &head : NULL, text);
	(void)git_oid_tostr(hex, 65, &commit);
	git_index_free(index);
}

void repo_side_commit(struct repo *repo, char hex[65], const char *parent, const char *message)
{
	git_treebuilder *builder;
	git_oid tree, commit, parent_id;
	cr_assert_eq(git_treebuilder_new(&builder, repo->git, NULL), 0);
	cr_assert_eq(git_treebuilder_write(&tree, builder), 0);
	git_treebuilder_free(builder);
	if (parent)
		cr_assert_eq(git_oid_fromstr(&parent_id, parent), 0);
	commit_tree(repo, &commit, NULL, &tree, parent ? &parent_id : NULL, message);
	(void)git_oid_tostr(hex, 65, &commit);
}

void repo_set_tree(struct repo *repo, const char *ref, const char *const *paths,
		   const char *const *texts, size_t len)
{
	git_index *index;
	git_oid tree, commit;
	git_reference *made;
	cr_assert_eq(git_index_new(&index), 0);
	for (size_t i = 0; i < len; i++) {
		git_index_entry entry = {.mode = GIT_FILEMODE_BLOB, .path = paths[i]};
		cr_assert_eq(git_blob_create_from_buffer(&entry.id, repo->git, texts[i],
							 strlen(texts[i])),
			     0);
		cr_assert_eq(git_index_add(index, &entry), 0);
	}
	cr_assert_eq(git_index_write_tree_to(&tree, index, repo->git), 0);
	git_index_free(index);
	commit_tree(repo, &commit, NULL, &tree, NULL, "tree");
	cr_assert_eq(git_reference_create(&made, repo->git, ref, &commit, 1, NULL), 0);
	git_reference_free(made);
}

size_t repo_count_refs(const struct repo *repo, const char *prefix)
{
	git_strarray refs;
	size_t count = 0;
	cr_assert_eq(git_reference_list(&refs, repo->git), 0);
	for (size_t i = 0; i < refs.count; i++)
		count += strncmp(refs.strings[i], prefix, strlen(prefix)) == 0;
	git_strarray_dispose(&refs);
	return count;
}

struct run_record *repo_record(const char *commit)
{
	static const char *backends[] = {"ast", "native", "aot"};
	struct run_record *record = run_record_new();
	record->commit = arena_strdup(&record->arena, commit);
	record->profile = "reference";
	record->writer = "tester@host";
	record->backends = backends;
	record->backend_len = 3;
	record->ended_ms = record->started_ms + 1;
	record->complete = true;
	return record;
}

struct ledger *repo_ledger(const struct repo *repo)
{
	struct ledger *ledger = NULL;
	struct error err = ERROR_INIT;
	cr_assert_eq(ledger_open(&ledger, repo->dir, &err), 0, "%s", err.message);
	return ledger;
}

struct divergence sample_divergence(const char *right)
{
	return (struct divergence){
		.diff = {.channel = CHANNEL_STDOUT,
			 .kind = DIFF_VALUE,
			 .locus = "stdout[4]",
			 .left = slice_of("10"),
			 .right = slice_of("11"),
			 .left_class = "success",
			 .right_class = "success"},
		.left = "ast",
		.right = right,
		.clause = "runtime#indexing",
	};
}

void record_case(struct run_record *record, const char *name, enum verdict verdict,
		 const char *right)
{
	struct divergence divergence = sample_divergence(right);
	struct judgement judgement = {
		.verdict = verdict,
		.divergences = &divergence,
		.divergence_len = right ? 1 : 0,
	};
	record->planned++;
	run_record_add(record, name, NULL, &judgement);
}

struct filed file_record(struct ledger *ledger, struct run_record *record)
{
	struct filed filed;
	struct error err = ERROR_INIT;
	cr_assert_eq(ledger_file(&filed, ledger, record, &err), 0, "%s", err.message);
	cr_expect(filed.compacted);
	run_record_free(record);
	return filed;
}
