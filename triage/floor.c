/* SPDX-License-Identifier: Apache-2.0 */
/* floor: see floor.h. */
#include "triage/floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/map.h"
#include "base/path.h"
#include "triage/ledger_internal.h"

static void revwalk_freep(git_revwalk **walk)
{
	git_revwalk_free(*walk);
}

/* The file's path within the repository, "corpus/gaps.json"; NULL when it is not in its worktree.
 * The caller frees. */
static char *path_inside(const git_repository *repo, const char *path)
{
	const char *root = git_repository_workdir(repo);
	CLEANUP(free_p) char *folder = path_dir(path);
	CLEANUP(free_p) char *real = realpath(folder, NULL);
	CLEANUP(free_p) char *top = root ? realpath(root, NULL) : NULL;
	CLEANUP(free_p) char *full = real ? path_join(real, path_base(path)) : NULL;
	size_t len = top ? strlen(top) : 0;

	if (!full || len == 0 || strncmp(full, top, len) != 0 || full[len] != '/')
		return NULL;
	return strdup(full + len + 1);
}

/* The floor in one version of the file; false when it has none. */
static bool floor_of_blob(double *out, git_repository *repo, const git_oid *id)
{
	git_blob *blob = NULL;
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	bool found = false;

	if (git_blob_lookup(&blob, repo, id) < 0)
		return false;
	if (git_blob_rawsize(blob) <= LEDGER_BLOB_MAX &&
	    json_try(&doc, slice_make(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)),
		     0))
		found = json_to_double(json_get(doc->root, "floor"), out);
	git_blob_free(blob);
	return found;
}

/* `seen` holds the versions already read: most commits leave the file alone. */
static int look_at(struct floor_past *past, git_repository *repo, const git_oid *id,
		   const char *inside, struct map *seen, struct error *err)
{
	CLEANUP(git_commit_freep) git_commit *commit = NULL;
	CLEANUP(git_tree_freep) git_tree *tree = NULL;
	git_tree_entry *entry = NULL;
	char hex[GIT_OID_HEXSZ + 1];
	double floor = 0;

	past->commits++;
	if (git_commit_lookup(&commit, repo, id) < 0 || git_commit_tree(&tree, commit) < 0)
		return ledger_fault(err, "cannot read commit '%s'", git_oid_tostr_s(id));
	if (git_tree_entry_bypath(&entry, tree, inside) < 0)
		return 0;
	(void)git_oid_tostr(hex, sizeof(hex), git_tree_entry_id(entry));
	if (!map_has(seen, hex)) {
		map_put(seen, hex, past);
		if (floor_of_blob(&floor, repo, git_tree_entry_id(entry)) &&
		    (!past->known || floor > past->floor)) {
			past->known = true;
			past->floor = floor;
			(void)git_oid_tostr(past->commit, sizeof(past->commit), id);
		}
	}
	git_tree_entry_free(entry);
	return 0;
}

static int walk_past(struct floor_past *past, git_repository *repo, const git_oid *from,
		     const char *inside, struct error *err)
{
	CLEANUP(revwalk_freep) git_revwalk *walk = NULL;
	struct map seen = {0};
	git_oid id;
	int r = 0;

	if (git_revwalk_new(&walk, repo) < 0 || git_revwalk_push(walk, from) < 0)
		return ledger_fault(err, "cannot walk the history of '%s'", inside);
	while (r == 0 && git_revwalk_next(&id, walk) == 0)
		r = look_at(past, repo, &id, inside, &seen, err);
	map_done(&seen);
	return r;
}

/* The commit that `base` means; 1 when there is none and none was asked for. */
static int find_start(git_oid *out, git_repository *repo, const char *base, struct error *err)
{
	CLEANUP(git_object_freep) git_object *found = NULL;
	CLEANUP(git_object_freep) git_object *commit = NULL;

	if (git_revparse_single(&found, repo, base ? base : "HEAD") < 0 ||
	    git_object_peel(&commit, found, GIT_OBJECT_COMMIT) < 0)
		return base ? error_input(err, "unknown revision '%s', name a commit", base) : 1;
	git_oid_cpy(out, git_object_id(commit));
	return 0;
}

static int no_past(struct floor_past *out, const char *why)
{
	*out = (struct floor_past){0};
	(void)snprintf(out->why, sizeof(out->why), "%s", why);
	return 0;
}

int floor_past(struct floor_past *out, const char *path, const char *base, struct error *err)
{
	struct floor_past past = {0};
	struct error why = ERROR_INIT;
	CLEANUP(ledger_closep) struct ledger *ledger = NULL;
	CLEANUP(free_p) char *folder = path_dir(path);
	CLEANUP(free_p) char *inside = NULL;
	git_oid from;
	int r = ledger_open(&ledger, folder, &why);

	if (r == 0)
		inside = path_inside(ledger->repo, path);
	if (base && !inside)
		return error_input(err, "'%s' is in no git repository that --base could mean%s%s",
				   path, r ? ": " : "", r ? why.message : "");
	if (r == LEDGER_E_NOT_REPOSITORY || (r == 0 && !inside))
		return no_past(out, "not in a git repository");
	if (r < 0)
		return no_past(out, why.message);
	r = find_start(&from, ledger->repo, base, err);
	if (r < 0)
		return r;
	if (r > 0)
		return no_past(out, "the repository has no commits");
	past.shallow = git_repository_is_shallow(ledger->repo) == 1;
	if (base && past.shallow)
		return error_fault(err,
				   "the history of '%s' is cut, floors before it cannot be seen: "
				   "fetch it whole",
				   base);
	if (walk_past(&past, ledger->repo, &from, inside, err) < 0)
		return -1;
	*out = past;
	return 0;
}
