/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_read: answers from the compacted ledger. Runs, one fingerprint and evidence are reached by
 * their path; only the list of all findings walks f/.
 */
#include "triage/ledger_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

/* An entry's name without ".json" when it has that form and is a plain file, else NULL. */
static const char *json_stem(const git_tree_entry *entry, struct arena *arena)
{
	const char *name = git_tree_entry_name(entry);
	size_t len = strlen(name);
	if (git_tree_entry_filemode_raw(entry) != GIT_FILEMODE_BLOB || len < 6 ||
	    strcmp(name + len - 5, ".json") != 0)
		return NULL;
	return arena_strndup(arena, name, len - 5);
}

int ledger_history_read(struct ledger_history *out, struct ledger *ledger, git_tree *folder,
			const char *fp, struct docs *docs, struct arena *arena, struct error *err)
{
	size_t count = git_tree_entrycount(folder);
	if (count > LEDGER_FILES_MAX)
		return error_fault(err, "%s:f/%.2s/%s: more than %d events", LEDGER_REF, fp, fp,
				   LEDGER_FILES_MAX);
	struct ledger_history history = {
		.fp = arena_strdup(arena, fp),
		.events = ARENA_ARRAY(arena, struct ledger_event, count + 1),
	};
	for (size_t i = 0; i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(folder, i);
		const char *where = arena_printf(arena, "%s:f/%.2s/%s/%s", LEDGER_REF, fp, fp,
						 git_tree_entry_name(entry));
		const char *id = json_stem(entry, arena);
		if (!id || !ledger_is_hex(id, 64))
			return error_fault(err, "%s: not an event", where);
		struct arena scratch = ARENA_INIT;
		struct slice text;
		int r = ledger_blob(&text, ledger, git_tree_entry_id(entry), where, &scratch, err);
		if (r == 0)
			r = ledger_event_parse(&history.events[i], text, history.fp, id, where,
					       docs, err);
		arena_done(&scratch);
		if (r < 0)
			return r;
	}
	history.len = count;
	ledger_fold(&history.fold, history.events, count, clock_wall_ms(), arena);
	*out = history;
	return 0;
}

struct history_list {
	struct ledger_history *items;
	size_t len;
	size_t cap;
};

/* The fingerprints of the folder f/`name` that begin with `prefix`. */
static int read_bucket(struct history_list *list, struct ledger *ledger, git_tree *bucket,
		       const char *name, const char *prefix, struct docs *docs, struct arena *arena,
		       struct error *err)
{
	size_t count = git_tree_entrycount(bucket);
	for (size_t i = 0; i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(bucket, i);
		const char *fp = git_tree_entry_name(entry);
		CLEANUP(git_tree_freep) git_tree *folder = NULL;
		if (strncmp(fp, prefix, strlen(prefix)) != 0)
			continue;
		if (!ledger_is_hex(fp, 64) || strncmp(fp, name, 2) != 0 ||
		    git_tree_entry_filemode_raw(entry) != GIT_FILEMODE_TREE)
			return error_fault(err, "%s:f/%.2s/%s: not a fingerprint", LEDGER_REF, name,
					   fp);
		if (git_tree_lookup(&folder, ledger->repo, git_tree_entry_id(entry)) < 0)
			return ledger_fault(err, "%s:f/%.2s/%s: cannot read folder", LEDGER_REF, fp,
					    fp);
		struct ledger_history history;
		int r = ledger_history_read(&history, ledger, folder, fp, docs, arena, err);
		if (r < 0)
			return r;
		vec_push(list, history);
	}
	return 0;
}

int ledger_histories(struct ledger_history **out, size_t *len, struct ledger *ledger,
		     git_tree *root, struct docs *docs, struct arena *arena, struct error *err)
{
	struct history_list list = {0};
	CLEANUP(git_tree_freep) git_tree *all = NULL;
	int r = ledger_subtree(&all, ledger, root, "f", err);
	size_t count = all ? git_tree_entrycount(all) : 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(all, i);
		const char *name = git_tree_entry_name(entry);
		CLEANUP(git_tree_freep) git_tree *bucket = NULL;
		if (!ledger_is_hex(name, 2))
			r = error_fault(err, "%s:f/%s: not a folder of fingerprints", LEDGER_REF,
					name);
		else if (git_tree_lookup(&bucket, ledger->repo, git_tree_entry_id(entry)) < 0)
			r = ledger_fault(err, "%s:f/%s: cannot read folder", LEDGER_REF, name);
		else
			r = read_bucket(&list, ledger, bucket, name, "", docs, arena, err);
	}
	if (r == 0) {
		*out = ARENA_ARRAY(arena, struct ledger_history, list.len + 1);
		if (list.len)
			memcpy(*out, list.items, list.len * sizeof(list.items[0]));
		*len = list.len;
	}
	vec_done(&list);
	return r;
}

