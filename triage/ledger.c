/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger: the repository itself: opening it, and the subject of a run. Nothing here writes; the
 * user's worktree, index, branches and HEAD are only ever read.
 */
#include "triage/ledger_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

void docs_done(struct docs *docs)
{
	vec_each (docs, doc)
		json_free(*doc);
	vec_done(docs);
}

int ledger_fault(struct error *err, const char *fmt, ...)
{
	char text[1024];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	const git_error *last = git_error_last();
	return error_fault(err, "%s: %s", text,
			   last && last->message ? last->message : "unknown git error");
}

static int open_error(const char *path, int code, struct error *err)
{
	const git_error *last = git_error_last();
	const char *text = last && last->message ? last->message : "unknown git error";
	/* where nothing is configured as safe, libgit2 1.5 reports the lookup of that instead */
	if (code == GIT_ENOTFOUND && strstr(text, "safe.directory"))
		code = GIT_EOWNER;
	if (code == GIT_ENOTFOUND) {
		(void)error_input(err,
				  "no git repository at or above '%s'; run inside one, or leave "
				  "filing out with --no-file",
				  path);
		return LEDGER_E_NOT_REPOSITORY;
	}
	if (code == GIT_EOWNER)
		return error_input(
			err,
			"repository at '%s' belongs to another user; if you trust it, run "
			"'git config --global --add safe.directory DIR' with its folder",
			path);
	if (strstr(text, "objectformat"))
		return error_input(
			err,
			"repository at '%s' stores SHA-256 objects, which the git library "
			"in use cannot read; use a SHA-1 repository or --no-file",
			path);
	return error_fault(err, "cannot open repository at '%s': %s", path, text);
}

int ledger_open(struct ledger **out, const char *path, struct error *err)
{
	if (git_libgit2_init() < 0)
		return ledger_fault(err, "cannot start the git library");
	git_repository *repo = NULL;
	int r = git_repository_open_ext(&repo, path, 0, NULL);
	if (r < 0) {
		r = open_error(path, r, err);
		(void)git_libgit2_shutdown();
		return r;
	}
	struct ledger *ledger = calloc(1, sizeof(*ledger));
	if (!ledger)
		abort();
	ledger->repo = repo;
	*out = ledger;
	return 0;
}

struct ledger *ledger_close(struct ledger *ledger)
{
	if (!ledger)
		return NULL;
	docs_done(&ledger->docs);
	git_repository_free(ledger->repo);
	free(ledger);
	(void)git_libgit2_shutdown();
	return NULL;
}

void ledger_closep(struct ledger **ledger)
{
	*ledger = ledger_close(*ledger);
}

int ledger_signature(git_signature **out, struct ledger *ledger, struct error *err)
{
	if (git_signature_default(out, ledger->repo) == 0)
		return 0;
	if (git_signature_now(out, "parity", "parity@localhost") < 0)
		return ledger_fault(err, "cannot make a signature");
	return 0;
}

/* The first path that differs from HEAD or is new and not ignored; "" when clean. */
static int find_dirty(struct subject *out, struct ledger *ledger, struct error *err)
{
	git_status_options options;
	(void)git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
	options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
	options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
	git_status_list *list = NULL;
	if (git_status_list_new(&list, ledger->repo, &options) < 0)
		return ledger_fault(err, "cannot compare the worktree '%s' with HEAD",
				    out->worktree);
	size_t count = git_status_list_entrycount(list);
	for (size_t i = 0; i < count && !out->dirty; i++) {
		const git_status_entry *entry = git_status_byindex(list, i);
		if (entry->status == GIT_STATUS_CURRENT || entry->status & GIT_STATUS_IGNORED)
			continue;
		const git_diff_delta *delta =
			entry->head_to_index ? entry->head_to_index : entry->index_to_workdir;
		const char *path = "";
		if (delta)
			path = delta->new_file.path ? delta->new_file.path : delta->old_file.path;
		out->dirty = true;
		(void)snprintf(out->dirty_path, sizeof(out->dirty_path), "%s", path);
	}
	git_status_list_free(list);
	return 0;
}

static int resolve(git_object **out, struct ledger *ledger, const char *revision, struct error *err)
{
	CLEANUP(git_object_freep) git_object *object = NULL;
	int r = git_revparse_single(&object, ledger->repo, revision);
	if (r == 0)
		r = git_object_peel(out, object, GIT_OBJECT_COMMIT);
	if (r == 0)
		return 0;
	if (git_repository_head_unborn(ledger->repo) == 1)
		return error_input(err, "repository has no commit yet; commit something first");
	if (r != GIT_ENOTFOUND && r != GIT_EINVALIDSPEC && r != GIT_EAMBIGUOUS && r != GIT_EPEEL)
		return ledger_fault(err, "cannot resolve revision '%s'", revision);
	(void)error_input(err, "%s revision '%s'; name a commit, branch or tag of this repository",
			  r == GIT_EAMBIGUOUS ? "ambiguous" : "unknown", revision);
	return LEDGER_E_UNKNOWN;
}

int ledger_subject(struct subject *out, struct ledger *ledger, const char *revision,
		   struct error *err)
{
	CLEANUP(git_object_freep) git_object *object = NULL;
	int r = resolve(&object, ledger, revision, err);
	if (r != 0)
		return r;
	struct subject subject = {0};
	(void)git_oid_tostr(subject.commit, sizeof(subject.commit), git_object_id(object));
	(void)git_oid_tostr(subject.tree, sizeof(subject.tree),
			    git_commit_tree_id((const git_commit *)object));
	const char *worktree = git_repository_workdir(ledger->repo);
	if (worktree && !git_repository_is_bare(ledger->repo)) {
		(void)snprintf(subject.worktree, sizeof(subject.worktree), "%s", worktree);
		r = find_dirty(&subject, ledger, err);
		if (r < 0)
			return r;
	}
	*out = subject;
	return 0;
}
