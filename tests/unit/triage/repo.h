/* SPDX-License-Identifier: Apache-2.0 */
/* repo: real repositories in temporary folders, and run records to file in them. */
#pragma once

#include <git2.h>

#include "triage/ledger.h"
#include "triage/record.h"

struct repo {
	char dir[64];
	git_repository *git;
};

/* A repository without commits, away from the configuration of whoever runs the test. */
void repo_new(struct repo *repo, bool bare);
void repo_done(struct repo *repo); /* removes the folder */

/* Write a file, commit it on HEAD, and give the commit's id. */
void repo_commit(struct repo *repo, char hex[65], const char *name, const char *text);
/* A commit that HEAD does not reach, child of `parent` (or of none). */
void repo_side_commit(struct repo *repo, char hex[65], const char *parent, const char *message);
void repo_write(const struct repo *repo, const char *name, const char *text);
/* Put a blob at each path into a tree and let `ref` point to a commit of it. */
void repo_set_tree(struct repo *repo, const char *ref, const char *const *paths,
		   const char *const *texts, size_t len);
size_t repo_count_refs(const struct repo *repo, const char *prefix);
/* The subject of every test: three backends of the profile "reference". */
struct run_record *repo_record(const char *commit);
struct ledger *repo_ledger(const struct repo *repo);

/* A divergence of `right` against ast in the class of its exit. */
struct divergence sample_divergence(const char *right);
/* One judged case with at most one divergence of `right` (NULL: none). */
void record_case(struct run_record *record, const char *name, enum verdict verdict,
		 const char *right);
/* File and free the record; the test fails when that fails. */
struct filed file_record(struct ledger *ledger, struct run_record *record);