static void to_public(struct finding_history *out, const struct ledger_history *history,
		      struct arena *arena)
{
	*out = (struct finding_history){
		.fp = history->fp,
		.state = history->fold.state,
		.seq = history->fold.seq,
		.events = ARENA_ARRAY(arena, struct finding_event, history->len + 1),
		.event_len = history->len,
	};
	for (size_t i = 0; i < history->len; i++)
		out->events[i] = history->events[i].pub;
	if (history->fold.last_observe != SIZE_MAX)
		out->finding = json_get(out->events[history->fold.last_observe].payload, "finding");
}

static int unknown_fp(struct error *err, const char *fp)
{
	(void)error_input(err, "no finding '%s' in the ledger; 'parity log' lists them", fp);
	return LEDGER_E_UNKNOWN;
}

/* The one fingerprint that begins with `fp`. */
static int find_one(struct ledger_history *out, struct ledger *ledger, const char *fp,
		    struct arena *arena, struct error *err)
{
	size_t len = strlen(fp);
	if (len > 64 || !ledger_is_hex(fp, len))
		return unknown_fp(err, fp);
	if (len < 6)
		return error_input(err, "fingerprint '%s' is too short; give at least 6 digits",
				   fp);
	char path[8];
	(void)snprintf(path, sizeof(path), "f/%.2s", fp);
	CLEANUP(git_tree_freep) git_tree *root = NULL;
	CLEANUP(git_tree_freep) git_tree *bucket = NULL;
	git_oid commit;
	int r = ledger_tip(&root, &commit, ledger, err);
	r = r ? r : ledger_subtree(&bucket, ledger, root, path, err);
	if (r < 0)
		return r;
	struct history_list list = {0};
	if (bucket)
		r = read_bucket(&list, ledger, bucket, fp, fp, &ledger->docs, arena, err);
	if (r == 0 && list.len == 0)
		r = unknown_fp(err, fp);
	else if (r == 0 && list.len > 1)
		r = error_input(err,
				"fingerprint '%s' is ambiguous: %zu findings begin so; give "
				"more digits",
				fp, list.len);
	else if (r == 0)
		*out = list.items[0];
	vec_done(&list);
	return r;
}

int ledger_find(struct finding_history **out, struct ledger *ledger, const char *fp,
		struct arena *arena, struct error *err)
{
	struct ledger_history history;
	int r = find_one(&history, ledger, fp, arena, err);
	if (r != 0)
		return r;
	*out = ARENA_NEW(arena, struct finding_history);
	to_public(*out, &history, arena);
	return 0;
}

static int blocking_first(const void *a, const void *b)
{
	const struct finding_history *left = a, *right = b;
	bool l = finding_state_is_blocking(left->state);
	bool r = finding_state_is_blocking(right->state);
	return l != r ? (l ? -1 : 1) : strcmp(left->fp, right->fp);
}

int ledger_findings(struct finding_history **out, size_t *len, struct ledger *ledger,
		    struct arena *arena, struct error *err)
{
	CLEANUP(git_tree_freep) git_tree *root = NULL;
	struct ledger_history *histories = NULL;
	size_t count = 0;
	git_oid commit;
	int r = ledger_tip(&root, &commit, ledger, err);
	r = r ? r : ledger_histories(&histories, &count, ledger, root, &ledger->docs, arena, err);
	if (r < 0)
		return r;
	struct finding_history *list = ARENA_ARRAY(arena, struct finding_history, count + 1);
	for (size_t i = 0; i < count; i++)
		to_public(&list[i], &histories[i], arena);
	if (count)
		qsort(list, count, sizeof(list[0]), blocking_first);
	*out = list;
	*len = count;
	return 0;
}

/* Parts in order, as one text. */
static int read_parts(struct slice *out, struct ledger *ledger, git_tree *folder, const char *where,
		      const char *stem, struct arena *arena, struct error *err)
{
	struct buf all = {.max = (size_t)LEDGER_PARTS_MAX * LEDGER_BLOB_MAX};
	int r = 0;
	for (int part = 1; part <= LEDGER_PARTS_MAX && r == 0; part++) {
		char name[64];
		if (part == 1)
			(void)snprintf(name, sizeof(name), "%s.ndjson", stem);
		else
			(void)snprintf(name, sizeof(name), "%s-%d.ndjson", stem, part);
		const git_tree_entry *entry = git_tree_entry_byname(folder, name);
		if (!entry)
			break;
		const char *path = arena_printf(arena, "%s/%s", where, name);
		struct arena scratch = ARENA_INIT;
		struct slice text;
		r = ledger_blob(&text, ledger, git_tree_entry_id(entry), path, &scratch, err);
		if (r == 0)
			r = ledger_fail_check(text, path, err);
		if (r == 0)
			buf_add_slice(&all, text);
		arena_done(&scratch);
	}
	if (r == 0)
		*out = arena_slice(arena, buf_slice(&all));
	buf_done(&all);
	return r;
}

static int read_run(struct run_entry *out, struct ledger *ledger, const git_tree_entry *entry,
		    const char *commit, struct arena *arena, struct error *err)
{
	const char *run_id = arena_strdup(arena, git_tree_entry_name(entry));
	const char *where = arena_printf(arena, "%s:c/%.2s/%.2s/%s/%s", LEDGER_REF, commit,
					 commit + 2, commit, run_id);
	const char *path = arena_printf(arena, "%s/run.json", where);
	CLEANUP(git_tree_freep) git_tree *folder = NULL;
	if (!ledger_is_run_id(run_id) || git_tree_entry_filemode_raw(entry) != GIT_FILEMODE_TREE)
		return error_fault(err, "%s: not a run", where);
	if (git_tree_lookup(&folder, ledger->repo, git_tree_entry_id(entry)) < 0)
		return ledger_fault(err, "%s: cannot read folder", where);
	const git_tree_entry *file = git_tree_entry_byname(folder, "run.json");
	if (!file)
		return error_fault(err, "%s: missing", path);
	struct slice text;
	int r = ledger_blob(&text, ledger, git_tree_entry_id(file), path, arena, err);
	r = r ? r : ledger_run_parse(&out->run, text, path, &ledger->docs, err);
	if (r < 0)
		return r;
	out->run_id = run_id;
	out->commit = json_string(json_get(out->run, "commit"));
	if (strcmp(out->commit, commit) != 0 ||
	    strcmp(json_string(json_get(out->run, "run_id")), run_id) != 0)
		return error_fault(err, "%s: commit or run_id is not that of its folder", path);
	struct slice fail;
	r = read_parts(&fail, ledger, folder, where, "fail", arena, err);
	out->fail_ndjson = fail.ptr;
	out->fail_len = fail.len;
	return r;
}

int ledger_runs(struct run_entry **out, size_t *len, struct ledger *ledger, const char *commit,
		struct arena *arena, struct error *err)
{
	if (!ledger_is_hex(commit, 40) && !ledger_is_hex(commit, 64))
		return error_input(err, "'%s' is not a commit's full id", commit);
	CLEANUP(git_tree_freep) git_tree *root = NULL;
	CLEANUP(git_tree_freep) git_tree *folder = NULL;
	git_oid tip;
	char path[96];
	(void)snprintf(path, sizeof(path), "c/%.2s/%.2s/%s", commit, commit + 2, commit);
	int r = ledger_tip(&root, &tip, ledger, err);
	r = r ? r : ledger_subtree(&folder, ledger, root, path, err);
	if (r < 0)
		return r;
	size_t count = folder ? git_tree_entrycount(folder) : 0;
	struct run_entry *list = ARENA_ARRAY(arena, struct run_entry, count + 1);
	for (size_t i = 0; i < count; i++) { /* byte order of ULIDs is order of time */
		r = read_run(&list[i], ledger, git_tree_entry_byindex(folder, i), commit, arena,
			     err);
		if (r < 0)
			return r;
	}
	*out = list;
	*len = count;
	return 0;
}

int ledger_waivers(const json_node ***out, size_t *len, struct ledger *ledger, struct arena *arena,
		   struct error *err)
{
	CLEANUP(git_tree_freep) git_tree *root = NULL;
	CLEANUP(git_tree_freep) git_tree *folder = NULL;
	git_oid tip;
	int r = ledger_tip(&root, &tip, ledger, err);
	r = r ? r : ledger_subtree(&folder, ledger, root, "w", err);
	if (r < 0)
		return r;
	size_t count = folder ? git_tree_entrycount(folder) : 0;
	const json_node **list = ARENA_ARRAY(arena, const json_node *, count + 1);
	for (size_t i = 0; i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(folder, i);
		const char *where =
			arena_printf(arena, "%s:w/%s", LEDGER_REF, git_tree_entry_name(entry));
		const char *id = json_stem(entry, arena);
		struct slice text;
		if (!id || !ledger_is_waiver_id(id))
			return error_fault(err, "%s: not a waiver", where);
		r = ledger_blob(&text, ledger, git_tree_entry_id(entry), where, arena, err);
		r = r ? r : ledger_waiver_parse(&list[i], text, id, where, &ledger->docs, err);
		if (r < 0)
			return r;
	}
	*out = list;
	*len = count;
	return 0;
}

struct evidence_list {
	struct evidence *items;
	size_t len;
	size_t cap;
};

/* What the observation of that run says the stream had. */
static uint64_t total_of(const struct ledger_history *history, const char *run_id, const char *name,
			 size_t stored)
{
	int64_t total;
	for (size_t i = 0; i < history->len; i++) {
		const struct finding_event *event = &history->events[i].pub;
		if (strcmp(event->run_id, run_id) != 0)
			continue;
		json_each (json_get(event->payload, "evidence"), it) {
			const char *found = json_string(json_get(it, "name"));
			if (found && strcmp(found, name) == 0 &&
			    json_to_int(json_get(it, "total"), &total) && total > (int64_t)stored)
				return (uint64_t)total;
		}
	}
	return stored;
}

static int read_streams(struct evidence_list *list, struct ledger *ledger,
			const struct ledger_history *history, git_tree *run, const char *run_id,
			const char *where, struct arena *arena, struct error *err)
{
	for (size_t i = 0; i < git_tree_entrycount(run); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(run, i);
		struct evidence evidence = {
			.name = arena_strdup(arena, git_tree_entry_name(entry)),
		};
		const char *path = arena_printf(arena, "%s/%s/%s", where, run_id, evidence.name);
		if (!ledger_is_evidence_name(evidence.name))
			return error_fault(err, "%s: not a stream", path);
		int r = ledger_blob(&evidence.bytes, ledger, git_tree_entry_id(entry), path, arena,
				    err);
		if (r < 0)
			return r;
		memcpy(evidence.fp, history->fp, DIGEST_HEX_SIZE);
		evidence.total = total_of(history, run_id, evidence.name, evidence.bytes.len);
		vec_push(list, evidence);
	}
	return 0;
}

/* One month's evidence, newest run first. */
static int read_month(struct evidence_list *list, struct ledger *ledger,
		      const struct ledger_history *history, const char *ref, struct arena *arena,
		      struct error *err)
{
	CLEANUP(git_tree_freep) git_tree *root = NULL;
	CLEANUP(git_tree_freep) git_tree *folder = NULL;
	git_oid commit;
	char path[96];
	(void)snprintf(path, sizeof(path), "%.2s/%s", history->fp, history->fp);
	const char *where = arena_printf(arena, "%s:%s", ref, path);
	int r = ledger_ref_tree(&root, &commit, ledger, ref, err);
	r = r ? r : ledger_subtree(&folder, ledger, root, path, err);
	for (size_t i = folder ? git_tree_entrycount(folder) : 0; r == 0 && i-- > 0;) {
		const git_tree_entry *entry = git_tree_entry_byindex(folder, i);
		const char *run_id = git_tree_entry_name(entry);
		CLEANUP(git_tree_freep) git_tree *run = NULL;
		if (!ledger_is_run_id(run_id))
			return error_fault(err, "%s/%s: not a run", where, run_id);
		if (git_tree_lookup(&run, ledger->repo, git_tree_entry_id(entry)) < 0)
			return ledger_fault(err, "%s/%s: cannot read folder", where, run_id);
		r = read_streams(list, ledger, history, run, run_id, where, arena, err);
	}
	return r;
}

static int descending(const void *a, const void *b)
{
	return strcmp(*(const char *const *)b, *(const char *const *)a);
}

int ledger_evidence(struct evidence **out, size_t *len, struct ledger *ledger, const char *fp,
		    struct arena *arena, struct error *err)
{
	struct ledger_history history;
	int r = find_one(&history, ledger, fp, arena, err);
	if (r != 0)
		return r;
	git_strarray refs = {0};
	if (git_reference_list(&refs, ledger->repo) < 0)
		return ledger_fault(err, "cannot list references");
	if (refs.count)
		qsort(refs.strings, refs.count, sizeof(refs.strings[0]), descending);
	struct evidence_list list = {0};
	for (size_t i = 0; i < refs.count && r == 0; i++)
		if (strncmp(refs.strings[i], LEDGER_EVIDENCE_REFS, strlen(LEDGER_EVIDENCE_REFS)) ==
		    0)
			r = read_month(&list, ledger, &history, refs.strings[i], arena, err);
	git_strarray_dispose(&refs);
	if (r == 0) {
		*out = ARENA_ARRAY(arena, struct evidence, list.len + 1);
		if (list.len)
			memcpy(*out, list.items, list.len * sizeof(list.items[0]));
		*len = list.len;
	}
	vec_done(&list);
	return r;
}
